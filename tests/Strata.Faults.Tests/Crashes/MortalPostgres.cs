using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Strata.Embedded;
using Strata.Embedded.Postgres;
using Strata.Testing;

namespace Strata.Faults.Tests.Crashes;

/// <summary>A PostgreSQL with durability, on a folder and a port of its own, that is killed and comes back.</summary>
internal sealed class MortalPostgres : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HeldPort _port = new();
    private EmbeddedPostgres _server = null!;
    private int _databases;

    public static async Task<MortalPostgres> StartAsync(CancellationToken cancellationToken)
    {
        var postgres = new MortalPostgres();
        postgres._server = await postgres.LaunchAsync(cancellationToken);
        return postgres;
    }

    /// <summary>Makes a database and gives a superuser's way into it.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        var own = new NpgsqlConnectionStringBuilder(_server.ConnectionString);
        var database = string.Create(CultureInfo.InvariantCulture, $"world_{++_databases}");
        await using var source = NpgsqlDataSource.Create(own.ConnectionString);
        await using var create = source.CreateCommand($"create database {database}");
        create.CommandTimeout = 300;
        await create.ExecuteNonQueryAsync(cancellationToken);
        own.Database = database;
        return own.ConnectionString;
    }

    /// <summary>SIGKILL to the server, then a new start on what it has left.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        var pid = (await File.ReadAllLinesAsync(Path.Combine(_folder.Path, "cluster", "postmaster.pid"), cancellationToken))[0];
        using (var postmaster = Process.GetProcessById(int.Parse(pid, CultureInfo.InvariantCulture)))
        {
            postmaster.Kill();
            await postmaster.WaitForExitAsync(cancellationToken);
        }
        await _server.DisposeAsync();
        _server = await LaunchAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
        _port.Dispose();
    }

    private async Task<EmbeddedPostgres> LaunchAsync(CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await EmbeddedPostgres.StartAsync(new() { DataFolder = _folder.Path, Port = _port.Number, MaxConnections = 300 }, static _ => { }, cancellationToken);
            }
            catch (EmbeddedServerException) when (tries < 50)
            {
                // Its orphans hold memory and port until they notice.
                await Task.Delay(100, cancellationToken);
            }
        }
    }
}
