using System.Data;
using System.Runtime.CompilerServices;
using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Storage;

/// <summary>What a chain was found to be.</summary>
/// <param name="Scope"><c>shared</c>, or <c>tenant:</c> and the tenant's id.</param>
/// <param name="Events">How many events were checked: all, or those before the first that is wrong.</param>
/// <param name="BrokenAt">The sequence of the first event that is wrong or missing; <c>null</c> when none is, or the chain cannot be read.</param>
/// <param name="Reason">What is wrong, naming the event, revision or head; <c>null</c> when nothing is.</param>
public sealed record ChainVerdict(string Scope, long Events, long? BrokenAt, string? Reason)
{
    /// <summary>Whether chain, revisions and heads are as they were written.</summary>
    public bool IsValid => Reason is null;
}

/// <summary>
/// Proves that nobody has touched history: recomputes every hash of a chain and of the revisions that it records, and compares the ends of the
/// chains with what the other databases remember of them, so that a cut tail or an older copy put back is noticed, too.
/// </summary>
public sealed class AuditVerifier(SharedDatabase shared, TenantConnections tenants)
{
    /// <summary>Checks the shared chain, also against the newest event of every tenant's chain.</summary>
    public async Task<ChainVerdict> VerifySharedAsync(CancellationToken cancellationToken)
    {
        // Remembered ends are read before the snapshot of the chain is taken: a chain only grows.
        var remembered = new List<RememberedEnd>();
        foreach (var tenant in await TenantsAsync(cancellationToken))
        {
            if (await FindSharedEndAsync(tenant, cancellationToken) is { } end)
                remembered.Add(end);
        }
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        return await new ChainCheck(connection, AuditStore.SharedChain, ChainQueries.Shared).RunAsync(remembered, cancellationToken);
    }

    /// <summary>Checks one tenant's chain, also against what the shared database remembers of it.</summary>
    public async Task<ChainVerdict> VerifyTenantAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        var chain = AuditStore.ChainOf(tenant);
        var remembered = await RememberedAsync(tenant, cancellationToken);
        try
        {
            await using var rented = await tenants.RentAsync(tenant, cancellationToken);
            await using var snapshot = await rented.Connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            return await new ChainCheck(rented.Connection, chain, ChainQueries.Tenant).RunAsync(remembered, cancellationToken);
        }
        catch (Exception away) when (away is not OperationCanceledException)
        {
            return new ChainVerdict(chain, 0, null, "Its database cannot be read.");
        }
    }

    /// <summary>Checks the shared chain, then every tenant's, one after the other.</summary>
    public async IAsyncEnumerable<ChainVerdict> VerifyAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await VerifySharedAsync(cancellationToken);
        foreach (var tenant in await TenantsAsync(cancellationToken))
            yield return await VerifyTenantAsync(tenant, cancellationToken);
    }

    private const string SelectTenants = """
        select id
        from tenant
        where status not in ('provisioning', 'offboarded')
        order by id collate "C"
        """;

    private async Task<List<TenantId>> TenantsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return await connection.Command(SelectTenants).ReadAsync(static reader => TenantId.Parse(reader.GetString(0)), cancellationToken);
    }

    private const string SelectRemembered = """
        select chain_sequence, chain_hash, number, document, changed_at
        from layer_head
        where layer = $1
        """;

    private async Task<List<RememberedEnd>> RememberedAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return await connection.Command(SelectRemembered, LayerKey.Tenant(tenant).Text).ReadAsync(
            static reader => new RememberedEnd(
                "the shared database",
                new ChainHead(reader.Nullable<long?>(0) ?? 0, reader.Nullable<byte[]>(1) ?? []),
                (reader.GetInt64(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4))),
            cancellationToken);
    }

    private const string SelectNewest = """
        select body
        from audit_event
        order by sequence desc
        limit 1
        """;

    /// <summary>Where the shared chain stood when a tenant's newest event was made; <c>null</c> when that cannot be told.</summary>
    private async Task<RememberedEnd?> FindSharedEndAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        try
        {
            await using var rented = await tenants.RentAsync(tenant, cancellationToken);
            var newest = await rented.Connection.Command(SelectNewest).ReadAsync(static reader => reader.GetString(0), cancellationToken);
            return newest is [var body] && Body.Parse(body)?["shared"] is JsonObject end && end["sequence"] is JsonNumber sequence && end["hash"] is JsonString hash
                ? new RememberedEnd($"tenant '{tenant}'", new ChainHead((long)sequence.Value, Body.Hash(hash.Value)), null)
                : null;
        }
        catch (Exception away) when (away is not OperationCanceledException)
        {
            // Its own verdict says so.
            return null;
        }
    }
}
