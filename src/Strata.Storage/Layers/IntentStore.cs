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

    /// <summary>Announces a write with its prepared answer.</summary>
    /// <exception cref="OutcomeUnknownException">The idempotency key belongs to a later request.</exception>
    public async Task<BegunIntent> BeginAsync(Change change, Act act, Answer answer, CancellationToken cancellationToken)
    {
        var intent = new Intent(Guid.CreateVersion7(), change.Layer.TenantId!.Value);
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await Claims.HoldAsync(transaction, act.Claim, cancellationToken);
        await Principals.SeenAsync(transaction, act, cancellationToken);
        await transaction.Command(
            Insert, intent.Id, intent.Tenant.Text, change.Base, options.IntentLease, act.Claim?.Caller, act.Claim?.Key, answer.Status,
            Claims.HeadersText(answer), answer.Body).RunAsync(cancellationToken);
        var published = await PublishedAsync(connection, intent.Tenant, cancellationToken);
        var chain = await AuditChain.HeadAsync(connection, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new BegunIntent(intent, published, chain);
    }

    private const string Delete = "delete from intent where id = $1";

    /// <summary>Forgets an intent that has come to nothing.</summary>
    public async Task WithdrawAsync(Intent intent, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await connection.Command(Delete, intent.Id).RunAsync(cancellationToken);
    }

    private const string SelectDue = """
        select id, tenant
        from intent
        where lease_until <= now() and ($1::text is null or tenant = $1)
        order by lease_until
        """;

    /// <summary>The intents whose leases are past: of one tenant, or of all with <c>null</c>.</summary>
    public async Task<ImmutableArray<Intent>> DueAsync(TenantId? tenant, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.Command(SelectDue, tenant?.Text)
            .ReadAsync(static reader => new Intent(reader.GetGuid(0), TenantId.Parse(reader.GetString(1))), cancellationToken)];
    }

    /// <summary>The published head of a tenant's layer.</summary>
    public async Task<LayerHead> PublishedAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return await PublishedAsync(connection, tenant, cancellationToken);
    }

    private const string SelectPublished = """
        select layer, incarnation, number, document, changed_at
        from layer_head
        where layer = $1
        """;

    private static async Task<LayerHead> PublishedAsync(NpgsqlConnection connection, TenantId tenant, CancellationToken cancellationToken) =>
        (await connection.Command(SelectPublished, LayerKey.Tenant(tenant).Text).ReadAsync(LayerRows.ReadHead, cancellationToken)) is [var head]
            ? head
            : throw new InvalidOperationException($"There is no tenant '{tenant}'.");
}
