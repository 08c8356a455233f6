using Strata.Embedded;

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
    [InlineData("fly")]
    public async Task A_wrong_command_line_is_a_usage_error(params string[] arguments)
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync(arguments));
        Assert.Empty(shell.Out);
        Assert.NotEmpty(shell.Error);
    }

    [Theory]
    [InlineData("up")]
    [InlineData("test")]
    [InlineData("token")]
    [InlineData("config", "get")]
    [InlineData("config", "explain")]
    [InlineData("config", "set")]
    [InlineData("config", "unset")]
    [InlineData("version")]
    public async Task Help_shows_how_a_command_is_used(params string[] command)
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.Ok, await shell.RunAsync([.. command, "--help"]));
        Assert.Contains("Examples:", shell.Out, StringComparison.Ordinal);
        Assert.Contains($"strata {string.Join(' ', command)}", shell.Out[shell.Out.IndexOf("Examples:", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named_with_what_to_do()
    {
        var shell = new Shell().With("STRATA_URL", $"http://127.0.0.1:{LoopbackPort.Free()}");

        Assert.Equal(ExitCode.Failure, await shell.RunAsync("config", "get", "--tenant", "acme"));
        Assert.Contains("Is it running (`strata up`)", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_none_is_a_usage_error()
    {
        var shell = new Shell().With("STRATA_URL", "localhost");

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("config", "get", "--tenant", "acme"));
    }
}
