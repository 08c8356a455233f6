using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Server.Layers;
using Strata.Storage;

namespace Strata.Server.Revisions;

/// <summary>A revision of a layer.</summary>
public sealed record RevisionResponse
{
    /// <summary>Its number, from 1 without gaps.</summary>
    public required long Number { get; init; }

    /// <summary>The layer, as a tenant sees it: <c>platform</c>, <c>segment.enterprise</c>, <c>allowlist</c>, <c>attributes</c>, <c>tenant</c>.</summary>
    public required string Layer { get; init; }

    /// <summary>The author's id; <c>platform</c> where the caller may not know who it was.</summary>
    public required string Author { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The author's comment; <c>null</c> without one.</summary>
    public required string? Comment { get; init; }

    /// <summary><c>change</c>, <c>rollback</c>, <c>import</c> or <c>expiry</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The number that it replaced; 0 for the first.</summary>
    public required long Parent { get; init; }

    /// <summary>The number that a rollback put in force again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Restores { get; init; }

    /// <summary>Ties together everything that one apply or publish changed.</summary>
    public required Guid ChangeId { get; init; }

    /// <summary>The layer's whole document; only when one revision is asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonObject? Document { get; init; }

    internal static RevisionResponse Of(RevisionHeader revision, bool showAuthor) => new()
    {
        Number = revision.Revision.Number,
        Layer = revision.Layer.Name.Text,
        Author = showAuthor ? revision.Author : HiddenAuthor,
        At = revision.At,
        Comment = revision.Comment,
        Kind = revision.Kind.Word(),
        Parent = revision.Parent,
        Restores = revision.Restores,
        ChangeId = revision.ChangeId,
    };

    internal const string HiddenAuthor = "platform";
}

/// <summary>A page of revisions, newest first.</summary>
/// <param name="Items">The revisions.</param>
/// <param name="NextCursor">For the next page; <c>null</c> after the last.</param>
public sealed record RevisionPage(ImmutableArray<RevisionResponse> Items, string? NextCursor);

/// <summary>What differs between two revisions.</summary>
/// <param name="From">The number of the old one.</param>
/// <param name="To">The number of the new one.</param>
/// <param name="Changes">The leaves that differ.</param>
public sealed record DiffResponse(long From, long To, ImmutableArray<DiffEntryResponse> Changes);
