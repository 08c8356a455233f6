using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Strata.Model.Policies;
using Strata.Model.Sections;

namespace Strata.Model.Resolution;

/// <summary>
/// Computes effective configuration. Deterministic and pure: equal layers give equal bytes; linear in the size of the documents.
/// </summary>
/// <param name="sections">The product's language.</param>
public sealed class Resolver(SectionCatalog sections)
{
    private readonly PolicySet _policies = new();

    // Never more than a memory: a prefix follows from the layers that it hangs on, and goes with them.
    private readonly ConditionalWeakTable<PlatformLayers, ConcurrentDictionary<string, MergedPrefix?>> _prefixes = [];

    /// <summary>The effective configuration of a tenant.</summary>
    public EffectiveConfiguration Resolve(PlatformLayers above, TenantLayers tenant)
    {
        var segments = above.SegmentsOf(tenant.Id, tenant.Attributes);
        return Resolve(above, segments, new LayerValue(LayerName.Tenant, tenant.Overrides), new PolicySubject(tenant.Id, tenant.Attributes, segments));
    }

    /// <summary>The effective defaults of a platform: its layer over core. What only a tenant can bring (credentials, grants) is not judged.</summary>
    public EffectiveConfiguration Resolve(PlatformLayers platform) => Resolve(platform, [], null, null);

    /// <summary>The effective configuration of a tenant that is in one segment and overrides nothing.</summary>
    public EffectiveConfiguration Resolve(PlatformLayers platform, Segment segment) => Resolve(platform, [segment], null, null);

    private EffectiveConfiguration Resolve(PlatformLayers above, ImmutableArray<Segment> segments, LayerValue? tenant, PolicySubject? subject)
    {
        var layers = new List<LayerValue>(segments.Length + 2) { new(LayerName.Platform, above.Document) };
        foreach (var segment in segments)
            layers.Add(new LayerValue(segment.Layer, segment.Config));
        var prefix = tenant is null ? null : PrefixOf(above, segments, layers);
        if (tenant is not null)
            layers.Add(tenant);

        var (document, leaves, breaches) = LayerMerge.Run(sections.Root, above.Allowlist, layers, prefix);
        var context = new PolicyContext(document, subject);
        _policies.Run(context);
        return new EffectiveConfiguration
        {
            Document = context.Document,
            Leaves = context.Mark(leaves),
            Breaches = [.. breaches],
            Withheld = context.Withheld,
            Findings = context.Findings,
        };
    }

    /// <summary>
    /// What the layers above give tenants of these segments; <c>null</c> the first time that one of them is resolved, since a prefix pays from the
    /// second on.
    /// </summary>
    private MergedPrefix? PrefixOf(PlatformLayers above, ImmutableArray<Segment> segments, List<LayerValue> layers)
    {
        var known = _prefixes.GetOrAdd(above, static _ => new ConcurrentDictionary<string, MergedPrefix?>(StringComparer.Ordinal));
        var key = string.Join(',', segments.Select(segment => segment.Id.Text));
        if (known.TryAdd(key, null))
            return null;
        return known[key] ?? (known[key] = LayerMerge.Prefix(sections.Root, above.Allowlist, layers));
    }
}
