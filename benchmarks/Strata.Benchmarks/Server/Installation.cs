using Npgsql;
using Strata.Embedded.Postgres;
using Strata.Embedded.Redis;

namespace Strata.Benchmarks.Server;

/// <summary>A durable PostgreSQL in a temporary folder, a Redis-compatible server, and any number of Strata processes on them.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly string _folder;
    private readonly EmbeddedPostgres _postgres;
    private readonly EmbeddedRedis _redis;

    private Installation(string folder, EmbeddedPostgres postgres, EmbeddedRedis redis) => (_folder, _postgres, _redis) = (folder, postgres, redis);

    /// <summary>A superuser's connection string to the shared database.</summary>
    public string Shared => _postgres.ConnectionString;

    public static Task<Installation> StartAsync(CancellationToken cancellationToken) => StartAsync(maxConnections: 200, cancellationToken);

    /// <summary>The same with a PostgreSQL that accepts no more connections than this.</summary>
    public static async Task<Installation> StartAsync(int maxConnections, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("strata-bench-").FullName;
        var postgres = await EmbeddedPostgres.StartAsync(new() { DataFolder = Path.Combine(folder, "postgres"), Database = "strata", MaxConnections = maxConnections }, static _ => { }, cancellationToken);
        return new Installation(folder, postgres, await EmbeddedRedis.StartAsync(new() { MemoryMegabytes = 128 }, static _ => { }, cancellationToken));
    }

    /// <summary>One more Strata process. All of them take each other's tokens.</summary>
    public Task<ServerProcess> ServeAsync(CancellationToken cancellationToken, params ReadOnlySpan<(string Name, string Value)> settings)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ConnectionStrings__Shared"] = Shared,
            ["ConnectionStrings__Redis"] = _redis.ConnectionString,
            ["DataFolder"] = Path.Combine(_folder, "strata"),
        };
        foreach (var (name, value) in settings)
            all[name] = value;
        return ServerProcess.StartAsync(all, cancellationToken);
    }

    /// <summary>Runs a statement as superuser and gives its first value.</summary>
    public async Task<T> SqlAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(Shared);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
