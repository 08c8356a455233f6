using System.Collections.Immutable;
using Npgsql;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Sections;

namespace Strata.Storage.Effective;

/// <summary>Reads the layers that resolution needs, each set in one statement and so as of one moment.</summary>
/// <param name="database">The shared database.</param>
/// <param name="sections">Today's schemas: what they refuse of older documents is left out.</param>
public sealed class LayerReader(SharedDatabase database, SectionCatalog sections)
{
    private const string SelectPlatform = """
        select layer, incarnation, number, document
        from layer_head
        where layer in ('allowlist', 'platform:' || @platform) or layer like 'segment:' || @platform || ':%'
        """;

    /// <summary>The layers above a platform's tenants; <c>null</c> when there is no such platform.</summary>
    public async Task<PlatformState?> FindPlatformAsync(PlatformId platform, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SelectPlatform);
        command.Parameters.AddWithValue("platform", platform.Text);
        var heads = await ReadAsync(command, cancellationToken);
        if (!heads.TryGetValue(LayerKey.Platform(platform), out var own))
            return null;

        var segments = from head in heads
                       where head.Key.SegmentId is not null && head.Value.Document.Count > 0 // {} is a deleted segment
                       let segment = Segment.Read(head.Key.SegmentId!.Value, head.Value.Document)
                       select segment with { Config = Accept(segment.Config).Document };
        var allowlist = heads.TryGetValue(LayerKey.Allowlist, out var hosts) ? Allowlist.Read(hosts.Document) : Allowlist.Empty;
        return new PlatformState(
            new PlatformLayers(platform, allowlist, Accept(own.Document).Document, [.. segments]),
            heads.ToImmutableDictionary(head => head.Key.Name, head => head.Value.Revision));
    }

    private const string SelectTenant = """
        select head.layer, head.incarnation, head.number, head.document, tenant.platform
        from tenant
        join layer_head head on head.layer in ('attributes:' || tenant.id, 'tenant:' || tenant.id)
        where tenant.id = @tenant
        """;

    /// <summary>A tenant's published layers; <c>null</c> when there is no such tenant.</summary>
    public async Task<TenantState?> FindTenantAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SelectTenant);
        command.Parameters.AddWithValue("tenant", tenant.Text);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        LayerHeadRow? attributes = null, overrides = null;
        PlatformId platform = default;
        while (await reader.ReadAsync(cancellationToken))
        {
            var (key, row) = Row(reader);
            platform = PlatformId.Parse(reader.GetString(4));
            if (key.Kind == LayerKind.Attributes)
                attributes = row;
            else
                overrides = row;
        }
        if (attributes is null || overrides is null)
            return null;
        var (document, refused) = Accept(overrides.Document);
        return new TenantState(
            platform, new TenantLayers(tenant, TenantAttributes.Read(attributes.Document), document), attributes.Revision, overrides.Revision, refused);
    }

    /// <summary>A document without the leaves that today's schemas refuse: the inherited values show instead.</summary>
    public JsonObject Accepted(JsonObject document) => Accept(document).Document;

    private (JsonObject Document, ImmutableArray<Violation> Refused) Accept(JsonObject document)
    {
        var refused = sections.CheckLayer(document);
        return refused.IsEmpty ? (document, refused) : (Sparse.Without(sections.Root, document, refused.Select(fault => fault.Pointer)), refused);
    }

    private static async Task<Dictionary<LayerKey, LayerHeadRow>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var heads = new Dictionary<LayerKey, LayerHeadRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (key, row) = Row(reader);
            heads[key] = row;
        }
        return heads;
    }

    private static (LayerKey Key, LayerHeadRow Row) Row(NpgsqlDataReader reader) => (
        LayerKey.Parse(reader.GetString(0)),
        new LayerHeadRow(new Revision(reader.GetInt32(1), reader.GetInt64(2)), (JsonObject)Json.Trusted(reader.GetString(3))));

    private sealed record LayerHeadRow(Revision Revision, JsonObject Document);
}
