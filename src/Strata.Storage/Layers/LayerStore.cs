using System.Collections.Immutable;
using Npgsql;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Model.Documents;
using Strata.Model.Sections;
using Strata.Storage.Delivery;

namespace Strata.Storage;

/// <summary>
/// Layers: their heads, revisions and leaves, and the commits of those that live in the shared database. A tenant's layer is committed by
/// <see cref="TenantWrites"/>; its head here is the published one.
/// </summary>
public sealed class LayerStore(SharedDatabase shared, TenantConnections tenants, SectionCatalog catalog, Checkpoints checkpoints)
{
    /// <summary>Where a layer stands; <c>null</c> when there is no such layer.</summary>
    public async Task<LayerHead?> FindHeadAsync(LayerKey layer, CancellationToken cancellationToken) =>
        (await HeadsAsync([layer], cancellationToken)).SingleOrDefault();

    private const string SelectHeads = """
        select layer, incarnation, number, document, changed_at
        from layer_head
        where layer = any ($1)
        order by layer collate "C"
        """;

    /// <summary>Where several layers stand, as of one moment, in the order of their keys. Those that do not exist are left out.</summary>
    public async Task<ImmutableArray<LayerHead>> HeadsAsync(IEnumerable<LayerKey> layers, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.Command(SelectHeads, layers.Select(layer => layer.Text).ToArray()).ReadAsync(LayerRows.ReadHead, cancellationToken)];
    }

    private const string SelectSegments = """
        select layer, incarnation, number, document, changed_at
        from layer_head
        where platform = $1 and starts_with(layer, 'segment:') and layer > $2 and document <> '{}'
        order by layer collate "C"
        limit $3
        """;

    /// <summary>The segments of a platform in the order of their ids, without deleted ones (whose document is empty).</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="after">The id that the page before ended with; <c>null</c> for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ImmutableArray<LayerHead>> SegmentsAsync(PlatformId platform, SegmentId? after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.Command(SelectSegments, platform.Text, after is { } id ? LayerKey.Segment(platform, id).Text : "", limit)
            .ReadAsync(LayerRows.ReadHead, cancellationToken)];
    }

    private const string SelectRevisions = """
        select 0, number, kind, author, at, comment, parent, restores, change_id, schema_version
        from layer_revision
        where layer = $1 and number < $2
        order by number desc
        limit $3
        """;

    /// <summary>Revisions of a layer, newest first. A tenant's are read from its own database.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="before">Only those with smaller numbers; <c>null</c> starts with the newest.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ImmutableArray<RevisionHeader>> RevisionsAsync(LayerKey layer, long? before, int limit, CancellationToken cancellationToken)
    {
        var start = before ?? long.MaxValue;
        if (layer.TenantId is { } tenant && layer.Kind == LayerKind.Tenant)
        {
            await using var rented = await tenants.RentAsync(tenant, cancellationToken);
            return await TenantRows.RevisionsAsync(rented, start, limit, cancellationToken);
        }
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.Command(SelectRevisions, layer.Text, start, limit)
            .ReadAsync(reader => RevisionRows.ReadHeader(reader, layer), cancellationToken)];
    }

    private const string SelectNumbered = """
        select 0, number, kind, author, at, comment, parent, restores, change_id, schema_version
        from layer_revision
        where layer = $1 and number = any ($2)
        order by number desc
        """;

    /// <summary>The revisions of these numbers, newest first; those that the layer does not have are left out.</summary>
    public async Task<ImmutableArray<RevisionHeader>> FindRevisionsAsync(LayerKey layer, IEnumerable<long> numbers, CancellationToken cancellationToken)
    {
        if (layer.TenantId is { } tenant && layer.Kind == LayerKind.Tenant)
        {
            await using var rented = await tenants.RentAsync(tenant, cancellationToken);
            return await TenantRows.FindRevisionsAsync(rented, numbers, cancellationToken);
        }
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.Command(SelectNumbered, layer.Text, numbers.ToArray())
            .ReadAsync(reader => RevisionRows.ReadHeader(reader, layer), cancellationToken)];
    }

    private const string SelectRevision = """
        select 0, number, kind, document, author, at, comment, parent, restores, change_id, schema_version
        from layer_revision
        where layer = $1 and number = $2
        """;

    /// <summary>One revision with its document; <c>null</c> when the layer has none of that number.</summary>
    public async Task<StoredRevision?> FindRevisionAsync(LayerKey layer, long number, CancellationToken cancellationToken)
    {
        if (layer.TenantId is { } tenant && layer.Kind == LayerKind.Tenant)
        {
            await using var rented = await tenants.RentAsync(tenant, cancellationToken);
            return await TenantRows.FindRevisionAsync(rented, number, cancellationToken);
        }
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return (await connection.Command(SelectRevision, layer.Text, number)
            .ReadAsync(reader => RevisionRows.Read(reader, layer), cancellationToken)).SingleOrDefault();
    }

    private const string SelectMade = """
        select number
        from layer_revision
        where layer = $1 and change_id = $2
        """;

    /// <summary>The number of the revision that a change has made of a layer; <c>null</c> when it has made none.</summary>
    public async Task<long?> FindMadeAsync(LayerKey layer, Guid changeId, CancellationToken cancellationToken)
    {
        if (layer.TenantId is { } tenant && layer.Kind == LayerKind.Tenant)
        {
            await using var rented = await tenants.RentAsync(tenant, cancellationToken);
            return await TenantRows.FindMadeAsync(rented.Connection, changeId, cancellationToken);
        }
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return (await connection.Command(SelectMade, layer.Text, changeId).ReadAsync(static reader => reader.GetInt64(0), cancellationToken)) is [.., var number] ? number : null;
    }

    private const string SelectLeaves = """
        select pointer, value, number
        from layer_leaf
        where layer = $1
        order by pointer
        """;

    /// <summary>Every leaf that a layer's current document sets, with the number of the revision that last changed it, in the order of the pointers.</summary>
    public async Task<ImmutableArray<LayerLeaf>> LeavesAsync(LayerKey layer, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.Command(SelectLeaves, layer.Text).ReadAsync(
            static reader => new LayerLeaf(JsonPointer.Parse(reader.GetString(0)), Json.Trusted(reader.GetString(1)), reader.GetInt64(2)), cancellationToken)];
    }

    /// <summary>Commits changes of layers of the shared database together, with their events, audit events and the answer.</summary>
    /// <returns>The revisions in the order of the changes, or <c>revision_mismatch</c> when a layer has moved on since its <see cref="Change.Base"/>.</returns>
    /// <exception cref="OutcomeUnknownException">The connection was lost in the commit, or the idempotency key belongs to a later request.</exception>
    public async Task<Result<ImmutableArray<StoredRevision>>> CommitAsync(
        ImmutableArray<Change> changes, Act act, Answer answer, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await Claims.HoldAsync(transaction, act.Claim, cancellationToken);
        var revisions = await AppendAsync(transaction, changes, act, batch => Claims.Answer(batch, act.Claim, answer), cancellationToken);
        if (revisions.Error is not null)
            return revisions;
        await checkpoints.Reached("shared.commit.prepared");
        await Committing.FinishAsync(transaction, cancellationToken);
        await checkpoints.Reached("shared.commit.committed");
        return revisions;
    }

    /// <summary>The same inside a transaction of the caller, which adds <paramref name="others"/> of its own; without claim and answer.</summary>
    internal async Task<Result<ImmutableArray<StoredRevision>>> AppendAsync(
        NpgsqlTransaction transaction, ImmutableArray<Change> changes, Act act, Action<NpgsqlBatch> others, CancellationToken cancellationToken)
    {
        // In the order in which heads are locked, since an insert waits like a lock.
        var segments = changes.Where(change => change is { Base: 0, Layer.Kind: LayerKind.Segment });
        foreach (var segment in segments.OrderBy(change => change.Layer.Text, StringComparer.Ordinal))
            await LayerRows.CreateAsync(transaction, segment.Layer, segment.Layer.PlatformId!.Value, (0, act.At), cancellationToken);
        var heads = await LayerRows.LockAsync(transaction, changes.Select(change => change.Layer), cancellationToken);
        foreach (var change in changes)
        {
            var number = heads.TryGetValue(change.Layer, out var locked) ? locked.Head.Revision.Number : 0;
            if (locked is null || number != change.Base)
                return Stale(change, number);
        }
        var revisions = changes.Select(change => RevisionRows.Of(change, incarnation: 0, act)).ToImmutableArray();
        var rows = transaction.Batch();
        Principals.Seen(rows, act);
        foreach (var revision in revisions)
            Apply(rows, heads[revision.Layer], revision);
        foreach (var (change, revision) in changes.Zip(revisions).OrderBy(made => Scope.Of(made.First.Layer).Text, StringComparer.Ordinal))
            Outbox.Append(rows, EventEntry.Of(heads[change.Layer], PublishedRevision.Of(revision), change.TenantsAffected, catalog));
        var chain = await AuditChain.LockAfterAsync(rows, cancellationToken);
        var last = transaction.Batch();
        foreach (var (change, revision) in changes.Zip(revisions))
            chain = AuditChain.Append(last, chain, AuditEntry.Of(change, act, revision, heads[change.Layer].Head.Document));
        LayerRows.Signal(last, [.. changes.Select(change => change.Layer)]);
        others(last);
        await last.RunAsync(cancellationToken);
        return revisions;
    }

    /// <summary>The refusal of a change whose layer has moved on.</summary>
    internal static Error Stale(Change change, long number) => new(
        ErrorCodes.RevisionMismatch, $"Layer '{change.Layer.Name}' is at revision {number}; the change was made for revision {change.Base}.");

    private void Apply(NpgsqlBatch batch, LockedHead head, StoredRevision revision)
    {
        LayerRows.Append(batch, revision);
        LayerRows.MoveHead(batch, revision.Head);
        if (revision.Layer.Kind == LayerKind.Attributes)
            UpdateTenant(batch, revision.Layer.TenantId!.Value, TenantAttributes.Read(revision.Document));
        else if (revision.Layer.Kind != LayerKind.Allowlist)
            LayerRows.ReplaceLeaves(batch, head, revision.Revision, [.. LeafHistory.LeavesOf(catalog, revision.Layer, revision.Document)]);
    }

    private const string UpdateRegistry = """
        update tenant
        set display_name = $2, tier = $3, region = $4, status = $5
        where id = $1
        """;

    private static void UpdateTenant(NpgsqlBatch batch, TenantId tenant, TenantAttributes attributes) =>
        batch.Add(UpdateRegistry, tenant.Text, attributes.DisplayName, attributes.Tier, attributes.Region, TenantAttributes.StatusWord(attributes.Status));
}
