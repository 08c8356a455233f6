using System.Collections.Immutable;
using Npgsql;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Model.Documents;
using Strata.Storage.Delivery;

namespace Strata.Storage;

/// <summary>A layer's head, locked until the transaction ends.</summary>
/// <param name="Head">Where the layer stands.</param>
/// <param name="Platform">The platform that the layer belongs to; <c>null</c> for the allowlist.</param>
internal sealed record LockedHead(LayerHead Head, string? Platform);

/// <summary>Rows of layers in the shared database: heads, leaves and revisions, inside a transaction of the caller.</summary>
internal static class LayerRows
{
    private const string InsertHead = """
        insert into layer_head (layer, platform, incarnation, number, document, changed_at)
        values ($1, $2, $3, 0, '{}', $4)
        on conflict (layer) do nothing
        """;

    /// <summary>Gives a layer its empty document, unless it has a head already.</summary>
    /// <param name="transaction">The caller's.</param>
    /// <param name="key">The layer.</param>
    /// <param name="owner">The platform that the layer, or its tenant, belongs to.</param>
    /// <param name="created">The tenant's incarnation (0 for other layers) and the moment.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task CreateAsync(
        NpgsqlTransaction transaction, LayerKey key, PlatformId owner, (int Incarnation, DateTimeOffset At) created, CancellationToken cancellationToken) =>
        transaction.Command(InsertHead, key.Text, owner.Text, created.Incarnation, created.At).RunAsync(cancellationToken);

    // Ordered, so that two commits over the same layers never wait for each other in a circle.
    private const string LockHeads = """
        select layer, incarnation, number, document, changed_at, platform
        from layer_head
        where layer = any ($1)
        order by layer collate "C"
        for update
        """;

    /// <summary>Locks the heads of layers in the order of their keys.</summary>
    public static async Task<ImmutableDictionary<LayerKey, LockedHead>> LockAsync(
        NpgsqlTransaction transaction, IEnumerable<LayerKey> layers, CancellationToken cancellationToken)
    {
        var heads = await transaction.Command(LockHeads, (object)layers.Select(layer => layer.Text).ToArray())
            .ReadAsync(static reader => new LockedHead(ReadHead(reader), reader.Nullable<string>(5)), cancellationToken);
        return heads.ToImmutableDictionary(head => head.Head.Layer);
    }

    private const string InsertRevision = """
        insert into layer_revision
            (layer, number, kind, document, author, at, comment, parent, restores, change_id, schema_version, hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """;

    /// <summary>Appends a revision of a layer that lives in the shared database.</summary>
    public static void Append(NpgsqlBatch batch, StoredRevision revision) => batch.Add(
        InsertRevision, revision.Layer.Text, revision.Revision.Number, revision.Kind.Word(), revision.Document.ToString(), revision.Author,
        revision.At, Commands.Text(revision.Comment), revision.Parent, Commands.Number(revision.Restores), revision.ChangeId, revision.SchemaVersion, RevisionRows.Hash(revision));

    private const string UpdateHead = """
        update layer_head
        set incarnation = $2, number = $3, document = $4, changed_at = $5
        where layer = $1
        """;

    /// <summary>Moves a locked head.</summary>
    public static void MoveHead(NpgsqlBatch batch, LayerHead head) =>
        batch.Add(UpdateHead, head.Layer.Text, head.Revision.Incarnation, head.Revision.Number, head.Document.ToString(), head.ChangedAt);

    private const string UpsertLeaves = """
        with current as (
            select pointer collate "C" as pointer, value
            from unnest($3::text[], $4::text[]) as leaf (pointer, value)
        ), gone as (
            delete from layer_leaf
            where layer = $1 and not exists (select from current where current.pointer = layer_leaf.pointer)
        )
        insert into layer_leaf (layer, platform, pointer, value, number)
        select $1, $2::text, pointer, value, $5
        from current
        on conflict (layer, pointer) do update
        set value = excluded.value, number = excluded.number
        where layer_leaf.value <> excluded.value
        """;

    /// <summary>Brings a layer's leaves to those of a revision; one whose value stays keeps the number of the revision that set it.</summary>
    public static void ReplaceLeaves(NpgsqlBatch batch, LockedHead head, Revision revision, ImmutableArray<Leaf> leaves) => batch.Add(
        UpsertLeaves, head.Head.Layer.Text, head.Platform, leaves.Select(leaf => leaf.Pointer.Text).ToArray(),
        leaves.Select(leaf => leaf.Value.ToString()).ToArray(), revision.Number);

    private const string NotifyChanges = """
        with marked as (
            insert into delivery_mark (scope, platform)
            select distinct mark.scope, head.platform
            from unnest($1::text[], $2::text[]) as mark (layer, scope)
            join layer_head as head on head.layer = mark.layer
        )
        select pg_notify($3, layer) from unnest($1::text[]) as layer
        union all
        select pg_notify($4, $5)
        """;

    /// <summary>The channel of PostgreSQL on which commits name the layers that they changed.</summary>
    public const string Channel = "strata_changes";

    /// <summary>Signals layers to every replica when the transaction commits, and marks whatever depends on them for delivery.</summary>
    public static void Signal(NpgsqlBatch batch, ImmutableArray<LayerKey> layers) => batch.Add(
        NotifyChanges, layers.Select(layer => layer.Text).ToArray(), layers.Select(layer => Scope.Of(layer).Text).ToArray(),
        Channel, DeliveryStore.Channel, DeliveryStore.Marked);

    /// <summary>Reads the columns layer, incarnation, number, document, changed_at, in this order from the first.</summary>
    public static LayerHead ReadHead(NpgsqlDataReader reader) => new(
        LayerKey.Parse(reader.GetString(0)),
        new Revision(reader.GetInt32(1), reader.GetInt64(2)),
        RevisionRows.Document(reader.GetString(3)),
        reader.GetFieldValue<DateTimeOffset>(4));
}
