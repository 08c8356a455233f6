using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Storage;

/// <summary>An event about to be appended to an audit chain.</summary>
internal sealed record AuditEntry
{
    /// <summary>Who, when and why.</summary>
    public required Act Act { get; init; }

    /// <summary>What was done: <c>platform.created</c>, <c>overrides.changed</c> ...</summary>
    public required string Action { get; init; }

    /// <summary>To what: <c>platform:dcoder</c>, <c>tenant:acme</c>, <c>allowlist</c>.</summary>
    public required string Scope { get; init; }

    /// <summary>The revision that the event records; <c>null</c> for events without one.</summary>
    public StoredRevision? Revision { get; init; }

    /// <summary>The document that the revision replaced.</summary>
    public JsonObject? Before { get; init; }

    /// <summary>What there is to say that no revision does, by name; <c>null</c> for nothing.</summary>
    public JsonObject? Details { get; init; }

    /// <summary>Where the shared chain stood; only in events of a tenant's database, so that the shared one cannot be cut behind it.</summary>
    public ChainHead? Shared { get; init; }

    /// <summary>The event of a change of a layer.</summary>
    public static AuditEntry Of(Change change, Act act, StoredRevision revision, JsonObject before) => new()
    {
        Act = act,
        Action = change.Action,
        Scope = ScopeOf(change.Layer),
        Revision = revision,
        Before = before,
        Details = change.Details,
    };

    /// <summary>The scope under which events of a layer are found.</summary>
    public static string ScopeOf(LayerKey layer) => layer.Kind switch
    {
        LayerKind.Allowlist => "allowlist",
        LayerKind.Platform or LayerKind.Segment => $"platform:{layer.PlatformId}",
        LayerKind.Attributes or LayerKind.Tenant => $"tenant:{layer.TenantId}",
    };

    /// <summary>The body that is hashed and stored.</summary>
    public JsonObject ToBody(long sequence, string previous)
    {
        var (pointer, before, after) = Revision is null ? default : ChangedPlace(Before ?? JsonObject.Empty, Revision.Document);
        return JsonObject.Of(
            ("sequence", Json.Of(sequence)),
            ("at", Json.Of(Act.At.Rfc3339())),
            ("actor", Json.Of(Act.Author)),
            ("onBehalfOf", Text(Act.OnBehalfOf)),
            ("action", Json.Of(Action)),
            ("scope", Json.Of(Scope)),
            ("pointer", Text(pointer.IsRoot ? null : pointer.Text)),
            ("before", pointer.IsRoot ? null : before),
            ("after", pointer.IsRoot ? null : after),
            ("changeId", Json.Of(Act.ChangeId.ToString())),
            ("requestId", Json.Of(Act.RequestId)),
            ("reason", Text(Act.Reason)),
            ("details", Details),
            ("layer", Text(Revision?.Layer.Text)),
            ("number", Revision is null ? null : Json.Of(Revision.Revision.Number)),
            ("revisionHash", Revision is null ? null : Json.Of(Convert.ToHexStringLower(RevisionRows.Hash(Revision)))),
            ("shared", Shared is null ? null : JsonObject.Of(("sequence", Json.Of(Shared.Sequence)), ("hash", Json.Of(Shared.Hex)))),
            ("previous", Json.Of(previous)));
    }

    /// <summary>
    /// The deepest place that holds everything that differs, and what stands there in both documents. The root when members of the document itself
    /// differ: the revisions say it better then.
    /// </summary>
    private static (JsonPointer Pointer, Json? Before, Json? After) ChangedPlace(Json? before, Json? after)
    {
        var pointer = JsonPointer.Root;
        while (before is JsonObject old && after is JsonObject now
            && old.Names.Union(now.Names).Where(name => !Equals(old[name], now[name])).Take(2).ToArray() is [var only])
        {
            (pointer, before, after) = (pointer.Append(only), old[only], now[only]);
        }
        return (pointer, before, after);
    }

    private static Json? Text(string? text) => text is null ? null : Json.Of(text);
}
