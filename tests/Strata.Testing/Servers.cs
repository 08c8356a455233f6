using Npgsql;
using Strata.Embedded.Postgres;
using Strata.Embedded.Redis;

namespace Strata.Testing;

/// <summary>
/// One PostgreSQL (in memory, without durability) and one Redis-compatible server per test process, each started when the first test asks for it.
/// A test project takes it with <c>[assembly: AssemblyFixture(typeof(Servers))]</c> and a constructor parameter.
/// </summary>
public sealed class Servers : IAsyncDisposable
{
    /// <summary>Seconds: a machine that is busy with everything else has been seen to need more than Npgsql's 30.</summary>
    private const int Patience = 300;

    private readonly SemaphoreSlim _starting = new(1);
    private EmbeddedPostgres? _postgres;
    private EmbeddedRedis? _redis;
    private int _databases;

    /// <summary>A superuser's connection string to the database `postgres`.</summary>
    public async Task<string> PostgresAsync(CancellationToken cancellationToken) =>
        (await StartedAsync(() => _postgres, async () => _postgres = await EmbeddedPostgres.StartAsync(new() { MaxConnections = 300 }, Ignore, cancellationToken), cancellationToken))
            .ConnectionString;

    /// <summary>The configuration string of the Redis-compatible server; tests share it, so they keep to keys of their own.</summary>
    public async Task<string> RedisAsync(CancellationToken cancellationToken) =>
        (await StartedAsync(() => _redis, async () => _redis = await EmbeddedRedis.StartAsync(new(), Ignore, cancellationToken), cancellationToken))
            .ConnectionString;

    /// <summary>Creates a fresh empty database and returns a superuser's connection string to it.</summary>
    public Task<string> CreateDatabaseAsync(CancellationToken cancellationToken) => CreateDatabaseAsync("template0", cancellationToken);

    /// <summary>Creates a fresh database as a copy of <paramref name="template"/>, to which nobody may be connected, and returns a superuser's connection string to it.</summary>
    public async Task<string> CreateDatabaseAsync(string template, CancellationToken cancellationToken)
    {
        var server = new NpgsqlConnectionStringBuilder(await PostgresAsync(cancellationToken));
        var database = $"test_{Interlocked.Increment(ref _databases)}";
        await RunAsync($"create database {database} template {template} strategy file_copy", cancellationToken);

        server.Database = database;
        // Connections of a finished test must not add up until the server has none left.
        server.ConnectionIdleLifetime = 5;
        server.ConnectionPruningInterval = 1;
        return server.ConnectionString;
    }

    /// <summary>Drops databases that nobody needs any more: in memory they must not add up. What cannot be dropped goes with the server.</summary>
    public async Task DropAsync(IEnumerable<string> databases)
    {
        foreach (var database in databases)
        {
            try
            {
                // A template is not dropped as long as it is one.
                await RunAsync($"update pg_database set datistemplate = false where datname = '{database}' and datistemplate", CancellationToken.None);
                await RunAsync($"drop database if exists \"{database}\" with (force)", CancellationToken.None);
            }
            catch (NpgsqlException)
            {
                // In use by somebody, or the server is too busy: its tests have passed already.
            }
        }
    }

    /// <summary>Stops what was started.</summary>
    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        if (_redis is not null)
            await _redis.DisposeAsync();
        _starting.Dispose();
    }

    /// <summary>Runs a statement on a connection of its own, since some errors break theirs.</summary>
    private async Task RunAsync(string statement, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(await PostgresAsync(cancellationToken));
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = Patience };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<T> StartedAsync<T>(Func<T?> current, Func<Task<T>> start, CancellationToken cancellationToken)
        where T : class
    {
        if (current() is { } running)
            return running;
        await _starting.WaitAsync(cancellationToken);
        try
        {
            return current() ?? await start();
        }
        finally
        {
            _starting.Release();
        }
    }

    private static void Ignore(string progress)
    {
        // Tests have nobody to tell.
    }
}
