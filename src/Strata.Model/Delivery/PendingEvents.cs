using System.Collections.Immutable;

namespace Strata.Model.Delivery;

/// <summary>The words for what events tell.</summary>
public static class EventTypes
{
    /// <summary>All of them, in the order in which people read them.</summary>
    public static readonly ImmutableArray<string> All =
    [
        "config.changed", "tenant.created", "tenant.changed", "tenant.suspended", "tenant.resumed", "tenant.offboarding", "tenant.offboarded",
        "sync.degraded", "sync.recovered",
    ];
}

/// <summary>An event that a webhook has not taken yet.</summary>
/// <param name="Sequence">Its place in its scope.</param>
/// <param name="Id">Its id, the same however often it is sent.</param>
/// <param name="Type">What it tells.</param>
/// <param name="Body">The envelope, as it is sent.</param>
public sealed record PendingEvent(long Sequence, Guid Id, string Type, string Body)
{
    /// <summary>Whether it was given up before, and somebody has asked for it again.</summary>
    public bool IsReplay { get; init; }

    /// <summary>How often it was sent in vain.</summary>
    public int Attempts { get; init; }
}

/// <summary>The events of a scope that a webhook has not taken yet: replays first, then in the order in which they happened.</summary>
/// <param name="Covers">The moment as of which there are no others; see <see cref="Completion.Covers"/>.</param>
/// <param name="Events">The first of them.</param>
public sealed record PendingEvents(string Covers, ImmutableArray<PendingEvent> Events);
