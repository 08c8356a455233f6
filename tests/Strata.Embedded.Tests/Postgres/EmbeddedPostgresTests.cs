using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Strata.Embedded.Postgres;
using Strata.Testing;

namespace Strata.Embedded.Tests.Postgres;

public sealed class EmbeddedPostgresTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_written_is_there_after_a_restart()
    {
        await using (var first = await StartAsync())
            await ScalarAsync(first.ConnectionString, "create table t as select 42 as answer");

        await using var second = await StartAsync();

        Assert.Equal(42, await ScalarAsync(second.ConnectionString, "select answer from t"));
    }

    [Fact]
    public async Task A_killed_server_that_is_kept_running_comes_back_with_its_data()
    {
        await using var postgres = await StartAsync();
        await ScalarAsync(postgres.ConnectionString, "create table t as select 42 as answer");
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var kept = postgres.KeepRunningAsync(_ => { }, ending.Token);

        var pid = (await File.ReadAllLinesAsync(Path.Combine(_folder.Path, "cluster", "postmaster.pid"), Token))[0];
        using (var postmaster = Process.GetProcessById(int.Parse(pid, CultureInfo.InvariantCulture)))
            postmaster.Kill();
        ending.CancelAfter(TimeSpan.FromMinutes(2));
        object? answer = null;
        while (answer is null && !kept.IsCompleted)
        {
            try
            {
                answer = await ScalarAsync(postgres.ConnectionString, "select answer from t");
            }
            catch (NpgsqlException)
            {
                await Task.Delay(50, Token);
            }
        }

        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => kept);
        Assert.Equal(42, answer);
    }

    [Fact]
    public async Task A_missing_database_is_created()
    {
        await using var postgres = await StartAsync();

        Assert.Equal("strata", await ScalarAsync(postgres.ConnectionString, "select current_database()::text"));
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        await using var postgres = await StartAsync();
        var guess = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Password = "guess" }.ConnectionString;

        var refused = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(guess, "select 1"));

        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
    }

    [Fact]
    public async Task Only_its_owner_can_read_the_password_file()
    {
        await using var postgres = await StartAsync();

        var mode = new FileInfo(Path.Combine(_folder.Path, "password")).UnixFileMode;

        // Windows has no such modes and answers -1.
        Assert.Equal(OperatingSystem.IsWindows() ? (UnixFileMode)(-1) : UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
    }

    [Fact]
    public async Task A_folder_that_is_in_use_is_refused()
    {
        await using var postgres = await StartAsync();

        var refused = await Assert.ThrowsAsync<EmbeddedServerException>(() => StartAsync());

        Assert.Equal(EmbeddedFailure.DataFolderInUse, refused.Failure);
        Assert.Contains(_folder.Path, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_is_said_to_be_in_use()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var refused = await Assert.ThrowsAsync<EmbeddedServerException>(() => StartAsync(port));

        Assert.Equal(EmbeddedFailure.PortInUse, refused.Failure);
        Assert.Contains($"127.0.0.1:{port}", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PG_VERSION", "PG_VERSION is missing")]
    [InlineData("global/pg_control", "could not open file")]
    [InlineData("postgresql.conf", "postgresql.conf")]
    public async Task A_folder_with_a_missing_file_is_said_to_be_broken(string file, string expected)
    {
        await (await StartAsync()).DisposeAsync();
        File.Delete(Path.Combine(Cluster, file));

        var refused = await Assert.ThrowsAsync<EmbeddedServerException>(() => StartAsync());

        Assert.Equal(EmbeddedFailure.DataFolderBroken, refused.Failure);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_another_version_is_said_to_be_broken()
    {
        await (await StartAsync()).DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(Cluster, "PG_VERSION"), "15\n", Token);

        var refused = await Assert.ThrowsAsync<EmbeddedServerException>(() => StartAsync());

        Assert.Contains("it was written by PostgreSQL 15, this is 18", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_initialization_is_begun_anew()
    {
        Directory.CreateDirectory(Cluster + ".new");
        await File.WriteAllTextAsync(Path.Combine(Cluster + ".new", "PG_VERSION"), "18\n", Token);

        await using var postgres = await StartAsync();

        Assert.Equal(1, await ScalarAsync(postgres.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task Root_may_keep_the_data_where_nobody_else_may_enter()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root has this case");
        if (OperatingSystem.IsWindows())
            return;
        var closed = Directory.CreateDirectory(Path.Combine(_folder.Path, "closed"));
        closed.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var options = new EmbeddedPostgresOptions { DataFolder = closed.FullName, MaxConnections = 20 };

        await using (var first = await EmbeddedPostgres.StartAsync(options, _ => { }, Token))
            await ScalarAsync(first.ConnectionString, "create table t as select 42 as answer");
        await using (var second = await EmbeddedPostgres.StartAsync(options, _ => { }, Token))
            Assert.Equal(42, await ScalarAsync(second.ConnectionString, "select answer from t"));

        Directory.Delete(Directory.ResolveLinkTarget(Path.Combine(closed.FullName, "cluster"), true)!.FullName, recursive: true);
    }

    private string Cluster => Path.Combine(_folder.Path, "cluster");

    private Task<EmbeddedPostgres> StartAsync(int? port = null) =>
        EmbeddedPostgres.StartAsync(new() { DataFolder = _folder.Path, Database = "strata", Port = port, MaxConnections = 20 }, _ => { }, Token);

    private static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Token);
    }
}
