using System.Text.Json.Nodes;

namespace Strata.Cli.Tests.Commands;

/// <summary>History, impact, export, tenants and the audit against a real server. Each test has a platform of its own.</summary>
public sealed class LayerCommandsTests(DemoServer server) : IDisposable
{
    private readonly FileTree _files = new();
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_change_is_seen_in_history_compared_and_rolled_back()
    {
        var shell = await PlatformAsync("rolled");
        await shell.RunAsync("config", "set", "--platform", "rolled", "/quotas/requestsPerMinute", "600");
        await shell.RunAsync("config", "set", "--platform", "rolled", "/quotas/requestsPerMinute", "500", "--comment", "Capacity");

        await shell.RunAsync("history", "--platform", "rolled");
        Assert.Matches(@"(?m)^2 .* change +Capacity$", shell.Out);
        Assert.Equal(ExitCode.Failure, await shell.RunAsync("diff", "--platform", "rolled", "1"));
        Assert.Equal("~  /quotas/requestsPerMinute  600 -> 500\n", shell.Out);
        Assert.Equal(ExitCode.Ok, await shell.RunAsync("rollback", "--platform", "rolled", "1", "--comment", "False alarm"));

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("diff", "--platform", "rolled", "1", "3"));
        await shell.RunAsync("history", "--platform", "rolled", "3", "--output", "json");
        Assert.Equal(600, (int)JsonNode.Parse(shell.Out)!["document"]!["quotas"]!["requestsPerMinute"]!);
    }

    [Fact]
    public async Task A_rollback_can_be_tried()
    {
        var shell = await PlatformAsync("tried");
        await shell.RunAsync("config", "set", "--platform", "tried", "/quotas/requestsPerMinute", "600");

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("rollback", "--platform", "tried", "0", "--dry-run"));
        Assert.Contains("-  /quotas/requestsPerMinute  600\n", shell.Out, StringComparison.Ordinal);

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("config", "get", "--platform", "tried", "/quotas/requestsPerMinute"));
    }

    [Fact]
    public async Task Impact_tells_whom_a_change_reaches()
    {
        var shell = await server.ShellAsync(Token);

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("impact", "--platform", "lumen", "/branding/supportEmail", "new@lumen.example"));

        Assert.Matches("^tenants affected: [12]\n", shell.Out);
        Assert.Matches("/branding/supportEmail +[12] tenants", shell.Out);
    }

    [Fact]
    public async Task What_is_exported_and_applied_changes_nothing()
    {
        var shell = await server.ShellAsync(Token);

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("export", "--platform", "lumen", "--out", _files.At("lumen")));
        Assert.Equal(ExitCode.Ok, await shell.RunAsync("apply", "-f", _files.At("lumen"), "--yes", "--prune"));

        Assert.Matches("^Nothing to do: all [0-9]+ items are as the files say.\n$", shell.Out);
    }

    [Fact]
    public async Task A_tenant_is_made_suspended_and_resumed()
    {
        var shell = await PlatformAsync("lifecycle");

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("tenant", "create", "lifecycle-one", "-p", "lifecycle", "--display-name", "One", "--tier", "pro", "--label", "pilot=yes"));
        Assert.Equal(ExitCode.Ok, await shell.RunAsync("tenant", "suspend", "lifecycle-one", "--reason", "Invoice"));
        await shell.RunAsync("tenant", "list", "--platform", "lifecycle", "--status", "suspended", "--output", "name");
        Assert.Equal("lifecycle-one\n", shell.Out);
        Assert.Equal(ExitCode.Ok, await shell.RunAsync("tenant", "resume", "lifecycle-one"));

        await shell.RunAsync("tenant", "get", "lifecycle-one", "--output", "json");
        Assert.Equal(("active", "yes"), ((string?)JsonNode.Parse(shell.Out)!["status"], (string?)JsonNode.Parse(shell.Out)!["labels"]!["pilot"]));
    }

    [Fact]
    public async Task A_segment_is_made_once_and_deleted()
    {
        var shell = await PlatformAsync("segmented");
        var config = _files.Write("pilots.yaml", "quotas: {requestsPerMinute: 7}\n");
        string[] create = ["segment", "create", "pilots", "-p", "segmented", "--display-name", "Pilots", "--label", "pilot=yes", "--label", "pilot=maybe", "--region", "eu", "--priority", "3", "--config", config];

        Assert.Equal(ExitCode.Ok, await shell.RunAsync(create));
        Assert.Equal(ExitCode.Conflict, await shell.RunAsync(create));
        await shell.RunAsync("segment", "get", "pilots", "-p", "segmented", "--output", "json");
        var made = JsonNode.Parse(shell.Out)!;
        Assert.Equal("""{"labels.pilot":["yes","maybe"],"region":["eu"]}|{"quotas":{"requestsPerMinute":7}}|3""", $"{made["match"]!.ToJsonString()}|{made["config"]!.ToJsonString()}|{made["priority"]}");
        Assert.Equal(ExitCode.Ok, await shell.RunAsync("segment", "delete", "pilots", "-p", "segmented", "--dry-run"));
        Assert.Equal(ExitCode.Failure, await shell.Typing("no\n").RunAsync("segment", "delete", "pilots", "-p", "segmented"));
        Assert.Equal(ExitCode.Ok, await shell.RunAsync("segment", "delete", "pilots", "-p", "segmented", "--yes", "--comment", "Over"));

        Assert.Equal(ExitCode.NotFound, await shell.RunAsync("segment", "get", "pilots", "-p", "segmented"));
    }

    [Fact]
    public async Task A_tenant_is_compared_with_its_platform_and_with_another_tenant()
    {
        var shell = await PlatformAsync("compared");
        await shell.RunAsync("config", "set", "--platform", "compared", "/quotas/requestsPerMinute", "600");
        await shell.RunAsync("tenant", "create", "compared-one", "-p", "compared", "--display-name", "One");
        await shell.RunAsync("tenant", "create", "compared-two", "-p", "compared", "--display-name", "Two");
        Assert.Equal(ExitCode.Ok, await shell.RunAsync("config", "diff", "--tenant", "compared-one"));
        Assert.Empty(shell.Out);
        await shell.RunAsync("config", "set", "--tenant", "compared-one", "/quotas/requestsPerMinute", "5");

        Assert.Equal(ExitCode.Failure, await shell.RunAsync("config", "diff", "--tenant", "compared-one"));
        Assert.Equal("~  /quotas/requestsPerMinute  600 -> 5\n", shell.Out);
        Assert.Equal(ExitCode.Failure, await shell.RunAsync("config", "diff", "--tenant", "compared-two", "--against", "compared-one", "--output", "json"));

        Assert.Equal("""{"from":"tenant compared-one","to":"tenant compared-two","changes":[{"pointer":"/quotas/requestsPerMinute","op":"replace","before":5,"after":600}]}""", JsonNode.Parse(shell.Out)!.ToJsonString());
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("config", "diff", "--platform", "compared"));
        Assert.Equal(ExitCode.NotFound, await shell.RunAsync("config", "diff", "--platform", "compared", "--against", "nowhere"));
    }

    [Fact]
    public async Task Differences_are_coloured_where_somebody_sees_them()
    {
        var shell = (await PlatformAsync("coloured")).Coloured();

        await shell.RunAsync("config", "set", "--platform", "coloured", "/quotas/requestsPerMinute", "600");

        Assert.StartsWith("\u001b[32m+  /quotas/requestsPerMinute  600\u001b[0m\n", shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_name_what_there_is()
    {
        var shell = await server.ShellAsync(Token);

        await shell.RunAsync("platform", "list", "--output", "name");
        Assert.Contains("dcoder\n", shell.Out, StringComparison.Ordinal);
        await shell.RunAsync("segment", "list", "--platform", "dcoder");
        Assert.Matches("(?m)^enterprise +", shell.Out);
        await shell.RunAsync("segment", "get", "--platform", "dcoder", "pro", "--output", "yaml");
        Assert.Contains("priority: 20\n", shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_audit_can_be_read_and_verified()
    {
        var shell = await PlatformAsync("audited");

        await shell.RunAsync("audit", "list", "--platform", "audited");
        Assert.Contains("platform.created", shell.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, await shell.RunAsync("audit", "verify", "--shared"));

        Assert.Matches("(?m)^shared +[0-9]+ +valid$", shell.Out);
    }

    [Fact]
    public async Task The_fleet_is_migrated()
    {
        var shell = await server.ShellAsync(Token);

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("migrate"));
        Assert.Equal(ExitCode.Ok, await shell.RunAsync("migrate", "--status", "--output", "json"));
    }

    private async Task<Shell> PlatformAsync(string id)
    {
        var shell = await server.ShellAsync(Token);
        Assert.Equal(ExitCode.Ok, await shell.RunAsync("platform", "create", id, "--display-name", id));
        return shell;
    }
}
