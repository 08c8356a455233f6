using System.Collections.Concurrent;
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
    // As they were found last. Whether they still are what they were is asked every time, but their documents are read again only if not.
    private volatile ConcurrentDictionary<PlatformId, PlatformState> _platforms = [];

    // Segments as a range, `;` being what comes after `:`; a prefix could use the index only while its statement is not prepared.
    private const string SelectPlatformRevisions = """
        select layer, incarnation, number
        from layer_head
        where layer in ('allowlist', 'platform:' || $1) or (layer > 'segment:' || $1 || ':' and layer < 'segment:' || $1 || ';')
        """;

    private const string SelectPlatform = """
        select layer, incarnation, number, document
        from layer_head
        where layer in ('allowlist', 'platform:' || $1) or (layer > 'segment:' || $1 || ':' and layer < 'segment:' || $1 || ';')
        """;

    /// <summary>The layers above a platform's tenants; <c>null</c> when there is no such platform. The same object as long as none of them changes.</summary>
    public async Task<PlatformState?> FindPlatformAsync(PlatformId platform, CancellationToken cancellationToken)
    {
        var platforms = _platforms; // what is read from here on is not kept by whoever has forgotten meanwhile
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        if (platforms.TryGetValue(platform, out var known))
        {
            var revisions = await connection.Command(SelectPlatformRevisions, platform.Text).ReadAsync(Standing, cancellationToken);
            if (revisions.Count == known.Revisions.Count && revisions.TrueForAll(head => known.Revisions.GetValueOrDefault(head.Layer.Name) == head.Revision))
                return known;
        }
        var heads = (await connection.Command(SelectPlatform, platform.Text).ReadAsync(Row, cancellationToken)).ToDictionary(head => head.Key);
        if (!heads.TryGetValue(LayerKey.Platform(platform), out var own))
            return null;
        return platforms[platform] = State(platform, heads, own);
    }

    /// <summary>Has everything read anew: another copy of the database may have other documents under the numbers that are known.</summary>
    internal void ForgetAll() => _platforms = [];

    private PlatformState State(PlatformId platform, Dictionary<LayerKey, Head> heads, Head own)
    {
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
        join layer_head as head on head.layer in ('attributes:' || tenant.id, 'tenant:' || tenant.id)
        where tenant.id = $1
        order by head.layer
        """;

    /// <summary>A tenant's published layers; <c>null</c> when there is no such tenant.</summary>
    public async Task<TenantState?> FindTenantAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        // In the order of their keys, the attributes come first.
        if (await connection.Command(SelectTenant, tenant.Text).ReadAsync(
                static reader => (Head: Row(reader), Platform: reader.GetString(4)), cancellationToken) is not [var (attributes, platform), var (overrides, _)])
        {
            return null;
        }
        return State(PlatformId.Parse(platform), attributes, overrides);
    }

    private const string SelectTenants = """
        select attributes.layer, attributes.incarnation, attributes.number, attributes.document,
               overrides.layer, overrides.incarnation, overrides.number, overrides.document, tenant.platform
        from tenant
        join layer_head as attributes on attributes.layer = 'attributes:' || tenant.id
        join layer_head as overrides on overrides.layer = 'tenant:' || tenant.id
        where $1::text[] is null or tenant.id = any ($1)
        """;

    /// <summary>The published layers of several tenants.</summary>
    /// <param name="tenants">Which; <c>null</c> for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<TenantState>> TenantsAsync(IEnumerable<TenantId>? tenants, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.Command(SelectTenants, tenants?.Select(tenant => tenant.Text).ToArray()).ReadAsync(
            reader => State(PlatformId.Parse(reader.GetString(8)), Row(reader, 0), Row(reader, 4)), cancellationToken);
    }

    private TenantState State(PlatformId platform, Head attributes, Head overrides)
    {
        var (document, refused) = Accept(overrides.Document);
        return new TenantState(
            platform, new TenantLayers(overrides.Key.TenantId!.Value, TenantAttributes.Read(attributes.Document), document),
            attributes.Revision, overrides.Revision, refused);
    }

    private const string SelectRevisions = """
        select layer, incarnation, number
        from layer_head
        where layer = any ($1)
        """;

    /// <summary>Where layers stand, without their documents. Those that do not exist are left out.</summary>
    public async Task<IReadOnlyList<(LayerKey Layer, Revision Revision)>> RevisionsAsync(IEnumerable<LayerKey> layers, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.Command(SelectRevisions, layers.Select(layer => layer.Text).ToArray()).ReadAsync(Standing, cancellationToken);
    }

    /// <summary>A document without the leaves that today's schemas refuse: the inherited values show instead.</summary>
    public JsonObject Accepted(JsonObject document) => Accept(document).Document;

    private (JsonObject Document, ImmutableArray<Violation> Refused) Accept(JsonObject document)
    {
        var refused = sections.CheckLayer(document);
        return refused.IsEmpty ? (document, refused) : (Sparse.Without(sections.Root, document, refused.Select(fault => fault.Pointer)), refused);
    }

    private static (LayerKey Layer, Revision Revision) Standing(NpgsqlDataReader reader) =>
        (LayerKey.Parse(reader.GetString(0)), new Revision(reader.GetInt32(1), reader.GetInt64(2)));

    private static Head Row(NpgsqlDataReader reader) => Row(reader, 0);

    private static Head Row(NpgsqlDataReader reader, int first) => new(
        LayerKey.Parse(reader.GetString(first)),
        new Revision(reader.GetInt32(first + 1), reader.GetInt64(first + 2)),
        RevisionRows.Document(reader.GetString(first + 3)));

    private sealed record Head(LayerKey Key, Revision Revision, JsonObject Document);
}
