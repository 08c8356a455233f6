using System.Collections.Frozen;
using System.Collections.Immutable;
using Strata.Model.Documents;

namespace Strata.Model;

/// <summary>A named group of a platform's tenants, with configuration of its own.</summary>
/// <param name="Id">The id within the platform.</param>
/// <param name="DisplayName">The name for people.</param>
/// <param name="Priority">The higher wins where several segments of a tenant set the same value.</param>
/// <param name="Match">Which tenants are in it.</param>
/// <param name="Config">Its sparse document.</param>
public sealed record Segment(SegmentId Id, string DisplayName, int Priority, SegmentMatch Match, JsonObject Config)
{
    /// <summary>The name of its layer.</summary>
    public LayerName Layer { get; } = LayerName.Segment(Id);

    /// <summary>Reads the document of a segment layer. It has been checked against <c>schemas/segment.json</c> when it was written.</summary>
    public static Segment Read(SegmentId id, JsonObject document) => new(
        id,
        document["displayName"].Text() ?? id.Text,
        (int)(document["priority"].Number() ?? 0),
        SegmentMatch.Read(document["match"] as JsonObject ?? JsonObject.Empty),
        document["config"] as JsonObject ?? JsonObject.Empty);
}

/// <summary>
/// Which tenants a segment holds: all of them, an explicit list, or those whose attributes have one of the listed values each
/// (members and-ed, values or-ed, the empty text means absent).
/// </summary>
public sealed class SegmentMatch
{
    private readonly bool _all;
    private readonly FrozenSet<string>? _tenants;
    private readonly ImmutableArray<(string Attribute, ImmutableArray<string> Values)> _attributes;

    private SegmentMatch(bool all, FrozenSet<string>? tenants, ImmutableArray<(string, ImmutableArray<string>)> attributes) =>
        (_all, _tenants, _attributes) = (all, tenants, attributes);

    /// <summary>Reads <c>{"all": true}</c>, <c>{"tenants": [...]}</c> or <c>{"tier": [...], "region": [...], "labels.x": [...]}</c>.</summary>
    public static SegmentMatch Read(JsonObject match) => new(
        Json.True.Equals(match["all"]),
        match["tenants"] is { } tenants ? tenants.Texts().ToFrozenSet(StringComparer.Ordinal) : null,
        [.. match.Names.Where(name => name is "tier" or "region" || name.StartsWith("labels.", StringComparison.Ordinal)).Select(name => (name, match[name].Texts()))]);

    /// <summary>Whether a tenant is in the segment. An empty match holds nobody.</summary>
    public bool Includes(TenantId tenant, TenantAttributes attributes)
    {
        if (_all)
            return true;
        if (_tenants is null && _attributes.IsEmpty)
            return false;
        return (_tenants?.Contains(tenant.Text) ?? true) && _attributes.All(rule => rule.Values.Contains(attributes.Attribute(rule.Attribute)));
    }
}
