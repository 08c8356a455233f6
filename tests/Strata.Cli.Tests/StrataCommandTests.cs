namespace Strata.Cli.Tests;

public sealed class StrataCommandTests
{
    [Theory]
    [InlineData("config", "get")]
    [InlineData("config", "get", "--tenant", "a", "--platform", "b")]
    [InlineData("config", "get", "--tenant", "a", "no-pointer")]
    [InlineData("config", "get", "--tenant", "a", "--output", "xml")]
    [InlineData("config", "set", "--tenant", "a", "/x")]
    [InlineData("config", "set", "--tenant", "a", "/x", "null")]
    [InlineData("token", "--role", "king")]
    [InlineData("token")]
    [InlineData("up", "--port", "70000")]
    [InlineData("up", "--port", "0x")]
    [InlineData("config", "get", "--tenant")]
    [InlineData("fly")]
    [InlineData("history")]
    [InlineData("history", "--tenant", "acme", "--allowlist")]
    [InlineData("diff", "--tenant", "acme")]
    [InlineData("apply")]
    [InlineData("tenant", "create", "acme")]
    [InlineData("tenant", "create", "acme", "-p", "dcoder", "--display-name", "Acme", "--label", "pilot")]
    [InlineData("completion", "tcsh")]
    [InlineData("login", "--token", "secret")]
    [InlineData("login", "--platform", "dcoder")]
    [InlineData("login", "--url", "strata.example.com")]
    [InlineData("context", "use")]
    [InlineData("config", "diff")]
    [InlineData("segment", "create", "pro", "-p", "dcoder", "--display-name", "Pro")]
    [InlineData("segment", "create", "pro", "-p", "dcoder", "--display-name", "Pro", "--all", "--tier", "pro")]
    [InlineData("render", "all", "--out", "-")]
    public async Task A_wrong_command_line_is_a_usage_error(params string[] arguments)
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync(arguments));
        Assert.Empty(shell.Out);
        Assert.NotEmpty(shell.Error);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named_with_what_to_do()
    {
        var shell = new Shell().With("STRATA_URL", "http://127.0.0.1:1");

        Assert.Equal(ExitCode.Failure, await shell.RunAsync("config", "get", "--tenant", "acme"));
        Assert.Contains("/ (STRATA_URL): ", shell.Error, StringComparison.Ordinal);
        Assert.Contains("Is it running (`strata up`)", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_contexts_server_that_is_not_there_is_named_with_its_context()
    {
        using var home = new FileTree();
        home.Write("strata/contexts.json", $$$"""
            { "current": "away", "contexts": { "away": { "url": "http://127.0.0.1:1", "token": "t" } } }
            """);
        var shell = new Shell().With("XDG_CONFIG_HOME", home.Path);

        Assert.Equal(ExitCode.Failure, await shell.RunAsync("config", "get", "--tenant", "acme"));

        Assert.Contains("/ (context away): ", shell.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("STRATA_URL", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_knows_no_context_is_told_how_to_get_one()
    {
        using var home = new FileTree();
        var shell = new Shell().With("XDG_CONFIG_HOME", home.Path);

        Assert.Equal(ExitCode.NotFound, await shell.RunAsync("context", "use", "one"));

        Assert.Equal("There is no context 'one'; there is none at all; `strata login` makes one.\n", shell.Error);
    }

    [Fact]
    public async Task An_address_that_is_none_is_a_usage_error()
    {
        var shell = new Shell().With("STRATA_URL", "localhost");

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("config", "get", "--tenant", "acme"));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task A_shell_completes_with_the_commands_own_words(string shell)
    {
        var strata = new Shell();

        Assert.Equal(ExitCode.Ok, await strata.RunAsync("completion", shell));
        Assert.Contains("[suggest:", strata.Out, StringComparison.Ordinal);
        await strata.RunAsync("[suggest:10]", "strata val");

        Assert.Equal("validate", strata.Out.Trim());
    }
}
