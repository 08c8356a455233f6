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
/// takes no lock that anybody waits for. Only a few chains are checked at once, as each check keeps a connection for as long as it walks: the others wait.
/// </summary>
public sealed partial class AuditVerifier(SharedDatabase shared, TenantConnections tenants, SectionCatalog catalog, ILogger<AuditVerifier> logger) : IDisposable
{
    private const int MostAtOnce = 4;
    private const string Rest = "The rest cannot be read: a table or a value is not what Strata makes.";

    // A quarter of the shared connections at most, but always one check.
    private readonly Turns _turns = new(Math.Clamp(shared.MaxConnections / 4, 1, MostAtOnce));

    /// <summary>Checks the shared chain, also against the newest event of every tenant's chain.</summary>
    public async Task<ChainVerdict> VerifySharedAsync(CancellationToken cancellationToken)
    {
        using var turn = await _turns.TakeAsync(cancellationToken);
        return await CheckSharedAsync(cancellationToken);
    }

    /// <summary>Checks one tenant's chain, also against what the shared database remembers of it.</summary>
    public async Task<ChainVerdict> VerifyTenantAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        using var turn = await _turns.TakeAsync(cancellationToken);
        return await CheckTenantAsync(tenant, cancellationToken);
    }

    /// <summary>Checks the shared chain, then every tenant's, one after the other.</summary>
    public async IAsyncEnumerable<ChainVerdict> VerifyAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await VerifySharedAsync(cancellationToken);
        foreach (var tenant in await TenantsAsync(cancellationToken))
            yield return await VerifyTenantAsync(tenant, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();

    private async Task<ChainVerdict> CheckSharedAsync(CancellationToken cancellationToken)
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
            findings.Add("", "", Rest);
        }
        return new ChainVerdict(AuditStore.SharedChain, chain.Right, findings.ToArray());
    }

    private async Task<ChainVerdict> CheckTenantAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        var (scope, findings) = (AuditStore.ChainOf(tenant), new AuditFindings());
        TenantCheck? check = null;
        try
        {
            // Renting may need a shared connection of its own, so it comes before this check keeps one.
            await using var rented = await tenants.RentAsync(tenant, cancellationToken);
            await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
            check = new TenantCheck(connection, rented, catalog, findings);
            await check.RunAsync(cancellationToken);
            return new ChainVerdict(scope, check.Right, findings.ToArray());
        }
        catch (Exception cause) when (cause is not OperationCanceledException)
        {
            Unreadable(scope, cause);
            var isRead = check is not null && IsOfTheData(cause);
            findings.Add("", tenant.Text, isRead ? Rest : "Its database cannot be read.");
            return new ChainVerdict(scope, check?.Right ?? 0, findings.ToArray()) { IsReadable = isRead };
        }
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

    private static bool IsOfTheData(Exception cause) => (cause is PostgresException refusal && !refusal.IsLost()) || Body.IsUnreadable(cause);

    [LoggerMessage(LogLevel.Warning, "A check of the history of {Scope} came upon what it cannot read")]
    private partial void Unreadable(string scope, Exception cause);
}
