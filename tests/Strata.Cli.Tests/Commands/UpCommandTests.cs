using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using Strata.Testing;

namespace Strata.Cli.Tests.Commands;

public sealed class UpCommandTests(Servers servers) : IDisposable
{
    private readonly TemporaryFolder _data = new();
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task What_was_written_is_there_at_the_next_start()
    {
        string token;
        await using (var first = await UpProcess.StartAsync(_data.Path, Token))
        {
            token = first.Token;
            var shell = new Shell().With("STRATA_URL", first.Url).With("STRATA_TOKEN", token);
            Assert.Equal(ExitCode.Ok, await shell.RunAsync("config", "set", "--tenant", "tinkerlab", "/branding/productName", "Kept"));
            Assert.Equal(ExitCode.Ok, OperatingSystem.IsWindows() ? ExitCode.Ok : await first.StopAsync());
        }

        await using var second = await UpProcess.StartAsync(_data.Path, Token);
        var later = new Shell().With("STRATA_URL", second.Url).With("STRATA_TOKEN", token);

        Assert.Equal(ExitCode.Ok, await later.RunAsync("config", "get", "--tenant", "tinkerlab", "/branding/productName"));
        Assert.Equal("Kept", later.Out.Trim());
    }

    [Fact]
    public async Task Empty_means_without_brands()
    {
        await using var up = await UpProcess.StartAsync(_data.Path, Token, "--empty");
        var shell = new Shell().With("STRATA_URL", up.Url).With("STRATA_TOKEN", up.Token);

        Assert.Equal(ExitCode.NotFound, await shell.RunAsync("config", "get", "--platform", "dcoder"));
    }

    [Fact]
    public async Task After_a_killed_run_the_next_one_carries_on()
    {
        await using var killed = await UpProcess.StartAsync(_data.Path, Token, "--empty");
        await killed.KillAsync();

        await using var next = await UpProcess.StartAsync(_data.Path, Token, "--empty");

        Assert.NotEmpty(next.Token);
    }

    [Fact]
    public async Task Loading_that_was_interrupted_is_finished()
    {
        await using (var interrupted = await UpProcess.StartAsync(_data.Path, Token, "--empty"))
        {
            using var http = new HttpClient { DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", interrupted.Token) } };
            using var created = await http.PostAsJsonAsync($"{interrupted.Url}/v1/platforms", new { id = "dcoder", displayName = "D.Coder" }, Token);
            created.EnsureSuccessStatusCode();
        }

        await File.WriteAllTextAsync(Path.Combine(_data.Path, "demo.json.loading"), "", Token);

        await using var up = await UpProcess.StartAsync(_data.Path, Token);
        var shell = new Shell().With("STRATA_URL", up.Url).With("STRATA_TOKEN", up.Token);

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("config", "get", "--tenant", "tinkerlab"));
    }

    [Fact]
    public async Task Servers_that_are_given_are_used()
    {
        Dictionary<string, string> given = new()
        {
            ["ConnectionStrings__Shared"] = await servers.CreateDatabaseAsync(Token),
            ["ConnectionStrings__Redis"] = await servers.RedisAsync(Token),
        };

        await using var up = await UpProcess.StartAsync(_data.Path, given, Token);
        var shell = new Shell().With("STRATA_URL", up.Url).With("STRATA_TOKEN", up.Token);

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("config", "get", "--tenant", "tinkerlab"));
        Assert.False(Directory.Exists(Path.Combine(_data.Path, "postgres")));
    }

    [Fact]
    public async Task A_port_in_use_is_said_at_once()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = $"{((IPEndPoint)listener.LocalEndpoint).Port}";

        var (exitCode, error) = await UpProcess.RunAsync(Token, "up", "--port", port, "--data", _data.Path);

        Assert.Equal(ExitCode.Failure, exitCode);
        Assert.Contains($"Port {port} is in use", error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_data.Path));
    }

    [Fact]
    public async Task A_data_folder_that_is_a_file_is_refused()
    {
        var file = Path.Combine(_data.Path, "file");
        await File.WriteAllTextAsync(file, "", Token);

        var (exitCode, error) = await UpProcess.RunAsync(Token, "up", "--port", "0", "--data", file);

        Assert.Equal(ExitCode.Failure, exitCode);
        Assert.Contains($"The data folder {file} cannot be used", error, StringComparison.Ordinal);
    }
}
