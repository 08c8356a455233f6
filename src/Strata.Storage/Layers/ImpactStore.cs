using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Storage;

/// <summary>One value that a tenant overrides.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Pointer">Where.</param>
/// <param name="Value">What.</param>
public readonly record struct TenantOverride(TenantId Tenant, JsonPointer Pointer, Json Value);

/// <summary>What impact previews ask about all tenants of a platform at once. Reads the shared database only.</summary>
public sealed class ImpactStore(SharedDatabase shared)
{
    // Two parts that never overlap: leaves at or above a place (an opaque value is one leaf), and leaves below it. '0' follows '/'.
    private const string SelectOverrides = """
        select layer, pointer, value
        from (
            select layer, pointer, value
            from layer_leaf
            where platform = $1 and layer like 'tenant:%' and pointer = any ($2)
            union all
            select leaf.layer, leaf.pointer, leaf.value
            from unnest($3::text[]) as place (pointer)
            join layer_leaf as leaf
              on leaf.platform = $1 and leaf.layer like 'tenant:%'
             and leaf.pointer >= place.pointer || '/' and leaf.pointer < place.pointer || '0'
        ) as overrides
        order by layer collate "C", pointer
        """;

    /// <summary>What tenants of a platform override at, above or below the given places: ordered by tenant, then pointer, streamed.</summary>
    public async IAsyncEnumerable<TenantOverride> OverridesAsync(
        PlatformId platform, IReadOnlyList<JsonPointer> places, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var outermost = places.Distinct().Where(place => !places.Any(other => other != place && place.IsWithin(other))).ToArray();
        var atOrAbove = outermost.SelectMany(AtOrAbove).Distinct(StringComparer.Ordinal).ToArray();
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await using var command = connection.Command(SelectOverrides, platform.Text, atOrAbove, outermost.Select(place => place.Text).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var tenant = LayerKey.Parse(reader.GetString(0)).TenantId!.Value;
            yield return new TenantOverride(tenant, JsonPointer.Parse(reader.GetString(1)), Json.Trusted(reader.GetString(2)));
        }
    }

    private const string SelectAttributes = """
        select layer, incarnation, number, document, changed_at
        from layer_head
        where platform = $1 and starts_with(layer, 'attributes:')
        order by layer collate "C"
        """;

    /// <summary>The attributes of all tenants of a platform in the order of their ids, whatever their status.</summary>
    public async Task<ImmutableArray<LayerHead>> AttributesAsync(PlatformId platform, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.Command(SelectAttributes, platform.Text).ReadAsync(LayerRows.ReadHead, cancellationToken)];
    }

    private static IEnumerable<string> AtOrAbove(JsonPointer place)
    {
        for (var text = place.Text; text.Length > 0; text = text[..text.LastIndexOf('/')])
            yield return text;
    }
}
