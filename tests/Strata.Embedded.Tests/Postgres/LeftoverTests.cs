using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Strata.Embedded.Postgres;
using Strata.Testing;

namespace Strata.Embedded.Tests.Postgres;

/// <summary>What a killed run leaves behind.</summary>
public sealed class LeftoverTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Cluster => Path.Combine(_folder.Path, "cluster");

    private string PidFile => Path.Combine(Cluster, "postmaster.pid");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_server_without_its_owner_is_stopped_and_replaced()
    {
        await (await StartAsync()).DisposeAsync();
        var orphan = await OrphanAsync();

        await using var postgres = await StartAsync();

        Assert.NotEqual(orphan, await PidAsync());
        Assert.Equal(1, await ScalarAsync(postgres.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task The_server_stops_when_its_owner_dies()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there the next start stops it");
        await (await StartAsync()).DisposeAsync();
        await OrphanAsync();
        var watch = ParentWatch.Start(EmbeddedPostgres.StopIfWeDie, Cluster)!;

        await watch.LetGoAsync();

        await Waiting.UntilAsync(() => !File.Exists(PidFile), Token);
    }

    [Fact]
    public async Task A_throw_away_server_and_its_folder_go_when_their_owner_dies()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there the next start deletes them");
        await (await StartAsync()).DisposeAsync();
        await OrphanAsync();
        var watch = ParentWatch.Start(EmbeddedPostgres.DeleteIfWeDie, Cluster)!;

        await watch.LetGoAsync();

        await Waiting.UntilAsync(() => !Directory.Exists(Cluster), Token);
    }

    [Fact]
    public async Task A_lock_whose_folder_is_gone_is_swept()
    {
        string[] roots = ["/dev/shm", PostgresTools.TemporaryFolder];
        var locks = Array.ConvertAll(Array.FindAll(roots, Directory.Exists), root => Path.Combine(root, $"strata-test-{Guid.CreateVersion7():n}.lock"));
        foreach (var file in locks)
            await File.WriteAllTextAsync(file, "", Token);

        await using (await EmbeddedPostgres.StartAsync(new() { MaxConnections = 20 }, _ => { }, Token))
            Assert.Contains(locks, file => !File.Exists(file));

        Array.ForEach(locks, File.Delete);
    }

    [Fact]
    public async Task A_pid_file_that_names_a_stranger_is_ignored()
    {
        await (await StartAsync()).DisposeAsync();
        using var stranger = Process.GetCurrentProcess();
        await WritePidFileAsync(stranger.Id, new DateTimeOffset(stranger.StartTime));

        await using var postgres = await StartAsync();

        Assert.Equal(1, await ScalarAsync(postgres.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task A_copied_pid_file_does_not_stop_the_server_of_the_original()
    {
        using var copy = new TemporaryFolder();
        var ofCopy = new EmbeddedPostgresOptions { DataFolder = copy.Path, MaxConnections = 20 };
        await (await EmbeddedPostgres.StartAsync(ofCopy, _ => { }, Token)).DisposeAsync();
        await using var original = await StartAsync();
        File.Copy(PidFile, Path.Combine(copy.Path, "cluster", "postmaster.pid"));

        await using var postgres = await EmbeddedPostgres.StartAsync(ofCopy, _ => { }, Token);

        Assert.Equal(1, await ScalarAsync(original.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task A_pid_file_that_names_a_zombie_is_ignored()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "zombies are looked for in /proc");
        await (await StartAsync()).DisposeAsync();
        // The long `sleep` takes the place of the shell before its child ends, and never asks for that end.
        using var parent = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "sleep 2 & echo $!; exec sleep 60"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var zombie = int.Parse((await parent.StandardOutput.ReadLineAsync(Token))!, CultureInfo.InvariantCulture);
        await Waiting.UntilAsync(() => File.ReadLines($"/proc/{zombie}/status").Contains("State:\tZ (zombie)"), Token);
        await WritePidFileAsync(zombie, TimeProvider.System.GetUtcNow());

        await using var postgres = await StartAsync();

        parent.Kill();
        Assert.Equal(1, await ScalarAsync(postgres.ConnectionString, "select 1"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("rubbish\n\n\n")]
    public async Task A_pid_file_that_says_nothing_is_ignored(string content)
    {
        await (await StartAsync()).DisposeAsync();
        await File.WriteAllTextAsync(PidFile, content, Token);

        await using var postgres = await StartAsync();

        Assert.Equal(1, await ScalarAsync(postgres.ConnectionString, "select 1"));
    }

    private Task<EmbeddedPostgres> StartAsync() => EmbeddedPostgres.StartAsync(new() { DataFolder = _folder.Path, MaxConnections = 20 }, _ => { }, Token);

    /// <summary>Starts the server as a killed run leaves it: alive, with nobody to stop it.</summary>
    private async Task<int> OrphanAsync()
    {
        var tools = await PostgresBinaries.InstallAsync(null, "npm", _ => { }, Token);
        using var port = new HeldPort();
        var settings = $"-c port={port.Number} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c dynamic_shared_memory_type=mmap";
        var started = await tools.RunAsync("pg_ctl", ["start", "-D", Cluster, "-l", Path.Combine(Cluster, "postgres.log"), "-w", "-s", "-o", settings], Token);
        Assert.Equal(0, started.ExitCode);
        return await PidAsync();
    }

    private async Task<int> PidAsync() => int.Parse((await File.ReadAllLinesAsync(PidFile, Token))[0], CultureInfo.InvariantCulture);

    private Task WritePidFileAsync(int pid, DateTimeOffset startedAt) =>
        File.WriteAllLinesAsync(PidFile, [$"{pid}", Cluster, $"{startedAt.ToUnixTimeSeconds()}", "5432", "", "127.0.0.1", "", "ready"], Token);

    private static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Token);
    }
}
