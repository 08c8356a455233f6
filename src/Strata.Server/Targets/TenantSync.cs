using System.Collections.Immutable;
using Strata.Delivery.Loop;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Model.Sections;
using Strata.Storage.Delivery;
using Strata.Storage.Effective;

namespace Strata.Server.Targets;

/// <summary>Tells whether a tenant's newest revision has reached the targets.</summary>
internal sealed class TenantSync(IEnumerable<ITarget> targets, SyncStore store, IDeliveryStore queue, LayerReader layers, SectionCatalog sections)
{
    /// <summary>Where a tenant stands at every target; <c>null</c> when there is no such tenant.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="showsOperations">Whether the asker may read what targets say of things beyond the tenant: addresses of nodes, other tenants.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ImmutableArray<SyncResponse>?> FindAsync(TenantId tenant, bool showsOperations, CancellationToken cancellationToken)
    {
        if (await StandAsync(tenant, cancellationToken) is not { } stand)
            return null;
        var scopes = ImmutableArray.Create(Scope.All, Scope.Platform(stand.Platform), Scope.Tenant(tenant));
        var units = await store.StatesAsync(targets.Parts(), scopes, cancellationToken);
        var items = ImmutableArray.CreateBuilder<SyncResponse>();
        foreach (var target in targets.OrderBy(target => target.Id.Text, StringComparer.Ordinal))
        {
            var progress = await store.ProgressAsync(target.Id, stand.UnitsOf(target), cancellationToken);
            ImmutableArray<SyncState> told = [.. units[target.Id].Select(unit => showsOperations ? unit : ForTenant(unit, tenant))];
            items.Add(With(SyncResponse.Of(target.Id, told, target.Pace.Mode), progress.ToDictionary(layer => layer.Layer), stand.Vector));
        }
        return items.ToImmutable();
    }

    /// <summary>Has every target look again at what concerns a tenant.</summary>
    public async Task RequestAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        if (await StandAsync(tenant, cancellationToken) is not { } stand)
            return;
        var keys = targets.Where(target => target.Pace.Mode != TargetMode.Off).SelectMany(target => stand.UnitsOf(target)).Select(unit => unit.Unit).Distinct();
        await queue.RequestAsync([.. keys], cancellationToken);
    }

    private sealed record Stand(PlatformId Platform, RevisionVector Vector, ImmutableArray<LayerKey> Layers)
    {
        /// <summary>Every layer that decides about the tenant, with the units of a target that have to serve it.</summary>
        public ImmutableArray<(LayerKey Layer, DeliveryKey Unit)> UnitsOf(ITarget target) =>
        [
            .. from layer in Layers
               let scope = Scope.Of(layer)
               from unit in target.KeysOf(new Mark(scope, scope == Scope.All ? null : Platform), [Platform])
               select (layer, unit),
        ];
    }

    /// <summary>As the database has it now: snapshots may be a signal behind. Segments that the tenant is not in count, too, as it may have just left one.</summary>
    private async Task<Stand?> StandAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        if (await layers.FindTenantAsync(tenant, cancellationToken) is not { } own || await layers.FindPlatformAsync(own.Platform, cancellationToken) is not { } above)
            return null;
        var names = above.Revisions.Keys.Append(LayerName.Attributes).Append(LayerName.Tenant);
        return new Stand(own.Platform, own.VectorUnder(above, sections), [.. names.Select(own.KeyOf)]);
    }

    /// <summary>What targets say of their nodes and of other tenants is not this tenant's business.</summary>
    private static SyncState ForTenant(SyncState unit, TenantId tenant) => unit with
    {
        Conditions = [.. unit.Conditions.Where(condition => condition.Tenant == tenant)],
        Message = unit.Message.Length == 0 || unit.Key.Scope.TenantId == tenant ? unit.Message : "Delivery is not done; the platform's operators see why.",
        Key = unit.Key with { Part = unit.Key.Scope.TenantId == tenant ? unit.Key.Part : "" },
    };

    private static SyncResponse With(SyncResponse response, Dictionary<LayerKey, LayerProgress> progress, RevisionVector vector)
    {
        var byName = progress.Values.ToDictionary(layer => layer.Layer.Name);
        var known = response with
        {
            DesiredRevision = vector.ToString(),
            AppliedRevision = response.ProvenAt is null
                ? null
                : (vector with { Components = [.. vector.Components.Select(part => (part.Layer, Served(byName.GetValueOrDefault(part.Layer), part.Revision)))] }).ToString(),
        };
        return (known.Status, known.Health) switch
        {
            (nameof(SyncStatus.Disabled), _) => known,
            _ when progress.Values.All(layer => layer.IsServed) => known,
            (nameof(SyncStatus.Unknown), _) => known,
            (_, nameof(SyncHealth.Degraded)) => known with { Status = nameof(SyncStatus.OutOfSync) },
            _ => known with { Status = nameof(SyncStatus.OutOfSync), Health = nameof(SyncHealth.Progressing), Message = known.Message ?? SyncResponse.Awaited },
        };
    }

    /// <summary>A layer without an event before the proof stood at its start.</summary>
    private static Revision Served(LayerProgress? progress, Revision wanted) => progress?.Served ?? wanted with { Number = 0 };
}
