using System.Collections.Immutable;
using Npgsql;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Storage.Delivery;

namespace Strata.Storage;

/// <summary>Everything that a tenant's database holds beyond a known revision.</summary>
/// <param name="After">The revision that the reader knew.</param>
/// <param name="Revisions">Each later revision, in order.</param>
/// <param name="Chain">Where the tenant's audit chain stood after the last of them.</param>
internal sealed record TenantTail(Revision After, ImmutableArray<PublishedRevision> Revisions, ChainHead Chain);

/// <summary>A write that has begun in a tenant's database.</summary>
/// <param name="IsDecided">Whether its intent is now its own; <c>false</c> when it was decided before.</param>
/// <param name="Chain">The locked head of the tenant's audit chain.</param>
/// <param name="Head">Where the layer stands.</param>
internal sealed record BegunWrite(bool IsDecided, ChainHead Chain, LayerHead Head);

/// <summary>Rows of a tenant's own database.</summary>
internal static class TenantRows
{
    private const string SelectHead = """
        select identity.incarnation, coalesce(newest.number, 0), newest.document, newest.at
        from tenant_identity as identity
        left join lateral (
            select number, document, at
            from revision
            order by number desc
            limit 1
        ) as newest on true
        """;

    /// <summary>Where the tenant's layer truly stands.</summary>
    /// <param name="connection">To the tenant's database.</param>
    /// <param name="layer">The tenant's layer.</param>
    /// <param name="created">The moment to name while there is no revision yet.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<LayerHead> HeadAsync(NpgsqlConnection connection, LayerKey layer, DateTimeOffset created, CancellationToken cancellationToken) =>
        (await connection.Command(SelectHead).ReadAsync(reader => Head(reader, layer, created), cancellationToken)).Single();

    private static LayerHead Head(NpgsqlDataReader reader, LayerKey layer, DateTimeOffset created) => new(
        layer,
        new Revision(reader.GetInt32(0), reader.GetInt64(1)),
        reader.IsDBNull(2) ? JsonObject.Empty : RevisionRows.Document(reader.GetString(2)),
        reader.Nullable<DateTimeOffset?>(3) ?? created);

    /// <summary>
    /// Begins a write: decides the intent, makes other writers of the tenant wait until the transaction ends, and looks where the layer stands then.
    /// </summary>
    /// <param name="transaction">The writer's.</param>
    /// <param name="intent">Its intent.</param>
    /// <param name="layer">The tenant's layer.</param>
    /// <param name="created">The moment to name while there is no revision yet.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<BegunWrite> BeginAsync(NpgsqlTransaction transaction, Guid intent, LayerKey layer, DateTimeOffset created, CancellationToken cancellationToken)
    {
        var batch = transaction.Batch().Add(InsertOutcome, intent, "committed").Add(AuditChain.LockHead).Add(SelectHead);
        return await batch.ReadAsync(
            async reader => new BegunWrite(
                (await reader.RowsAsync(static row => row.GetBoolean(0), cancellationToken)).Count == 1,
                (await reader.RowsAsync(AuditChain.Head, cancellationToken)).Single(),
                (await reader.RowsAsync(row => Head(row, layer, created), cancellationToken)).Single()),
            cancellationToken);
    }

    private const string SelectAfter = """
        select incarnation, number, document, at, author, change_id
        from revision
        where (incarnation, number) > ($1, $2)
        order by number
        """;

    /// <summary>What the tenant's database holds beyond the published head.</summary>
    public static async Task<TenantTail> TailAsync(NpgsqlConnection connection, LayerHead published, CancellationToken cancellationToken)
    {
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var chain = await AuditChain.HeadAsync(connection, cancellationToken);
        var revisions = await connection.Command(SelectAfter, published.Revision.Incarnation, published.Revision.Number).ReadAsync(
            reader => new PublishedRevision(
                new LayerHead(
                    published.Layer,
                    new Revision(reader.GetInt32(0), reader.GetInt64(1)),
                    RevisionRows.Document(reader.GetString(2)),
                    reader.GetFieldValue<DateTimeOffset>(3)),
                reader.GetString(4),
                reader.GetGuid(5)),
            cancellationToken);
        // A restored backup is a new incarnation before its first revision: what it holds is then published as it stands.
        var head = await HeadAsync(connection, published.Layer, published.ChangedAt, cancellationToken);
        if (head.Revision.CompareTo(revisions.Count > 0 ? revisions[^1].Head.Revision : published.Revision) > 0)
            revisions.Add(new PublishedRevision(head, Author: null, ChangeId: null));
        return new TenantTail(published.Revision, [.. revisions], chain);
    }

    private const string SelectRevisions = """
        select incarnation, number, kind, author, at, comment, parent, restores, change_id, schema_version
        from revision
        where number < $1
        order by number desc
        limit $2
        """;

    /// <summary>Revisions before a number, newest first.</summary>
    public static async Task<ImmutableArray<RevisionHeader>> RevisionsAsync(TenantConnection tenant, long before, int limit, CancellationToken cancellationToken)
    {
        var layer = LayerKey.Tenant(tenant.Tenant);
        return [.. await tenant.Connection.Command(SelectRevisions, before, limit).ReadAsync(reader => RevisionRows.ReadHeader(reader, layer), cancellationToken)];
    }

    private const string SelectNumbered = """
        select incarnation, number, kind, author, at, comment, parent, restores, change_id, schema_version
        from revision
        where number = any ($1)
        order by number desc
        """;

    /// <summary>The revisions of these numbers, newest first.</summary>
    public static async Task<ImmutableArray<RevisionHeader>> FindRevisionsAsync(TenantConnection tenant, IEnumerable<long> numbers, CancellationToken cancellationToken)
    {
        var layer = LayerKey.Tenant(tenant.Tenant);
        return [.. await tenant.Connection.Command(SelectNumbered, numbers.ToArray()).ReadAsync(reader => RevisionRows.ReadHeader(reader, layer), cancellationToken)];
    }

    private const string SelectRevision = """
        select incarnation, number, kind, document, author, at, comment, parent, restores, change_id, schema_version
        from revision
        where number = $1
        """;

    /// <summary>One revision with its document; <c>null</c> when there is none of that number.</summary>
    public static async Task<StoredRevision?> FindRevisionAsync(TenantConnection tenant, long number, CancellationToken cancellationToken)
    {
        var layer = LayerKey.Tenant(tenant.Tenant);
        return (await tenant.Connection.Command(SelectRevision, number).ReadAsync(reader => RevisionRows.Read(reader, layer), cancellationToken)).SingleOrDefault();
    }

    private const string SelectMade = "select number from revision where change_id = $1";

    /// <summary>The number of the revision that a change has made; <c>null</c> when it has made none.</summary>
    public static async Task<long?> FindMadeAsync(NpgsqlConnection connection, Guid changeId, CancellationToken cancellationToken) =>
        (await connection.Command(SelectMade, changeId).ReadAsync(static reader => reader.GetInt64(0), cancellationToken)) is [.., var number] ? number : null;

    private const string InsertRevision = """
        insert into revision
            (number, incarnation, kind, document, author, at, comment, parent, restores, change_id, schema_version, hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """;

    /// <summary>Appends the revision that follows the head of a begun write.</summary>
    public static void Append(NpgsqlBatch batch, StoredRevision revision) => batch.Add(
        InsertRevision, revision.Revision.Number, revision.Revision.Incarnation, revision.Kind.Word(), revision.Document.ToString(),
        revision.Author, revision.At, Commands.Text(revision.Comment), revision.Parent, Commands.Number(revision.Restores), revision.ChangeId, revision.SchemaVersion,
        RevisionRows.Hash(revision));

    private const string InsertOutcome = """
        insert into intent_outcome (id, outcome, at)
        values ($1, $2, now())
        on conflict (id) do nothing
        returning true
        """;

    /// <summary>Gives an intent up; <c>false</c> when it was decided before. Waits for a writer that is deciding it right now.</summary>
    public static async Task<bool> TryAbandonAsync(NpgsqlTransaction transaction, Guid intent, CancellationToken cancellationToken) =>
        (await transaction.Command(InsertOutcome, intent, "abandoned").ReadAsync(static reader => reader.GetBoolean(0), cancellationToken)).Count == 1;

    private const string SelectOutcome = "select outcome from intent_outcome where id = $1";

    /// <summary>Whether a decided intent was committed.</summary>
    public static async Task<bool> IsCommittedAsync(NpgsqlConnection connection, Guid intent, CancellationToken cancellationToken) =>
        (await connection.Command(SelectOutcome, intent).ReadAsync(static reader => reader.GetString(0), cancellationToken)) is ["committed"];
}
