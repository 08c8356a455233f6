using System.Collections.Immutable;
using Strata.Model.Diff;
using Strata.Model.Documents;
using Strata.Model.Policies;
using Strata.Model.Sections;

namespace Strata.Model.Impact;

/// <summary>
/// What of a tenant matters to a change above it. Two tenants that are in the same segments and override the same at these places are changed
/// in the same way, so that one of them stands for all.
/// </summary>
public sealed class ImpactScope
{
    private readonly bool _moved;
    private readonly bool _readsTenant;
    private readonly ImmutableArray<string> _rollouts;
    private readonly PlatformLayers _before;
    private readonly PlatformLayers _after;

    private ImpactScope(PlatformLayers before, PlatformLayers after, ImmutableArray<PointerPattern> reads, bool moved, bool readsTenant)
    {
        (_before, _after, Reads, _moved, _readsTenant) = (before, after, reads, moved, readsTenant);
        _rollouts = readsTenant ? [.. Rollouts(before.Document).Union(Rollouts(after.Document))] : [];
    }

    /// <summary>The places whose overrides matter.</summary>
    public ImmutableArray<PointerPattern> Reads { get; }

    /// <summary>Pointers that an index searches below to find all overrides that matter, and maybe more.</summary>
    public ImmutableArray<JsonPointer> Prefixes => [.. Reads.Select(read => read.Prefix).Distinct()];

    /// <summary>The scope of a change of what lies above tenants.</summary>
    public static ImpactScope Of(SectionCatalog sections, PlatformLayers before, PlatformLayers after)
    {
        var changed = Changed(sections, before, after);
        var reads = changed.Select(PointerPattern.Of).ToList();
        var moved = before.Segments.Length != after.Segments.Length || before.Segments.Zip(after.Segments).Any(pair => !ReferenceEquals(pair.First, pair.Second));
        var readsTenant = false;
        // What a policy switches off is read by later ones, so each that is touched widens what is changed.
        foreach (var policy in new PolicySet().All)
        {
            var patterns = policy.Reads.Select(PointerPattern.Parse).ToArray();
            if (!(moved && policy.ReadsTenant) && !reads.Any(read => patterns.Any(pattern => pattern.Touches(read.Segments))))
                continue;
            reads.AddRange(patterns);
            readsTenant |= policy.ReadsTenant;
        }
        return new ImpactScope(before, after, [.. reads], moved, readsTenant);
    }

    /// <summary>What sets a tenant apart from others, as far as the change goes: tenants with equal keys are changed alike.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="attributes">What it is.</param>
    /// <param name="overrides">Its overrides, at least those below <see cref="Prefixes"/>.</param>
    public string KeyOf(TenantId tenant, TenantAttributes attributes, IEnumerable<Leaf> overrides)
    {
        var key = new System.Text.StringBuilder();
        foreach (var segment in _before.SegmentsOf(tenant, attributes))
            key.Append(segment.Id.Text).Append(',');
        if (_moved)
        {
            key.Append('>');
            foreach (var segment in _after.SegmentsOf(tenant, attributes))
                key.Append(segment.Id.Text).Append(',');
        }
        if (_readsTenant)
        {
            key.Append('@').Append(attributes.Region).Append('@');
            foreach (var feature in _rollouts)
                key.Append(IsInRollout(feature, tenant, _before) ? '1' : '0').Append(IsInRollout(feature, tenant, _after) ? '1' : '0');
        }
        foreach (var leaf in overrides)
        {
            var place = leaf.Pointer.Segments;
            var touching = Reads.Where(read => read.Touches(place)).ToArray();
            if (touching.Length > 0)
                key.Append('\n').Append(leaf.Pointer.Text).Append('=').Append(touching.All(read => read.IsPresenceOnly) ? "" : leaf.Value.ToString());
        }
        return key.ToString();
    }

    private static IEnumerable<string> Rollouts(JsonObject document) =>
        document["features"].Entries().Where(feature => feature.Value.Member("rolloutPercent") is not null).Select(feature => feature.Key);

    private static bool IsInRollout(string feature, TenantId tenant, PlatformLayers layers) =>
        layers.Document["features"].Member(feature).Member("rolloutPercent").Number() is not { } percent || GrantPolicies.IsInRollout(feature, tenant, percent);

    private static HashSet<JsonPointer> Changed(SectionCatalog sections, PlatformLayers before, PlatformLayers after)
    {
        var changed = new HashSet<JsonPointer>();
        if (!before.Allowlist.Value.Equals(after.Allowlist.Value))
            changed.Add(JsonPointer.Parse("/llm/allowedHosts"));
        Add(before.Document, after.Document);
        var ids = before.Segments.Concat(after.Segments).Select(segment => segment.Id).Distinct();
        foreach (var id in ids)
        {
            var (old, now) = (before.Segments.FirstOrDefault(segment => segment.Id == id), after.Segments.FirstOrDefault(segment => segment.Id == id));
            if (ReferenceEquals(old, now))
                continue;
            // Another match or priority may change every value of the segment, another document only what differs.
            Add(JsonObject.Empty, old?.Config ?? JsonObject.Empty);
            Add(JsonObject.Empty, now?.Config ?? JsonObject.Empty);
        }
        return changed;

        void Add(JsonObject old, JsonObject now) => changed.UnionWith(
            DocumentDiff.Between(sections.Root, old, now).Select(entry => Widen(sections.Root, old, now, entry.Pointer)));
    }

    /// <summary>A map entry that comes or goes takes everything in it along.</summary>
    private static JsonPointer Widen(Shape shape, JsonObject before, JsonObject after, JsonPointer pointer)
    {
        Shape? at = shape;
        var path = JsonPointer.Root;
        foreach (var segment in pointer.Segments)
        {
            path = path.Append(segment);
            if (at is MapShape && (before.At(path) is null || after.At(path) is null))
                return path;
            at = at?.Member(segment);
        }
        return pointer;
    }
}
