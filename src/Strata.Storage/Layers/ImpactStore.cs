using System.Runtime.CompilerServices;
using Npgsql;
using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Storage;

/// <summary>A tenant below a change, and what of it may matter to that.</summary>
/// <param name="Id">Whose.</param>
/// <param name="Attributes">What it is.</param>
/// <param name="Overrides">The leaves that it overrides at, above or below the places that were asked for, in the order of their pointers.</param>
public sealed record TenantInScope(TenantId Id, TenantAttributes Attributes, IReadOnlyList<Leaf> Overrides);

/// <summary>What impact previews ask about all tenants of a platform at once. Reads the shared database only.</summary>
public sealed class ImpactStore(SharedDatabase shared)
{
    // Two parts that never overlap: leaves at or above a place (an opaque value is one leaf), and leaves below it. '0' follows '/'.
    private const string SelectTenants = """
        select substr(head.layer, length('attributes:') + 1), head.document, own.pointers, own.values
        from layer_head as head
        left join (
            select layer, array_agg(pointer order by pointer) as pointers, array_agg(value order by pointer) as values
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
            ) as leaf
            group by layer
        ) as own on own.layer = 'tenant:' || substr(head.layer, length('attributes:') + 1)
        where head.platform = $1 and starts_with(head.layer, 'attributes:')
        """;

    /// <summary>All tenants of a platform as of one moment, whatever their status, streamed in no order.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="places">Where overrides matter.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async IAsyncEnumerable<TenantInScope> TenantsAsync(
        PlatformId platform, IReadOnlyList<JsonPointer> places, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var outermost = places.Distinct().Where(place => !places.Any(other => other != place && place.IsWithin(other))).ToArray();
        var atOrAbove = outermost.SelectMany(AtOrAbove).Distinct(StringComparer.Ordinal).ToArray();
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await using var command = connection.Command(SelectTenants, platform.Text, atOrAbove, outermost.Select(place => place.Text).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            yield return new TenantInScope(TenantId.Parse(reader.GetString(0)), TenantAttributes.Read(RevisionRows.Document(reader.GetString(1))), Leaves(reader));
    }

    private static Leaf[] Leaves(NpgsqlDataReader reader) => reader.IsDBNull(2)
        ? []
        : [.. reader.GetFieldValue<string[]>(2).Zip(reader.GetFieldValue<string[]>(3), (pointer, value) => new Leaf(JsonPointer.Parse(pointer), Json.Trusted(value)))];

    private static IEnumerable<string> AtOrAbove(JsonPointer place)
    {
        for (var text = place.Text; text.Length > 0; text = text[..text.LastIndexOf('/')])
            yield return text;
    }
}
