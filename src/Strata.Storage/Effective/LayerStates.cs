using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Sections;

namespace Strata.Storage.Effective;

/// <summary>Everything above the tenants of a platform, as the database had it at one moment.</summary>
/// <param name="Layers">The layers, without what today's schemas refuse.</param>
/// <param name="Revisions">The revision of each of them.</param>
public sealed record PlatformState(PlatformLayers Layers, ImmutableDictionary<LayerName, Revision> Revisions)
{
    /// <summary>The revision of a layer; number 0 for one that was never written.</summary>
    public Revision RevisionOf(LayerName layer) => Revisions.GetValueOrDefault(layer);
}

/// <summary>A tenant's own layers, as the database had them at one moment.</summary>
/// <param name="Platform">The tenant's platform.</param>
/// <param name="Layers">The layers, without what today's schemas refuse.</param>
/// <param name="Attributes">The revision of its attributes.</param>
/// <param name="Overrides">The revision of its overrides.</param>
/// <param name="Refused">Stored values that today's schemas refuse: kept in history, not in force.</param>
public sealed record TenantState(PlatformId Platform, TenantLayers Layers, Revision Attributes, Revision Overrides, ImmutableArray<Violation> Refused)
{
    /// <summary>What the tenant's effective document is computed from.</summary>
    public RevisionVector VectorUnder(PlatformState above, SectionCatalog sections)
    {
        var components = ImmutableArray.CreateBuilder<(LayerName, Revision)>();
        components.Add((LayerName.Allowlist, above.RevisionOf(LayerName.Allowlist)));
        components.Add((LayerName.Platform, above.RevisionOf(LayerName.Platform)));
        foreach (var segment in above.Layers.SegmentsOf(Layers.Id, Layers.Attributes))
            components.Add((segment.Layer, above.RevisionOf(segment.Layer)));
        components.Add((LayerName.Attributes, Attributes));
        components.Add((LayerName.Tenant, Overrides));
        return new RevisionVector(sections.Version, components.DrainToImmutable());
    }

    /// <summary>The stored layer of a name as this tenant sees it, e.g. of a component of its vector.</summary>
    public LayerKey KeyOf(LayerName layer)
    {
        if (layer == LayerName.Allowlist)
            return LayerKey.Allowlist;
        if (layer == LayerName.Platform)
            return LayerKey.Platform(Platform);
        if (layer == LayerName.Attributes)
            return LayerKey.Attributes(Layers.Id);
        return layer == LayerName.Tenant
            ? LayerKey.Tenant(Layers.Id)
            : LayerKey.Segment(Platform, layer.SegmentId!.Value);
    }
}

/// <summary>A tenant's effective configuration, ready to be written to a socket.</summary>
/// <param name="State">The tenant's layers that it was computed from.</param>
/// <param name="Above">The layers above that it was computed from.</param>
/// <param name="Vector">Their revisions.</param>
/// <param name="Bytes">The effective document, canonical UTF-8.</param>
/// <param name="ETag">A strong ETag, quotes included: the hash of the bytes.</param>
public sealed record Snapshot(TenantState State, PlatformState Above, RevisionVector Vector, ReadOnlyMemory<byte> Bytes, string ETag)
{
    /// <summary>The vector's text, made once.</summary>
    public string Revision { get; } = Vector.ToString();

    /// <inheritdoc cref="TenantState.KeyOf"/>
    public LayerKey KeyOf(LayerName layer) => State.KeyOf(layer);

    /// <summary>The revision of a layer at that moment, whether the tenant is in it or not; number 0 for one that was never written.</summary>
    public Revision RevisionOf(LayerName layer) =>
        layer == LayerName.Attributes ? State.Attributes : layer == LayerName.Tenant ? State.Overrides : Above.RevisionOf(layer);
}
