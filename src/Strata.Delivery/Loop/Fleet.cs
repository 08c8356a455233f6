using System.Collections.Immutable;
using Strata.Delivery.Rendering;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Model.Documents;
using Strata.Model.Resolution;

namespace Strata.Delivery.Loop;

/// <summary>What one kind of target needs of a tenant's effective document. Kept in memory for every tenant, so it had better be small.</summary>
/// <param name="Kind">The kind of target.</param>
/// <param name="Of">Makes the slice; pure.</param>
public sealed record FleetSlice(string Kind, Func<Tenant, JsonObject> Of);

/// <summary>
/// All tenants of the installation as targets see them, kept up to date in memory: only what has changed since the last look is read and resolved
/// again, so that a pass without a difference costs one small query.
/// </summary>
/// <param name="changes">Reads what has changed since a moment: <see cref="IDeliveryStore.ChangesAsync"/>.</param>
/// <param name="resolver">Computes effective configuration.</param>
/// <param name="slices">What is kept of each tenant.</param>
public sealed class Fleet(Func<string?, CancellationToken, Task<FleetChanges>> changes, Resolver resolver, IEnumerable<FleetSlice> slices) : IDisposable
{
    private readonly ImmutableArray<FleetSlice> _slices = [.. slices];
    private readonly SemaphoreSlim _updating = new(1);
    private FleetState? _state;

    /// <summary>The fleet with everything that was committed before the call.</summary>
    public async Task<FleetState> CurrentAsync(CancellationToken cancellationToken)
    {
        await _updating.WaitAsync(cancellationToken);
        try
        {
            return _state = Apply(_state ?? FleetState.Empty, await changes(_state?.Covers, cancellationToken));
        }
        finally
        {
            _updating.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _updating.Dispose();

    private FleetState Apply(FleetState state, FleetChanges changes)
    {
        var brands = state.Brands.ToBuilder();
        foreach (var platform in changes.Platforms)
        {
            var known = brands.GetValueOrDefault(platform.Layers.Id);
            if (known?.Version != platform.Version)
                brands[platform.Layers.Id] = Resolve(platform, known?.Tenants ?? ImmutableDictionary<TenantId, FleetTenant>.Empty);
        }
        foreach (var ofPlatform in changes.Tenants.GroupBy(tenant => tenant.Platform))
        {
            // A platform that is newer than the answer comes with the next one, and its tenants come again.
            if (!brands.TryGetValue(ofPlatform.Key, out var brand))
                continue;
            var fresh = ofPlatform.Where(tenant => brand.Tenants.GetValueOrDefault(tenant.Layers.Id)?.Version != tenant.Version).ToImmutableArray();
            if (!fresh.IsEmpty)
                brands[ofPlatform.Key] = brand with { Tenants = brand.Tenants.SetItems(Resolve(brand.Layers, fresh.Select(tenant => (tenant.Layers, tenant.Version)))) };
        }
        return new FleetState(changes.Covers, changes.Allowlist ?? state.Allowlist, brands.ToImmutable());
    }

    private FleetBrand Resolve(ChangedPlatform platform, ImmutableDictionary<TenantId, FleetTenant> tenants) => new(
        platform.Layers,
        platform.Version,
        resolver.Resolve(platform.Layers).Document,
        ImmutableDictionary.CreateRange(Resolve(platform.Layers, tenants.Values.Select(tenant => (tenant.Layers, tenant.Version)))));

    private IEnumerable<KeyValuePair<TenantId, FleetTenant>> Resolve(PlatformLayers above, IEnumerable<(TenantLayers Layers, string Version)> tenants) =>
        tenants.AsParallel().WithDegreeOfParallelism(Math.Max(1, Environment.ProcessorCount / 2)).Select(tenant =>
        {
            var whole = new Tenant(
                tenant.Layers.Id,
                tenant.Layers.Attributes,
                [.. above.SegmentsOf(tenant.Layers.Id, tenant.Layers.Attributes).Select(segment => segment.Id)],
                resolver.Resolve(above, tenant.Layers).Document);
            return KeyValuePair.Create(
                tenant.Layers.Id, new FleetTenant(tenant.Layers, tenant.Version, whole.Segments, [.. _slices.Select(slice => slice.Of(whole))]));
        });

    /// <summary>The installation as one kind of target sees it: each tenant's document is that kind's slice.</summary>
    public Installation Of(string kind, FleetState state)
    {
        var index = _slices.IndexOf(_slices.Single(slice => slice.Kind == kind));
        return new Installation(
            [.. state.Brands.Values.Select(brand => new Brand(brand.Layers.Id, brand.Defaults, brand.Tenants.Values.Select(tenant => tenant.As(index))))],
            state.Allowlist);
    }
}

/// <summary>The whole fleet as of one moment.</summary>
/// <param name="Covers">The moment; see <see cref="Completion.Covers"/>.</param>
/// <param name="Allowlist">The allowlist's document.</param>
/// <param name="Brands">The platforms. The same object as before when nothing has changed, so that what was made of it need not be made again.</param>
public sealed record FleetState(string Covers, JsonObject Allowlist, ImmutableDictionary<PlatformId, FleetBrand> Brands)
{
    /// <summary>A fleet of which nothing is known yet.</summary>
    internal static readonly FleetState Empty = new("", JsonObject.Empty, ImmutableDictionary<PlatformId, FleetBrand>.Empty);
}

/// <summary>A platform and its tenants.</summary>
/// <param name="Layers">What stands above the tenants.</param>
/// <param name="Version">Equal for equal revisions.</param>
/// <param name="Defaults">The platform's effective defaults.</param>
/// <param name="Tenants">The tenants.</param>
public sealed record FleetBrand(PlatformLayers Layers, string Version, JsonObject Defaults, ImmutableDictionary<TenantId, FleetTenant> Tenants);

/// <summary>What is kept of a tenant.</summary>
/// <param name="Layers">Its layers, to resolve it again.</param>
/// <param name="Version">Equal for equal revisions.</param>
/// <param name="Segments">The segments that it is in.</param>
/// <param name="Slices">Its slices in the order of the kinds.</param>
public sealed record FleetTenant(TenantLayers Layers, string Version, ImmutableArray<SegmentId> Segments, ImmutableArray<JsonObject> Slices)
{
    internal Tenant As(int slice) => new(Layers.Id, Layers.Attributes, Segments, Slices[slice]);
}
