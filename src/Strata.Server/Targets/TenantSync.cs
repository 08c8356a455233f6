using System.Collections.Immutable;
using Strata.Delivery.Loop;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Storage.Delivery;
using Strata.Storage.Effective;

namespace Strata.Server.Targets;

/// <summary>Tells whether a tenant's newest revision has reached the targets.</summary>
internal sealed class TenantSync(IEnumerable<ITarget> targets, SyncStore store, IDeliveryStore queue)
{
    private const string Awaited = "A change has not been proven to be served yet.";

    /// <summary>Where a tenant stands at every target.</summary>
    public async Task<ImmutableArray<SyncResponse>> OfAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        var scopes = Scopes(snapshot);
        var units = (await store.StatesAsync(scopes, cancellationToken)).ToLookup(unit => unit.Key.Target);
        var items = ImmutableArray.CreateBuilder<SyncResponse>();
        foreach (var target in targets.OrderBy(target => target.Id.Text, StringComparer.Ordinal))
        {
            ImmutableArray<SyncState> own = [.. units[target.Id].Select(unit => About(unit, snapshot.State.Layers.Id))];
            var progress = await ProgressAsync(target, scopes, snapshot, cancellationToken);
            items.Add(With(SyncResponse.Of(target.Id, own, target.Pace.Mode), progress.ToDictionary(layer => layer.Layer), snapshot));
        }
        return items.ToImmutable();
    }

    private async Task<IEnumerable<LayerProgress>> ProgressAsync(ITarget target, ImmutableArray<Scope> scopes, Snapshot snapshot, CancellationToken cancellationToken)
    {
        var layers = snapshot.Vector.Components.Select(part => snapshot.KeyOf(part.Layer));
        if (!target.IsPerScope)
            return await store.ProgressAsync(target.Id, scopes, layers, cancellationToken);
        var progress = new List<LayerProgress>();
        foreach (var ofScope in layers.GroupBy(Scope.Of))
            progress.AddRange(await store.ProgressAsync(target.Id, [ofScope.Key], ofScope, cancellationToken));
        return progress;
    }

    /// <summary>Has every target look again at what concerns a tenant.</summary>
    public async Task RequestAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        foreach (var target in targets.Where(target => target.Pace.Mode != TargetMode.Off))
        {
            foreach (var scope in Scopes(snapshot))
                await queue.RequestAsync(target.Id, scope, part: null, approved: null, cancellationToken);
        }
    }

    private static ImmutableArray<Scope> Scopes(Snapshot snapshot) =>
        [Scope.All, Scope.Platform(snapshot.State.Platform), Scope.Tenant(snapshot.State.Layers.Id)];

    /// <summary>What is told about other tenants is not this one's business.</summary>
    private static SyncState About(SyncState unit, TenantId tenant) =>
        unit with { Conditions = [.. unit.Conditions.Where(condition => condition.Tenant is null || condition.Tenant == tenant)] };

    private static SyncResponse With(SyncResponse response, Dictionary<LayerKey, LayerProgress> progress, Snapshot snapshot)
    {
        var layers = snapshot.Vector.Components.Select(part => (part.Layer, Progress: progress[snapshot.KeyOf(part.Layer)])).ToImmutableArray();
        var isServed = layers.All(part => part.Progress.IsServed);
        var known = response with
        {
            DesiredRevision = Vector(snapshot, layers.Select(part => (part.Layer, part.Progress.Head))),
            AppliedRevision = response.ProvenAt is null
                ? null
                : Vector(snapshot, layers.Select(part => (part.Layer, part.Progress.Served ?? part.Progress.Head with { Number = 0 }))),
        };
        return known.Status != nameof(SyncStatus.Synced) || isServed
            ? known
            : known with { Status = nameof(SyncStatus.OutOfSync), Health = nameof(SyncHealth.Progressing), Message = Awaited };
    }

    private static string Vector(Snapshot snapshot, IEnumerable<(LayerName, Revision)> layers) =>
        (snapshot.Vector with { Components = [.. layers] }).ToString();
}
