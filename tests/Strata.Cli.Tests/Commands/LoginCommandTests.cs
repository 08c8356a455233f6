using System.Text.Json.Nodes;

namespace Strata.Cli.Tests.Commands;

/// <summary>Contexts in a folder for settings of the test's own, against a real server.</summary>
public sealed class LoginCommandTests(DemoServer server) : IDisposable
{
    private readonly FileTree _home = new();
    private static CancellationToken Token => TestContext.Current.CancellationToken;
    private string ContextFile => _home.At("strata/contexts.json");

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Who_logged_in_needs_no_environment()
    {
        var (url, token) = await ServerAsync();
        var shell = Shell().Piping(token + "\n");

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("login", "--url", url));

        Assert.Contains($"urn:strata:development|platform-admin; the context '{new Uri(url).Authority}' is in use.", shell.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, await shell.RunAsync("tenant", "get", "tinkerlab"));
        Assert.Equal(ExitCode.Ok, await shell.RunAsync("whoami", "--output", "json"));
        Assert.Equal("""["platform-admin"]""", JsonNode.Parse(shell.Out)!["roles"]!.ToJsonString());
        Assert.Equal($"{url}/ (context {new Uri(url).Authority})\n", shell.Error);
    }

    [Fact]
    public async Task Who_sits_at_a_terminal_is_asked_for_the_token()
    {
        var (url, token) = await ServerAsync();
        var shell = Shell().Typing(token + "\n");

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("login", "--url", url));

        Assert.Equal($"Token for {url}/: ", shell.Error);
        Assert.DoesNotContain(token, shell.Out + shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_development_issuer_gives_a_token_by_role()
    {
        var (url, _) = await ServerAsync();
        var shell = Shell();

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("login", "--url", url, "--role", "tenant-admin", "--tenant", "tinkerlab", "--context", "tinker"));

        await shell.RunAsync("whoami");
        Assert.Matches("(?m)^/tenants +\\[\"tinkerlab\"\\]$", shell.Out);
    }

    [Fact]
    public async Task Nobody_else_may_read_the_tokens()
    {
        var (url, token) = await ServerAsync();
        await Shell().Piping(token).RunAsync("login", "--url", url);

        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ContextFile));
        Assert.Equal(ContextFile, Assert.Single(Directory.GetFiles(Path.GetDirectoryName(ContextFile)!)));
    }

    [Theory]
    [InlineData("", ExitCode.Usage)]
    [InlineData("nonsense", ExitCode.NotAllowed)]
    [InlineData("two words", ExitCode.NotAllowed)]
    public async Task A_token_that_is_not_taken_is_not_kept(string token, int exitCode)
    {
        var (url, _) = await ServerAsync();

        Assert.Equal(exitCode, await Shell().Piping(token).RunAsync("login", "--url", url));

        Assert.False(File.Exists(ContextFile));
    }

    [Fact]
    public async Task Contexts_are_listed_chosen_and_forgotten()
    {
        var (url, token) = await ServerAsync();
        var shell = Shell();
        await shell.Piping(token).RunAsync("login", "--url", url, "--context", "one");
        await shell.Piping(token).RunAsync("login", "--url", url, "--context", "two");

        await shell.RunAsync("context", "use", "one");
        await shell.RunAsync("context", "list");
        Assert.Matches($"(?m)^one +{url}/ +true$", shell.Out);
        Assert.DoesNotContain(token, shell.Out, StringComparison.Ordinal);
        await shell.RunAsync("context", "remove", "one");
        await shell.RunAsync("context", "list", "--output", "name");

        Assert.Equal("two\n", shell.Out);
        Assert.Equal(ExitCode.NotFound, await shell.RunAsync("context", "use", "one"));
        Assert.Equal("There is no context 'one'; there are: two.\n", shell.Error);
    }

    [Fact]
    public async Task A_contexts_token_goes_to_its_own_server_only()
    {
        var (url, token) = await ServerAsync();
        var shell = Shell();
        await shell.Piping(token).RunAsync("login", "--url", url);

        Assert.Equal(ExitCode.Ok, await shell.With("STRATA_URL", url).RunAsync("whoami"));
        Assert.Equal(ExitCode.NotAllowed, await shell.With("STRATA_URL", url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)).RunAsync("whoami"));
    }

    [Fact]
    public async Task The_environment_wins_over_the_context_in_use()
    {
        var (url, token) = await ServerAsync();
        var shell = Shell();
        await shell.Piping(token).RunAsync("login", "--url", url, "--role", "auditor", "--context", "audits");
        await shell.RunAsync("login", "--url", url, "--role", "service", "--context", "services");

        await shell.With("STRATA_CONTEXT", "audits").RunAsync("whoami");
        Assert.Contains("[\"auditor\"]", shell.Out, StringComparison.Ordinal);
        await shell.With("STRATA_TOKEN", token).RunAsync("whoami");
        Assert.Contains("[\"platform-admin\"]", shell.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NotFound, await shell.With("STRATA_CONTEXT", "none").RunAsync("whoami"));
        Assert.Equal(ExitCode.Failure, await shell.With("STRATA_CONTEXT", "audits").With("STRATA_URL", "http://127.0.0.1:1").RunAsync("whoami"));
    }

    private Shell Shell() => new Shell().With("XDG_CONFIG_HOME", _home.Path);

    private async Task<(string Url, string Token)> ServerAsync()
    {
        await server.ShellAsync(Token);
        return server.Connection;
    }
}
