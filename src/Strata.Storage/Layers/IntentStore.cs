using System.Collections.Immutable;
using Npgsql;
using Strata.Model;

namespace Strata.Storage;

/// <summary>A tenant's write that is under way.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Tenant">Whose.</param>
internal sealed record Intent(Guid Id, TenantId Tenant);

/// <summary>An intent just made, and what was read with it.</summary>
/// <param name="Intent">The intent.</param>
/// <param name="Published">The published head at that moment.</param>
/// <param name="Shared">Where the shared audit chain stood.</param>
internal sealed record BegunIntent(Intent Intent, LayerHead Published, ChainHead Shared);

/// <summary>Intents: step 1 of a tenant's write, and how those whose writers are gone are found.</summary>
internal sealed class IntentStore(SharedDatabase shared, WriteOptions options)
{
    private const string Insert = """
        insert into intent (id, tenant, base, lease_until, caller, key, status, headers, body)
        values ($1, $2, $3, now() + $4, $5, $6, $7, $8, $9)
        """;

    // Locked, so that who suspends the tenant waits for the announcement and finds it.
    private const string LockStatus = "select status from tenant where id = $1 for share";

    /// <summary>Announces a write with its prepared answer.</summary>
    /// <returns>The intent, or <c>conflict</c> when the tenant's status does not allow the write (any more).</returns>
    /// <exception cref="OutcomeUnknownException">The idempotency key belongs to a later request.</exception>
    public async Task<Result<BegunIntent>> BeginAsync(Change change, Act act, Answer answer, CancellationToken cancellationToken)
    {
        var intent = new Intent(Guid.CreateVersion7(), change.Layer.TenantId!.Value);
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await Claims.HoldAsync(transaction, act.Claim, cancellationToken);
        var batch = transaction.Batch();
        Principals.Seen(batch, act);
        batch.Add(
            Insert, intent.Id, intent.Tenant.Text, change.Base, options.IntentLease, Commands.Text(act.Claim?.Caller), Commands.Text(act.Claim?.Key), answer.Status,
            Claims.HeadersText(answer), answer.Body);
        batch.Add(LockStatus, intent.Tenant.Text).Add(SelectPublished, change.Layer.Text).Add(AuditChain.SelectHead);
        var (status, begun) = await batch.ReadAsync(
            async reader => (
                (await reader.RowsAsync(static row => TenantAttributes.StatusOf(row.GetString(0)), cancellationToken)).Single(),
                new BegunIntent(
                    intent, Published(intent.Tenant, await reader.RowsAsync(LayerRows.ReadHead, cancellationToken)),
                    (await reader.RowsAsync(AuditChain.Head, cancellationToken)).Single())),
            cancellationToken);
        if (TenantAttributes.RefusalOfWrite(status, LayerKind.Tenant, change.MayWriteSuspended) is { } refusal)
            return refusal;
        await transaction.CommitAsync(cancellationToken);
        return begun;
    }

    private const string Delete = "delete from intent where id = $1";

    /// <summary>Forgets an intent that has come to nothing.</summary>
    public async Task WithdrawAsync(Intent intent, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await connection.Command(Delete, intent.Id).RunAsync(cancellationToken);
    }

    // In no order: a tenant that ends a pass over its cluster is not the first in each.
    private const string SelectDue = """
        select intent.id, intent.tenant, tenant.cluster
        from intent
        join tenant on tenant.id = intent.tenant
        where intent.lease_until <= now()
        order by random()
        """;

    /// <summary>The intents of all tenants whose leases are past, by cluster.</summary>
    public async Task<ILookup<string, Intent>> DueAsync(CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        var due = await connection.Command(SelectDue).ReadAsync(static reader => (Intent: Read(reader), Cluster: reader.GetString(2)), cancellationToken);
        return due.ToLookup(static found => found.Cluster, static found => found.Intent);
    }

    private const string SelectOf = "select id, tenant from intent where tenant = $1";

    /// <summary>All intents of a tenant.</summary>
    public async Task<ImmutableArray<Intent>> OfAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.Command(SelectOf, tenant.Text).ReadAsync(Read, cancellationToken)];
    }

    private const string SelectDueOf = """
        select id, tenant
        from intent
        where tenant = $1 and lease_until <= now()
        order by lease_until
        """;

    /// <summary>The intents of a tenant whose leases are past, and the published head of its layer.</summary>
    public async Task<(ImmutableArray<Intent> Due, LayerHead Published)> StateAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        var batch = shared.Source.CreateBatch().Add(SelectDueOf, tenant.Text).Add(SelectPublished, LayerKey.Tenant(tenant).Text);
        return await batch.ReadAsync<(ImmutableArray<Intent>, LayerHead)>(
            async reader => ([.. await reader.RowsAsync(Read, cancellationToken)], Published(tenant, await reader.RowsAsync(LayerRows.ReadHead, cancellationToken))),
            cancellationToken);
    }

    /// <summary>The published head of a tenant's layer.</summary>
    public async Task<LayerHead> PublishedAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return Published(tenant, await connection.Command(SelectPublished, LayerKey.Tenant(tenant).Text).ReadAsync(LayerRows.ReadHead, cancellationToken));
    }

    private const string SelectPublished = """
        select layer, incarnation, number, document, changed_at
        from layer_head
        where layer = $1
        """;

    private static LayerHead Published(TenantId tenant, List<LayerHead> heads) => heads is [var head] ? head : throw new InvalidOperationException($"There is no tenant '{tenant}'.");

    private static Intent Read(NpgsqlDataReader reader) => new(reader.GetGuid(0), TenantId.Parse(reader.GetString(1)));
}
