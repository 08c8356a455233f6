using System.Data;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Npgsql;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Sections;

namespace Strata.Storage;

/// <summary>
/// Proves that nobody has touched history: recomputes every hash of a chain and of the revisions that it records, compares everything that follows from them,
/// and the ends of the chains with what the other databases remember of them, so that a cut tail or an older copy put back is noticed, too. Reads snapshots and
/// takes no lock that anybody waits for.
/// </summary>
public sealed partial class AuditVerifier(SharedDatabase shared, TenantConnections tenants, SectionCatalog catalog, ILogger<AuditVerifier> logger)
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
        var (findings, leaves) = (new AuditFindings(), new LeafHistory(catalog));
        var chain = new ChainCheck(connection, ChainTables.Shared, findings) { Revision = leaves.Add };
        try
        {
            await chain.RunAsync(remembered, cancellationToken);
            await new SharedCheck(connection, findings).RunAsync(leaves, cancellationToken);
            await new EventCheck(catalog, findings).RunAsync(connection, cancellationToken);
        }
        catch (Exception unreadable) when (IsOfTheData(unreadable))
        {
            Unreadable(AuditStore.SharedChain, unreadable);
            findings.Add("", "", "The rest of the database cannot be read: a table or a value is not what Strata makes.");
        }
        return new ChainVerdict(AuditStore.SharedChain, chain.Right, findings.ToArray());
    }

    /// <summary>Checks one tenant's chain, also against what the shared database remembers of it.</summary>
    public async Task<ChainVerdict> VerifyTenantAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        var scope = AuditStore.ChainOf(tenant);
        try
        {
            // The shared database's snapshot is the older one: a tenant's database only grows.
            await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
            await using var outer = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            var published = await TenantCheck.ReadPublishedAsync(connection, tenant, cancellationToken);
            await using var rented = await tenants.RentAsync(tenant, cancellationToken);
            await using var inner = await rented.Connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            return await VerifyAsync(connection, rented, published, cancellationToken);
        }
        catch (Exception away) when (away is not OperationCanceledException)
        {
            Unreadable(scope, away);
            return new ChainVerdict(scope, 0, [new AuditFinding("", tenant.Text, null, "Its database cannot be read.")]) { IsReadable = false };
        }
    }

    private async Task<ChainVerdict> VerifyAsync(NpgsqlConnection connection, TenantConnection own, PublishedTenant? published, CancellationToken cancellationToken)
    {
        var (findings, leaves, seen) = (new AuditFindings(), new LeafHistory(catalog), new List<(long, ChainHead)>());
        var check = new TenantCheck(connection, own.Connection, own.Tenant, findings);
        var incarnation = await check.CheckIdentityAsync(cancellationToken);
        var chain = new ChainCheck(own.Connection, ChainTables.Tenant, findings)
        {
            Revision = (layer, revision) =>
            {
                if (revision is null || revision.Revision.Number <= published?.Head.Number)
                    leaves.Add(layer, revision);
            },
            Seen = (sequence, end) => seen.Add((sequence, end)),
        };
        await chain.RunAsync(published?.Chain is { } end ? [new RememberedEnd("the shared database", end)] : [], cancellationToken);
        if (published is null)
        {
            findings.Add("layer_head", $"tenant:{own.Tenant}", $"The head of layer 'tenant:{own.Tenant}' is missing.");
        }
        else
        {
            await check.CheckPublishedAsync(published, incarnation, cancellationToken);
            leaves.Compare(published.Leaves, isNumbered: incarnation is null or 1, findings);
            await check.CheckEventsAsync(published.Platform, incarnation, catalog, cancellationToken);
        }
        await check.CheckSeenAsync(seen, cancellationToken);
        return new ChainVerdict(AuditStore.ChainOf(own.Tenant), chain.Right, findings.ToArray());
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
        var ids = await connection.Command(SelectTenants).ReadAsync(static reader => reader.GetString(0), cancellationToken);
        // What is no id was put in, and the check of the registry says so.
        return [.. ids.Select(id => (IsId: TenantId.TryParse(id, out var tenant), Tenant: tenant)).Where(row => row.IsId).Select(row => row.Tenant)];
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
                ? new RememberedEnd($"tenant '{tenant}'", new ChainHead((long)sequence.Value, Body.Hash(hash.Value)))
                : null;
        }
        catch (Exception away) when (away is not OperationCanceledException)
        {
            // Its own verdict says so.
            return null;
        }
    }

    private static bool IsOfTheData(Exception cause) => cause is PostgresException { IsTransient: false } or InvalidCastException or FormatException or ArgumentException;

    [LoggerMessage(LogLevel.Warning, "A check of the history of {Scope} came upon what it cannot read")]
    private partial void Unreadable(string scope, Exception cause);
}
