using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Storage.Effective;

namespace Strata.Storage.Delivery;

/// <summary>Reads what has changed in the layers of the installation since an earlier look.</summary>
/// <param name="shared">The shared database.</param>
/// <param name="layers">Reads layers.</param>
public sealed class FleetReader(SharedDatabase shared, LayerReader layers)
{
    private const string SelectChanged = """
        with changed as (
            select layer
            from layer_head
            where $1::pg_snapshot is null
               or (changed_in >= pg_snapshot_xmin($1::pg_snapshot) and not pg_visible_in_snapshot(changed_in, $1::pg_snapshot))
        )
        select pg_current_snapshot()::text,
               array(select layer from changed),
               (select layer_head.document from layer_head join changed on changed.layer = layer_head.layer where layer_head.layer = 'allowlist'),
               array(select id from platform where exists (select from changed where layer = 'allowlist'))
        """;

    /// <summary>Every layer that was changed since a moment; what changes while this reads may already be in it.</summary>
    /// <param name="since">The moment of an earlier answer (a snapshot of PostgreSQL); <c>null</c> for everything.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<FleetChanges> ChangesAsync(string? since, CancellationToken cancellationToken)
    {
        var (covers, changed, allowlist, all) = await ReadAsync(since, cancellationToken);
        var platforms = allowlist is not null ? all : changed.Select(layer => layer.PlatformId).OfType<PlatformId>().Distinct();
        var tenants = changed.Select(layer => layer.TenantId).OfType<TenantId>().ToHashSet();
        return new FleetChanges(
            covers,
            allowlist is null ? null : RevisionRows.Document(allowlist),
            await PlatformsAsync(platforms, cancellationToken),
            tenants.Count == 0 ? [] : [.. (await layers.TenantsAsync(tenants.Count > 1000 ? null : tenants, cancellationToken)).Select(Changed)]);
    }

    // Gives its connection back before the layers are read, which takes one again.
    private async Task<(string Covers, List<LayerKey> Changed, string? Allowlist, IEnumerable<PlatformId> All)> ReadAsync(string? since, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return (await connection.Command(SelectChanged, since).ReadAsync(
            static reader => (
                reader.GetString(0),
                Layers(reader.GetFieldValue<string[]>(1)),
                reader.Nullable<string>(2),
                reader.GetFieldValue<string[]>(3).Select(PlatformId.Parse)),
            cancellationToken)).Single();
    }

    // A row that only someone with SQL can have made names no layer: to tell of it is the verifier's.
    private static List<LayerKey> Layers(string[] keys) => [.. keys.Select(key => LayerKey.TryParse(key, out var layer) ? layer : null).OfType<LayerKey>()];

    private async Task<ImmutableArray<ChangedPlatform>> PlatformsAsync(IEnumerable<PlatformId> platforms, CancellationToken cancellationToken)
    {
        var read = ImmutableArray.CreateBuilder<ChangedPlatform>();
        foreach (var platform in platforms)
        {
            if (await layers.FindPlatformAsync(platform, cancellationToken) is { } state)
                read.Add(new ChangedPlatform(state.Layers, string.Join(';', state.Revisions.Select(layer => $"{layer.Key}:{layer.Value}").Order(StringComparer.Ordinal))));
        }
        return read.DrainToImmutable();
    }

    private static ChangedTenant Changed(TenantState state) => new(state.Platform, state.Layers, $"{state.Attributes};{state.Overrides}");
}
