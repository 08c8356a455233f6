using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Delivery;

namespace Strata.Delivery.Loop;

/// <summary>
/// A system that is kept in line. Everything about when, how often and by whom stands in the loop; a target knows what it shall be (<c>Desired</c>),
/// looks (<c>Observe</c>), compares (<c>Plan</c>) and acts (<c>Apply</c>).
/// </summary>
public interface ITarget
{
    /// <summary>Its id.</summary>
    TargetId Id { get; }

    /// <summary>How the loop treats it.</summary>
    TargetPace Pace { get; }

    /// <summary>Its parts that fail on their own; one without a name where there are none.</summary>
    ImmutableArray<string> Parts => [""];

    /// <summary>What a change makes dirty.</summary>
    /// <param name="mark">The change.</param>
    /// <param name="platforms">All platforms.</param>
    IEnumerable<DeliveryKey> KeysOf(Mark mark, ImmutableArray<PlatformId> platforms);

    /// <summary>Computes the desired state, observes the target and compares. Changes nothing.</summary>
    /// <param name="attempt">What, and what for.</param>
    /// <param name="cancellationToken">The lease has run out, or the server stops.</param>
    /// <exception cref="TargetException">The target cannot be asked, or answers nonsense.</exception>
    Task<Prepared> PrepareAsync(Attempt attempt, CancellationToken cancellationToken);
}

/// <summary>One look at a unit of delivery.</summary>
/// <param name="Key">What.</param>
/// <param name="Memory">What attempts before left behind.</param>
/// <param name="IsExplained">Whether somebody will read the plan, so that every field of every object counts; else what acting needs is enough.</param>
public sealed record Attempt(DeliveryKey Key, DeliveryMemory Memory, bool IsExplained);

/// <summary>What is to be done, not done yet.</summary>
/// <param name="Plan">The difference. Empty means that the target was seen to serve the desired state.</param>
/// <param name="Desired">Hash of the desired state.</param>
/// <param name="Covers">The moment of the database that the desired state was read at; see <see cref="Completion.Covers"/>.</param>
/// <param name="ApplyAsync">Carries out the plan and proves its effect; harmless when done twice. Not called for an empty plan.</param>
public sealed record Prepared(Plan Plan, string Desired, string Covers, Func<CancellationToken, Task<Outcome>> ApplyAsync)
{
    /// <summary>Things to tell that no plan removes.</summary>
    public ImmutableArray<Condition> Conditions { get; init; } = [];

    /// <summary>What the target wants to remember when the plan is empty; <c>null</c> keeps its notes.</summary>
    public string? Notes { get; init; }
}

/// <summary>How the loop treats a target.</summary>
public sealed record TargetPace
{
    /// <summary>What may be done to it.</summary>
    public TargetMode Mode { get; init; } = TargetMode.Apply;

    /// <summary>How many units of it a server works on at once. One that hangs takes a lane of its own target and of no other.</summary>
    public int Lanes { get; init; } = 2;

    /// <summary>How often a unit is looked at when nothing has changed.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>From the end of one attempt to the start of the next, at least, however many changes there are.</summary>
    public TimeSpan MinInterval { get; init; }

    /// <summary>The share of a target's objects that a plan may delete without approval.</summary>
    public double MaxDeletedShare { get; init; } = 0.3;
}

/// <summary>What may be done to a target.</summary>
public enum TargetMode
{
    /// <summary>Bring it in line.</summary>
    Apply,

    /// <summary>Look, compare and tell.</summary>
    Report,

    /// <summary>Leave it alone.</summary>
    Off,
}

/// <summary>A target cannot be asked or answers nonsense; transient.</summary>
/// <param name="message">The target's own words, or what became of the question. Shown to people: never a secret.</param>
/// <param name="cause">What was caught; <c>null</c> when nothing was.</param>
public sealed class TargetException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>How long the target asks to be left alone; <c>null</c> when it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
