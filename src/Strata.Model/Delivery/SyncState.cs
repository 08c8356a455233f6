using System.Collections.Immutable;

namespace Strata.Model.Delivery;

/// <summary>Whether a target has what it shall have.</summary>
public enum SyncStatus
{
    /// <summary>It serves the desired state, and that was proven.</summary>
    Synced,

    /// <summary>It serves something else.</summary>
    OutOfSync,

    /// <summary>It could not be asked.</summary>
    Unknown,

    /// <summary>The settings switch the target off.</summary>
    Disabled,
}

/// <summary>Whether delivery to a target works.</summary>
public enum SyncHealth
{
    /// <summary>It does.</summary>
    Healthy,

    /// <summary>It is under way.</summary>
    Progressing,

    /// <summary>It fails, or was refused; somebody may have to act.</summary>
    Degraded,

    /// <summary>Nothing is known yet.</summary>
    Unknown,
}

/// <summary>One observation about a target, in the manner of Kubernetes' conditions. An absent one means unknown.</summary>
/// <param name="Type">What is observed, e.g. <c>Drifted</c>, <c>Blocked</c>, <c>Refused</c>; CamelCase.</param>
/// <param name="Status"><c>true</c>, <c>false</c> or <c>null</c> for unknown.</param>
/// <param name="Reason">Why, for machines; CamelCase.</param>
/// <param name="Message">Why, for people.</param>
public sealed record Condition(string Type, bool? Status, string Reason, string Message)
{
    /// <summary>Since when the status is what it is; <c>null</c> until it is stored, which keeps the moment while type and status stay.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The tenant that it is about; <c>null</c> for all.</summary>
    public TenantId? Tenant { get; init; }
}

/// <summary>A unit of delivery that a worker holds.</summary>
/// <param name="Key">What.</param>
/// <param name="Fence">Grows with every claim: whoever holds an older one can no longer say anything about the key.</param>
/// <param name="Generation">How often it was marked when it was claimed; a mark during the work makes it due again.</param>
/// <param name="Requests">How often somebody had asked for it; what is asked during the work counts for the next attempt.</param>
/// <param name="Attempts">Failures since the last success.</param>
/// <param name="Memory">What the attempts before left behind.</param>
public sealed record Claim(DeliveryKey Key, long Fence, long Generation, long Requests, int Attempts, DeliveryMemory Memory);

/// <summary>What is remembered of a unit of delivery from one attempt to the next.</summary>
public sealed record DeliveryMemory
{
    /// <summary>Nothing yet.</summary>
    public static readonly DeliveryMemory None = new();

    /// <summary>Hash of the desired state that was last proven; <c>null</c> when none was.</summary>
    public string? Applied { get; init; }

    /// <summary>Hash of the desired state that the target refused when it was last asked; <c>null</c> when it did not.</summary>
    public string? Refused { get; init; }

    /// <summary>Hash of the plan that somebody approved; <c>null</c> without one.</summary>
    public string? Approved { get; init; }

    /// <summary>The target's own notes; empty at first.</summary>
    public string Notes { get; init; } = "";
}

/// <summary>How an attempt ended, as it is stored.</summary>
public sealed record Completion
{
    /// <summary>Whether the target has what it shall have.</summary>
    public required SyncStatus Status { get; init; }

    /// <summary>Whether delivery works.</summary>
    public required SyncHealth Health { get; init; }

    /// <summary>The target's own words, or ours; empty when there is nothing to say.</summary>
    public required string Message { get; init; }

    /// <summary>Everything observed; <c>null</c> leaves what was observed before.</summary>
    public ImmutableArray<Condition>? Conditions { get; init; }

    /// <summary>From the end of the attempt to the next one.</summary>
    public required TimeSpan Pause { get; init; }

    /// <summary>How long a new mark has to wait at least.</summary>
    public TimeSpan MinPause { get; init; }

    /// <summary>Failures since the last success.</summary>
    public int Attempts { get; init; }

    /// <summary>What is kept for the next attempt.</summary>
    public required DeliveryMemory Memory { get; init; }

    /// <summary>The moment that the proven state was read at, as PostgreSQL writes a snapshot: changes that it sees are served. <c>null</c> when nothing was proven.</summary>
    public string? Covers { get; init; }
}

/// <summary>Where one unit of delivery stands, for people.</summary>
public sealed record SyncState
{
    /// <summary>What.</summary>
    public required DeliveryKey Key { get; init; }

    /// <summary>Whether the target has what it shall have.</summary>
    public required SyncStatus Status { get; init; }

    /// <summary>Whether delivery works.</summary>
    public required SyncHealth Health { get; init; }

    /// <summary>Everything observed.</summary>
    public required ImmutableArray<Condition> Conditions { get; init; }

    /// <summary>The target's own words, or ours; empty when there is nothing to say.</summary>
    public required string Message { get; init; }

    /// <summary>When it was proven last; <c>null</c> before.</summary>
    public DateTimeOffset? ProvenAt { get; init; }

    /// <summary>Whether changes wait that no finished attempt has seen.</summary>
    public bool IsAwaited { get; init; }

    /// <summary>When the next attempt is due; <c>null</c> while one is under way.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }
}
