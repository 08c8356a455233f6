using System.Collections.Immutable;
using Strata.Model.Delivery;

namespace Strata.Delivery.Loop;

/// <summary>How an attempt ends.</summary>
public enum OutcomeKind
{
    /// <summary>The target serves the desired state, and that was proven.</summary>
    Applied,

    /// <summary>Nothing is wrong, and it is not done yet.</summary>
    Waiting,

    /// <summary>It failed and may succeed next time.</summary>
    Failed,

    /// <summary>The target refuses the desired state; trying the same again is of no use.</summary>
    Stalled,
}

/// <summary>How an attempt ended.</summary>
/// <param name="Kind">One of four ways.</param>
/// <param name="Message">The target's own words, for people; empty when all is well. Never a secret.</param>
public sealed record Outcome(OutcomeKind Kind, string Message)
{
    /// <summary>When to look again; <c>null</c> leaves it to the loop. For <see cref="OutcomeKind.Failed"/> it is the target's <c>Retry-After</c>.</summary>
    public TimeSpan? Pause { get; init; }

    /// <summary>Whether it is known what the target serves; <c>false</c> shows as status <c>Unknown</c>.</summary>
    public bool IsObserved { get; init; } = true;

    /// <summary>What is to be told beside it.</summary>
    public ImmutableArray<Condition> Conditions { get; init; } = [];

    /// <summary>What the target wants to remember; <c>null</c> keeps its notes.</summary>
    public string? Notes { get; init; }

    /// <summary>It serves what it shall.</summary>
    public static Outcome Applied(string? notes = null) => new(OutcomeKind.Applied, "") { Notes = notes };

    /// <summary>It is not done yet.</summary>
    public static Outcome Waiting(string message, TimeSpan pause) => new(OutcomeKind.Waiting, message) { Pause = pause };

    /// <summary>It failed for now.</summary>
    public static Outcome Failed(string message, TimeSpan? retryAfter = null) => new(OutcomeKind.Failed, message) { Pause = retryAfter };

    /// <summary>The target said no.</summary>
    public static Outcome Stalled(string message, ImmutableArray<Condition> conditions) => new(OutcomeKind.Stalled, message) { Conditions = conditions };
}
