using System.Text.Json.Nodes;
using Strata.Cli.Output;

namespace Strata.Cli.Tests.Commands;

/// <summary>The command line against a real server with the demo brands.</summary>
public sealed class ConfigCommandsTests(DemoServer server)
{
    private const string Quota = "/quotas/requestsPerMinute";
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_value_is_set_read_explained_and_unset()
    {
        var shell = await server.ShellAsync(Token);
        await shell.RunAsync("config", "get", "--tenant", "tinkerlab", "/branding/supportEmail");
        var inherited = shell.Out;

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("config", "set", "--tenant", "tinkerlab", "/branding/supportEmail", "help@acme.example", "--comment", "moved"));
        Assert.Contains("/branding/supportEmail", shell.Out, StringComparison.Ordinal);
        await shell.RunAsync("config", "get", "--tenant", "tinkerlab", "/branding/supportEmail");
        Assert.Equal("help@acme.example", shell.Out.Trim());
        await shell.RunAsync("config", "explain", "--tenant", "tinkerlab", "/branding/supportEmail");
        Assert.Matches(@"(?m)^/branding/supportEmail +""help@acme.example"" +tenant +[0-9.]+ +\d{4}-\d\d-\d\dT\S+ +\S+\|platform-admin", shell.Out);
        Assert.Equal(ExitCode.NotFound, await shell.RunAsync("config", "explain", "--tenant", "tinkerlab", "/branding/nothing"));
        Assert.Equal(ExitCode.Ok, await shell.RunAsync("config", "unset", "--tenant", "tinkerlab", "/branding/supportEmail"));

        await shell.RunAsync("config", "get", "--tenant", "tinkerlab", "/branding/supportEmail");
        Assert.Equal(inherited, shell.Out);
    }

    [Fact]
    public async Task A_value_above_the_ceiling_is_refused_with_pointer_rule_bound_and_layer()
    {
        var shell = await server.ShellAsync(Token);

        var exitCode = await shell.RunAsync("config", "set", "--tenant", "tinkerlab", Quota, "1000000");

        Assert.Equal(ExitCode.Invalid, exitCode);
        Assert.Empty(shell.Out);
        Assert.Matches($@"(?m)^  {Quota}: atMost: .*\(inherited [0-9]+ from .+\)", shell.Error);
    }

    [Fact]
    public async Task A_dry_run_shows_the_change_and_does_not_do_it()
    {
        var shell = await server.ShellAsync(Token);
        await shell.RunAsync("config", "get", "--platform", "dcoder", "--own", "--output", "json");
        var before = shell.Out;

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("config", "set", "--platform", "dcoder", "/branding/productName", "D.Coder Two", "--dry-run"));
        Assert.Contains("D.Coder Two", shell.Out, StringComparison.Ordinal);

        await shell.RunAsync("config", "get", "--platform", "dcoder", "--own", "--output", "json");
        Assert.Equal(before, shell.Out);
    }

    [Fact]
    public async Task A_dry_run_of_what_would_be_refused_says_so()
    {
        var shell = await server.ShellAsync(Token);

        Assert.Equal(ExitCode.Invalid, await shell.RunAsync("config", "set", "--tenant", "tinkerlab", Quota, "1000000", "--dry-run"));
        Assert.Contains("This would be refused:", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_and_yaml_say_the_same()
    {
        var shell = await server.ShellAsync(Token);

        await shell.RunAsync("config", "get", "--platform", "lumen", "--output", "json");
        var json = JsonNode.Parse(shell.Out)!;
        await shell.RunAsync("config", "get", "--platform", "lumen", "--output", "yaml");

        Assert.Equal(json.ToJsonString(), YamlText.Read(shell.Out, "out")!.ToJsonString());
    }

    [Fact]
    public async Task What_a_layer_does_not_set_cannot_be_unset()
    {
        var shell = await server.ShellAsync(Token);

        Assert.Equal(ExitCode.NotFound, await shell.RunAsync("config", "unset", "--tenant", "tinkerlab", "/logging/level"));
    }

    [Theory]
    [InlineData("nobody-here", "")]
    [InlineData("tinkerlab", "/no/such/place")]
    public async Task What_does_not_exist_is_not_found(string tenant, string pointer)
    {
        var shell = await server.ShellAsync(Token);

        Assert.Equal(ExitCode.NotFound, await shell.RunAsync("config", "get", "--tenant", tenant, pointer));
        Assert.Empty(shell.Out);
    }

    [Fact]
    public async Task Without_a_token_nothing_is_allowed()
    {
        var shell = (await server.ShellAsync(Token)).With("STRATA_TOKEN", "");

        Assert.Equal(ExitCode.NotAllowed, await shell.RunAsync("config", "get", "--tenant", "tinkerlab"));
        Assert.Contains("strata token", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenant_admins_token_opens_its_own_tenant_only()
    {
        var shell = (await server.ShellAsync(Token)).With("STRATA_TOKEN", "");
        Assert.Equal(ExitCode.Ok, await shell.RunAsync("token", "--role", "tenant-admin", "--tenant", "tinkerlab"));
        Assert.Single(shell.Out.Trim().Split('\n'));
        shell = shell.With("STRATA_TOKEN", shell.Out.Trim());

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("config", "get", "--tenant", "tinkerlab"));
        Assert.Equal(ExitCode.NotFound, await shell.RunAsync("config", "get", "--tenant", "acme-robotics"));
    }
}
