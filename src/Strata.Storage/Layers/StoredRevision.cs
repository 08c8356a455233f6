using System.Diagnostics.CodeAnalysis;
using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Storage;

/// <summary>One layer's new document, judged and ready to commit.</summary>
public sealed record Change
{
    /// <summary>The layer.</summary>
    public required LayerKey Layer { get; init; }

    /// <summary>The number of the head that the document was judged against; the commit makes the next one.</summary>
    public required long Base { get; init; }

    /// <summary>Why the revision is made.</summary>
    public required RevisionKind Kind { get; init; }

    /// <summary>The whole new document of the layer.</summary>
    public required JsonObject Document { get; init; }

    /// <summary>The number of the revision that a rollback puts in force again; else <c>null</c>.</summary>
    public long? Restores { get; init; }

    /// <summary>The audit event's action: <c>platform.changed</c>, <c>overrides.rolledBack</c>, <c>tenant.suspended</c> ...</summary>
    public required string Action { get; init; }

    /// <summary>What the audit event says that the document does not; <c>null</c> for nothing.</summary>
    public JsonObject? Details { get; init; }

    /// <summary>Whether it may be committed while its tenant is suspended.</summary>
    public bool MayWriteSuspended { get; init; }

    /// <summary>How many tenants get another effective document by it, for the event; <c>null</c> when nobody counted.</summary>
    public int? TenantsAffected { get; init; }
}

/// <summary>What there is to say of a committed revision without its document, which may be megabytes.</summary>
public record RevisionHeader
{
    /// <summary>The layer.</summary>
    public required LayerKey Layer { get; init; }

    /// <summary>Its number, for tenants with the incarnation.</summary>
    public required Revision Revision { get; init; }

    /// <summary>Why it was made.</summary>
    public required RevisionKind Kind { get; init; }

    /// <summary>The author's principal id, <c>{issuer}|{subject}</c>.</summary>
    public required string Author { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The author's comment; <c>null</c> without one.</summary>
    public string? Comment { get; init; }

    /// <summary>The number that it replaced; 0 for a layer's first.</summary>
    public required long Parent { get; init; }

    /// <summary>The number that a rollback put in force again; else <c>null</c>.</summary>
    public long? Restores { get; init; }

    /// <summary>Ties together everything that one apply or publish changed.</summary>
    public required Guid ChangeId { get; init; }

    /// <summary>The content version of the section schemas that judged the document.</summary>
    public required string SchemaVersion { get; init; }
}

/// <summary>A revision as it was committed.</summary>
public sealed record StoredRevision : RevisionHeader
{
    /// <summary>One about to be committed.</summary>
    public StoredRevision()
    {
    }

    /// <summary>One that was read.</summary>
    [SetsRequiredMembers]
    internal StoredRevision(RevisionHeader header, JsonObject document)
        : base(header) => Document = document;

    /// <summary>The layer's whole document.</summary>
    public required JsonObject Document { get; init; }

    /// <summary>Where the layer stands with it.</summary>
    public LayerHead Head => new(Layer, Revision, Document, At);
}

/// <summary>Where a layer stands.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Revision">Its newest revision; number 0 while it has only the empty document of its creation.</param>
/// <param name="Document">The document of that revision.</param>
/// <param name="ChangedAt">When that revision was made.</param>
public sealed record LayerHead(LayerKey Layer, Revision Revision, JsonObject Document, DateTimeOffset ChangedAt);

/// <summary>One value that a layer's current document sets.</summary>
/// <param name="Pointer">Where; for a segment inside its <c>config</c>.</param>
/// <param name="Value">The value.</param>
/// <param name="Number">The revision that last changed it.</param>
public sealed record LayerLeaf(JsonPointer Pointer, Json Value, long Number);
