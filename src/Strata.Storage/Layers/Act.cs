using System.Collections.Immutable;

namespace Strata.Storage;

/// <summary>Who writes, when and why: common to all changes of one commit.</summary>
public sealed record Act
{
    /// <summary>The writer's principal id, <c>{issuer}|{subject}</c>.</summary>
    public required string Author { get; init; }

    /// <summary>The writer's name as the token says it; <c>null</c> when it says none. Kept where it can be erased, never in history.</summary>
    public string? AuthorName { get; init; }

    /// <summary>The end user whom a service claims to act for (<c>X-User-Id</c>); <c>null</c> when it claims none.</summary>
    public string? OnBehalfOf { get; init; }

    /// <summary>The moment, kept to the microsecond (what PostgreSQL can store).</summary>
    public required DateTimeOffset At
    {
        get;
        init => field = new DateTimeOffset(value.UtcTicks - (value.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }

    /// <summary>Ties together everything that one apply or publish changed.</summary>
    public required Guid ChangeId { get; init; }

    /// <summary>The request's id, as answered in <c>X-Request-Id</c>.</summary>
    public required string RequestId { get; init; }

    /// <summary>The content version of the section schemas that judged the documents.</summary>
    public required string SchemaVersion { get; init; }

    /// <summary>The writer's comment on the revision; <c>null</c> without one.</summary>
    public string? Comment { get; init; }

    /// <summary>Why, for the audit (suspend, offboard ...); <c>null</c> without one.</summary>
    public string? Reason { get; init; }

    /// <summary>The idempotency key under which the commit stores its answer; <c>null</c> when the request has none.</summary>
    public IdempotencyClaim? Claim { get; init; }
}

/// <summary>One request's claim on an idempotency key. Made once a request: the same object claims, commits and completes.</summary>
/// <param name="Caller">Whose key it is: keys of different callers never meet.</param>
/// <param name="Key">The key as the client sent it.</param>
public sealed record IdempotencyClaim(string Caller, string Key)
{
    /// <summary>Tells this request from a later one that takes the key over when the lease is past; only the holder may commit.</summary>
    public Guid Holder { get; } = Guid.CreateVersion7();
}

/// <summary>What the client gets. Stored with the commit, so that a repeated request gets the same again, also after a crash.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">Headers that belong to the answer (<c>ETag</c>, <c>Content-Type</c> ...).</param>
/// <param name="Body">The body; empty when there is none.</param>
public sealed record Answer(int Status, ImmutableSortedDictionary<string, string> Headers, ReadOnlyMemory<byte> Body);
