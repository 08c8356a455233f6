using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Npgsql;
using Strata.Model;

namespace Strata.Storage;

/// <summary>How far a run over all tenants' databases is.</summary>
public sealed record FleetRun
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The number of the migration that every tenant is to have.</summary>
    public required int Target { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When nothing was left to try; <c>null</c> while it runs.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Tenants still to come.</summary>
    public required long Pending { get; init; }

    /// <summary>Tenants that have the target now.</summary>
    public required long Done { get; init; }

    /// <summary>Tenants that were skipped because their migration failed.</summary>
    public required long Failed { get; init; }

    /// <summary>The first hundred of the failed ones, by id.</summary>
    public required ImmutableArray<FleetFailure> Failures { get; init; }
}

/// <summary>A tenant whose database could not be migrated.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Error">Why, in a sentence; the cause is in the log.</param>
public sealed record FleetFailure(TenantId Tenant, string Error);

/// <summary>
/// Brings all tenants' databases to the newest schema. Replicas share a run: each takes tenants under a lease, so a run goes on when one of them is killed.
/// A tenant that fails is skipped and reported.
/// </summary>
public sealed partial class FleetMigration(FleetRuns runs, TenantDatabases databases, StorageOptions options, ILogger<FleetMigration> logger)
{
    /// <summary>Starts a run over the tenants that are behind, failed ones of earlier runs included, or joins the one under way. The work is done by <see cref="WorkAsync"/>.</summary>
    public async Task<FleetRun> StartAsync(CancellationToken cancellationToken)
    {
        await runs.StartAsync(databases.Migrations.Newest, onlyForUntried: false, cancellationToken);
        return (await FindLatestAsync(cancellationToken))!;
    }

    /// <summary>The newest run; <c>null</c> when there never was one.</summary>
    public Task<FleetRun?> FindLatestAsync(CancellationToken cancellationToken) => runs.FindLatestAsync(cancellationToken);

    /// <summary>Works on the run under way until nothing is left of it; nothing when there is none. A run is started by itself for tenants that no run has tried yet.</summary>
    public async Task WorkAsync(CancellationToken cancellationToken)
    {
        await runs.StartAsync(databases.Migrations.Newest, onlyForUntried: true, cancellationToken);
        while (await runs.FindRunningAsync(databases.Migrations.Newest, cancellationToken) is { } run)
        {
            await Task.WhenAll(Enumerable.Range(0, options.ProvisioningParallelism).Select(_ => MigrateAllAsync(run, cancellationToken)));
            // Others may still be at their last ones; what they drop is claimed when their lease has run out.
            if (!await runs.TryFinishAsync(run, cancellationToken))
                return;
            Finished(run);
        }
    }

    private async Task MigrateAllAsync(Guid run, CancellationToken cancellationToken)
    {
        while (await runs.ClaimNextAsync(run, cancellationToken) is { } next)
        {
            try
            {
                await databases.MigrateAsync(next.Access, cancellationToken);
                await runs.RecordDoneAsync(run, next.Tenant, databases.Migrations.Newest, cancellationToken);
            }
            catch (Exception failed) when (Reason(failed) is { } reason)
            {
                TenantFailed(failed, next.Tenant);
                await runs.RecordFailedAsync(run, next.Tenant, reason, cancellationToken);
            }
            catch (Exception away) when (away.IsOfDatabase())
            {
                TenantLeft(away, next.Tenant);
            }
        }
    }

    /// <summary>Why a tenant is skipped, without names of servers and databases; <c>null</c> when a later attempt may succeed.</summary>
    private static string? Reason(Exception failed) => failed switch
    {
        MigrationException or ClusterMissingException => failed.Message,
        PostgresException refusal when !refusal.IsLost() => $"Its server refused (SQLSTATE {refusal.SqlState}); the log says more.",
        _ => null,
    };

    [LoggerMessage(LogLevel.Warning, "The database of tenant {Tenant} is away; its migration is tried again")]
    private partial void TenantLeft(Exception away, TenantId tenant);

    [LoggerMessage(LogLevel.Information, "Migration run {Run} over all tenants is through")]
    private partial void Finished(Guid run);

    [LoggerMessage(LogLevel.Error, "The database of tenant {Tenant} could not be migrated and is skipped")]
    private partial void TenantFailed(Exception failed, TenantId tenant);
}
