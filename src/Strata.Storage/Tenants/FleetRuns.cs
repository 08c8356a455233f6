using Npgsql;
using Strata.Model;

namespace Strata.Storage;

/// <summary>The progress of migration runs over all tenants, kept in the shared database.</summary>
public sealed class FleetRuns(SharedDatabase shared, Checkpoints checkpoints)
{
    // By the shared database's clock: how long a run waits for a replica that was killed. Who comes too early only waits for the tenant database's lock.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private const string Start = """
        with run as (
            insert into fleet_migration (id, target, started_at)
            select $1, $2, now()
            where not $3 or exists (
                select
                from tenant
                where tenant.migration < $2
                  and tenant.status not in ('provisioning', 'offboarded')
                  and not exists (
                      select
                      from fleet_migration_tenant as item
                      join fleet_migration as run on run.id = item.run
                      where item.tenant = tenant.id and run.target >= $2))
            on conflict ((true)) where finished_at is null do nothing
            returning id
        )
        insert into fleet_migration_tenant (run, tenant)
        select run.id, tenant.id
        from run
        cross join tenant
        where tenant.migration < $2 and tenant.status not in ('provisioning', 'offboarded')
        """;

    /// <summary>Starts a run over the tenants that are behind, unless one is under way.</summary>
    /// <param name="target">The migration that they are to have.</param>
    /// <param name="onlyForUntried">Whether there must be tenants among them that no run has tried to give it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task StartAsync(int target, bool onlyForUntried, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await connection.Command(Start, Guid.CreateVersion7(), target, onlyForUntried).RunAsync(cancellationToken);
    }

    private const string SelectLatest = """
        select run.id, run.target, run.started_at, run.finished_at,
               count(*) filter (where item.state = 'pending'), count(*) filter (where item.state = 'done'), count(*) filter (where item.state = 'failed')
        from fleet_migration as run
        left join fleet_migration_tenant as item on item.run = run.id
        group by run.id
        order by run.id desc
        limit 1
        """;

    private const string SelectFailures = """
        select tenant, error from fleet_migration_tenant where run = $1 and state = 'failed' order by tenant limit 100
        """;

    internal async Task<FleetRun?> FindLatestAsync(CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        if (await connection.Command(SelectLatest).ReadAsync(Run, cancellationToken) is not [var latest])
            return null;
        var failures = await connection.Command(SelectFailures, latest.Id).ReadAsync(
            static reader => new FleetFailure(TenantId.Parse(reader.GetString(0)), reader.GetString(1)), cancellationToken);
        return latest with { Failures = [.. failures] };
    }

    private const string SelectRunning = """
        select id from fleet_migration where finished_at is null and target <= $1
        """;

    /// <summary>The run under way that a program which knows <paramref name="newest"/> migrations can work on.</summary>
    internal async Task<Guid?> FindRunningAsync(int newest, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        var running = await connection.Command(SelectRunning, newest).ReadAsync(static reader => reader.GetGuid(0), cancellationToken);
        return running is [var run] ? run : null;
    }

    private const string ClaimNext = """
        with claimed as (
            update fleet_migration_tenant
            set lease_until = now() + $2
            where run = $1 and tenant = (
                select tenant
                from fleet_migration_tenant
                where run = $1 and state = 'pending' and (lease_until is null or lease_until <= now())
                order by tenant
                limit 1
                for update skip locked)
            returning tenant
        )
        select installation.id, tenant.cluster, tenant.database_name, tenant.role_name, tenant.role_password, tenant.id
        from claimed
        join tenant on tenant.id = claimed.tenant
        cross join installation
        """;

    internal async Task<(TenantId Tenant, TenantAccess Access)?> ClaimNextAsync(Guid run, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        var claimed = await connection.Command(ClaimNext, run, Lease).ReadAsync(
            static reader => (TenantId.Parse(reader.GetString(5)), TenantRegistry.Access(reader)), cancellationToken);
        if (claimed is not [var next])
            return null;
        await checkpoints.Reached("fleet.claimed");
        return next;
    }

    private const string RecordDone = """
        with item as (
            update fleet_migration_tenant set state = 'done', lease_until = null where run = $1 and tenant = $2
        )
        update tenant set migration = $3 where id = $2 and migration < $3
        """;

    internal async Task RecordDoneAsync(Guid run, TenantId tenant, int migration, CancellationToken cancellationToken)
    {
        await checkpoints.Reached("fleet.migrated");
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await connection.Command(RecordDone, run, tenant.Text, migration).RunAsync(cancellationToken);
        await checkpoints.Reached("fleet.recorded");
    }

    private const string RecordFailed = """
        update fleet_migration_tenant
        set state = 'failed', error = $3, lease_until = null
        where run = $1 and tenant = $2 and state = 'pending'
        """;

    internal async Task RecordFailedAsync(Guid run, TenantId tenant, string error, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await connection.Command(RecordFailed, run, tenant.Text, error).RunAsync(cancellationToken);
    }

    private const string Finish = """
        update fleet_migration
        set finished_at = now()
        where id = $1 and finished_at is null
          and not exists (select from fleet_migration_tenant where run = $1 and state = 'pending')
        """;

    /// <summary>Ends a run of which nothing is pending; <c>false</c> when something is, or another replica has ended it.</summary>
    internal async Task<bool> TryFinishAsync(Guid run, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return await connection.Command(Finish, run).RunAsync(cancellationToken) == 1;
    }

    private static FleetRun Run(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetGuid(0),
        Target = reader.GetInt32(1),
        StartedAt = reader.GetFieldValue<DateTimeOffset>(2),
        FinishedAt = reader.Nullable<DateTimeOffset?>(3),
        Pending = reader.GetInt64(4),
        Done = reader.GetInt64(5),
        Failed = reader.GetInt64(6),
        Failures = [],
    };
}
