using System.Globalization;
using Npgsql;
using Strata.Faults.Tests.Processes;
using Strata.Testing;

namespace Strata.Faults.Tests.Crashes;

/// <summary>An installation: a shared database, a brand and its tenants. Its servers come and go.</summary>
internal sealed class World(string database, string redis) : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<StrataProcess> _servers = [];

    /// <summary>The migrations of tenants' databases that there are beyond the product's own.</summary>
    public int Migrations { get; set; }

    public static string Brand => "dcoder";

    /// <summary>Kills PostgreSQL and starts it again; only where the plan asks for it.</summary>
    public Func<CancellationToken, Task> KillDatabaseAsync { get; init; } = _ => throw new InvalidOperationException("This world's PostgreSQL serves others, too.");

    /// <summary>The server that the last run has left alive; <c>null</c> before the first.</summary>
    public StrataProcess? Survivor { get; set; }

    /// <summary>Starts a server.</summary>
    /// <param name="order">An order for its trap from the start on; <c>null</c> for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<StrataProcess> StartAsync(string? order, CancellationToken cancellationToken)
    {
        var server = await StrataProcess.StartAsync(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["ConnectionStrings__Shared"] = database,
                ["ConnectionStrings__Redis"] = redis,
                ["DataFolder"] = _folder.Path,
                ["Storage__SweepInterval"] = "00:00:00.3",
                ["Storage__Writes__SweepInterval"] = "00:00:00.3",
                ["STRATA_TRAP"] = order ?? "",
                ["STRATA_TRAP_MIGRATIONS"] = Migrations.ToString(CultureInfo.InvariantCulture),
            },
            cancellationToken);
        lock (_servers)
            _servers.Add(server);
        return server;
    }

    /// <summary>Time passes: every intent, key, half-made tenant and migration outlives its lease.</summary>
    public async Task LeasesEndAsync(CancellationToken cancellationToken)
    {
        // Each of its own: in one transaction they would lock in another order than the servers do.
        foreach (var end in (string[])
            [
                "update intent set lease_until = now()",
                "update idempotency set lease_until = now() where status is null",
                "update tenant_creation set lease_until = now()",
                "update fleet_migration_tenant set lease_until = now() where lease_until is not null",
            ])
            await ReadAsync(end, cancellationToken);
    }

    /// <summary>Runs statements in the shared database as superuser; the rows of the last as texts.</summary>
    public Task<List<string>> ReadAsync(string sql, CancellationToken cancellationToken) => ReadAsync(database, sql, cancellationToken);

    /// <summary>The same in a tenant's database.</summary>
    public async Task<List<string>> ReadAsync(string tenant, string sql, CancellationToken cancellationToken)
    {
        if (tenant == database)
            return await QueryAsync(database, sql, cancellationToken);
        var name = (await QueryAsync(database, $"select database_name from tenant where id = '{tenant}'", cancellationToken)).Single();
        return await QueryAsync(new NpgsqlConnectionStringBuilder(database) { Database = name }.ConnectionString, sql, cancellationToken);
    }

    private static async Task<List<string>> QueryAsync(string connectionString, string sql, CancellationToken cancellationToken)
    {
        // Without a pool: whoever waits there may be dead.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(column => Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture))));
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
        _folder.Dispose();
    }
}
