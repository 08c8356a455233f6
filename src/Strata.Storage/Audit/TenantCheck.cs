using System.Data;
using System.Globalization;
using Npgsql;
using Strata.Model;
using Strata.Model.Sections;

namespace Strata.Storage;

/// <summary>What the shared database holds of a tenant: read before the tenant's own, which only grows.</summary>
/// <param name="Head">The published head; its moment <c>null</c> when that is none.</param>
/// <param name="Platform">Its platform.</param>
/// <param name="Chain">Where the tenant's chain stood; <c>null</c> when nothing was published.</param>
/// <param name="Leaves">Its leaves.</param>
internal sealed record PublishedTenant((int Incarnation, long Number, string Document, DateTimeOffset? ChangedAt) Head, string? Platform, ChainHead? Chain, List<LeafRow> Leaves);

/// <summary>
/// One tenant's chain and revisions; what the shared database holds of the tenant, compared with them: published head, leaves, events; and the shared chain with
/// what each of the tenant's events has seen of it.
/// </summary>
/// <param name="shared">A connection to the shared database.</param>
/// <param name="tenant">One to the tenant's.</param>
/// <param name="catalog">The product's language.</param>
/// <param name="findings">Where to.</param>
internal sealed class TenantCheck(NpgsqlConnection shared, TenantConnection tenant, SectionCatalog catalog, AuditFindings findings)
{
    private const int Batch = 500;

    private readonly NpgsqlConnection _own = tenant.Connection;
    private readonly string _layer = LayerKey.Tenant(tenant.Tenant).Text;
    private readonly List<(long Sequence, ChainHead Shared)> _seen = [];
    private ChainCheck? _chain;

    /// <summary>How many events were right before the first that was not.</summary>
    public long Right => _chain?.Right ?? 0;

    /// <summary>Finds what is wrong.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            // What was published is read first: the tenant's database has all of it, and may have more by the time that its own snapshot is taken.
            await using var outer = await shared.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            var published = await ReadPublishedAsync(cancellationToken);
            await using var inner = await _own.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            await CheckAsync(published, cancellationToken);
        }
        finally
        {
            // The other way round: what the tenant's events have seen may be newer than the snapshot of the shared database. The chain as it stands now has all of it.
            await CheckSeenAsync(cancellationToken);
        }
    }

    private async Task CheckAsync(PublishedTenant? published, CancellationToken cancellationToken)
    {
        var leaves = new LeafHistory(catalog);
        var incarnation = await CheckIdentityAsync(cancellationToken);
        _chain = new ChainCheck(_own, ChainTables.Tenant, findings)
        {
            Revision = (layer, revision) =>
            {
                if (revision is null || revision.Revision.Number <= published?.Head.Number)
                    leaves.Add(layer, revision);
            },
            Seen = (sequence, end) => _seen.Add((sequence, end)),
        };
        await _chain.RunAsync(published?.Chain is { } end ? [new RememberedEnd("the shared database", end)] : [], cancellationToken);
        if (published is null)
        {
            findings.Add("layer_head", _layer, $"The head of layer '{_layer}' is missing.");
            return;
        }
        await CheckPublishedAsync(published, incarnation, cancellationToken);
        leaves.Compare(published.Leaves, isNumbered: incarnation is null or 1, findings);
        await CheckEventsAsync(published.Platform, incarnation, cancellationToken);
    }

    private const string SelectIdentity = "select tenant, incarnation from tenant_identity";

    /// <summary>The incarnation that the database says it is; <c>null</c> when it does not say, or is another tenant's.</summary>
    private async Task<int?> CheckIdentityAsync(CancellationToken cancellationToken)
    {
        var identities = await _own.Command(SelectIdentity).ReadAsync(static reader => (Tenant: reader.GetString(0), Incarnation: reader.GetInt32(1)), cancellationToken);
        if (identities is [var identity] && identity.Tenant == tenant.Tenant.Text)
            return identity.Incarnation;
        findings.Add("tenant_identity", tenant.Tenant.Text, identities is [var other]
            ? $"The database is that of tenant '{other.Tenant}', put in the place of '{tenant.Tenant}', or its name was changed."
            : $"The database has {identities.Count} identities instead of one.");
        return null;
    }

    private const string SelectPublished = """
        select incarnation, number, document, changed_at, platform, chain_sequence, chain_hash
        from layer_head
        where layer = $1
        """;

    private const string SelectLeaves = """
        select leaf.layer, leaf.pointer, leaf.value, leaf.number, leaf.platform is not distinct from head.platform
        from layer_leaf as leaf
        join layer_head as head on head.layer = leaf.layer
        where leaf.layer = $1
        order by leaf.pointer
        """;

    /// <summary>What the shared database holds; <c>null</c> when it does not know the tenant.</summary>
    private async Task<PublishedTenant?> ReadPublishedAsync(CancellationToken cancellationToken)
    {
        var leaves = await shared.Command(SelectLeaves, _layer).ReadAsync(SharedCheck.Row, cancellationToken);
        var heads = await shared.Command(SelectPublished, _layer).ReadAsync(
            reader => new PublishedTenant(
                (reader.GetInt32(0), reader.GetInt64(1), reader.GetString(2), reader.Moment(3)),
                reader.Nullable<string>(4),
                reader.IsDBNull(5) && reader.IsDBNull(6) ? null : new ChainHead(reader.Nullable<long?>(5) ?? -1, reader.Nullable<byte[]>(6) ?? []),
                leaves),
            cancellationToken);
        return heads is [var head] ? head : null;
    }

    private const string SelectRevision = """
        select incarnation, document, at
        from revision
        where number = $1
        """;

    private const string SelectRecorded = "select number from audit_event where sequence = $1";

    /// <summary>Checks that the published head is a revision of the tenant's, and the end of the chain the event of that revision.</summary>
    private async Task CheckPublishedAsync(PublishedTenant published, int? incarnation, CancellationToken cancellationToken)
    {
        var (head, chain) = (published.Head, published.Chain);
        var wrong = $"The published head of '{_layer}' was changed: it is not revision {head.Number}.";
        var revisions = await _own.Command(SelectRevision, head.Number).ReadAsync(
            static reader => (Incarnation: reader.GetInt32(0), Document: reader.GetString(1), At: reader.Moment(2)), cancellationToken);
        var isRevision = (head.Number, revisions) switch
        {
            (0, []) => head.Document == "{}" && head.Incarnation == incarnation,
            (_, [var revision]) => (head.Document, head.ChangedAt) == (revision.Document, revision.At) && head.Incarnation >= revision.Incarnation && head.Incarnation == incarnation,
            _ => false,
        };
        if (!isRevision)
            findings.Add("layer_head", _layer, wrong);
        var recorded = chain is null ? [] : await _own.Command(SelectRecorded, chain.Sequence).ReadAsync(static reader => reader.Nullable<long?>(0), cancellationToken);
        if (head.Number > 0 ? recorded is not [var number] || number != head.Number : chain is not null)
            findings.Add("layer_head", _layer, $"The published head of '{_layer}' was changed: the end of the chain that it remembers is not the event of revision {head.Number}.");
    }

    private const string SelectShared = "select sequence, hash from audit_event where sequence = any ($1)";

    /// <summary>Checks that the shared chain still has what the tenant's events have seen of it, each of them.</summary>
    private async Task CheckSeenAsync(CancellationToken cancellationToken)
    {
        foreach (var batch in _seen.Where(pair => pair.Shared.Sequence > 0).Chunk(Batch))
        {
            var hashes = (await shared.Command(SelectShared, (object)batch.Select(pair => pair.Shared.Sequence).Distinct().ToArray())
                .ReadAsync(static reader => (Sequence: reader.GetInt64(0), Hash: reader.GetFieldValue<byte[]>(1)), cancellationToken)).ToDictionary(pair => pair.Sequence, pair => pair.Hash);
            foreach (var (sequence, end) in batch.Where(pair => !(hashes.GetValueOrDefault(pair.Shared.Sequence) ?? []).AsSpan().SequenceEqual(pair.Shared.Hash)))
            {
                findings.Add(
                    "audit_event", string.Create(CultureInfo.InvariantCulture, $"{sequence}"),
                    $"Event {sequence} has seen event {end.Sequence} of the shared chain, which is another one now or none: the shared database was put back to an older copy or its chain written anew.",
                    sequence);
            }
        }
    }

    private const string SelectEvents = """
        select scope, sequence, id, type, platform, tenant, layer, incarnation, number, body, at
        from event
        where layer = $1
        order by incarnation, number
        """;

    private const string SelectTold = """
        select revision.incarnation, revision.number, revision.kind, revision.document, revision.author, revision.at, revision.comment, revision.parent,
               revision.restores, revision.change_id, revision.schema_version, before.document, before.incarnation
        from revision
        left join revision as before on before.number = revision.number - 1
        where revision.number = any ($1)
        """;

    /// <summary>Checks that the events of the tenant's revisions tell what these say.</summary>
    private async Task CheckEventsAsync(string? platform, int? incarnation, CancellationToken cancellationToken)
    {
        await using var command = shared.Command(SelectEvents, _layer).WithoutTimeout();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var batch = new List<EventRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            batch.Add(EventRow.Read(reader));
            if (batch.Count == Batch)
                await CheckEventsAsync(batch, platform, incarnation, cancellationToken);
        }
        await CheckEventsAsync(batch, platform, incarnation, cancellationToken);
    }

    private async Task CheckEventsAsync(List<EventRow> batch, string? platform, int? incarnation, CancellationToken cancellationToken)
    {
        var told = (await _own.Command(SelectTold, (object)batch.Select(row => row.Revision?.Number ?? 0).ToArray()).ReadAsync(
            reader => (Number: reader.GetInt64(1), Revision: Body.Revision(reader, _layer, first: 0), Before: reader.Nullable<string>(11), BeforeIncarnation: reader.Nullable<int?>(12)),
            cancellationToken)).ToDictionary(row => row.Number);
        var check = new EventCheck(catalog, findings);
        foreach (var row in batch)
        {
            var isThere = told.TryGetValue(row.Revision?.Number ?? 0, out var found);
            var (_, revision, before, former) = found;
            // What cannot be read was named already.
            if (isThere && revision is null)
                continue;
            // What an earlier incarnation did after the copy was made that is in its place, and the putting back itself, nobody can compare any more.
            if ((row.Revision?.Incarnation is >= 1 && row.Revision?.Incarnation < incarnation && revision?.Revision != row.Revision) || revision?.Revision.Incarnation < row.Revision?.Incarnation)
                continue;
            var isFirst = row.Revision?.Number == 1 && row.Revision?.Incarnation == 1;
            check.Check(row, platform, revision, isFirst ? "{}" : former == row.Revision?.Incarnation ? before : null);
        }
        batch.Clear();
    }
}
