using System.Text.Json.Nodes;

namespace Strata.Cli.Tests.Commands;

/// <summary>Files against a real server. Each test has a platform of its own.</summary>
public sealed class ApplyCommandTests(DemoServer server) : IDisposable
{
    private readonly FileTree _files = new();
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task What_is_applied_is_planned_first_and_then_nothing_is_left_to_do()
    {
        var shell = await server.ShellAsync(Token);
        Brand("applied");

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("apply", "-f", _files.Path, "--dry-run"));
        Assert.Contains("platform applied\n  +  /quotas/requestsPerMinute  600\n", shell.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NotFound, await shell.RunAsync("config", "get", "--platform", "applied"));

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("apply", "-f", _files.Path, "--yes", "--comment", "First"));
        Assert.Contains("Plan: 3 of 3 items change.\nApplied as change ", shell.Out, StringComparison.Ordinal);

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("apply", "-f", _files.Path));
        Assert.Equal("Nothing to do: all 3 items are as the files say.\n", shell.Out);
    }

    [Fact]
    public async Task The_plan_says_how_many_tenants_change()
    {
        var shell = await server.ShellAsync(Token);
        Brand("planned");
        await shell.RunAsync("apply", "-f", _files.Path, "--yes");
        _files.Replace("platform.yaml", "600", "500");

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("apply", "-f", _files.Path, "--dry-run"));

        Assert.Contains("  ~  /quotas/requestsPerMinute  600 -> 500\n", shell.Out, StringComparison.Ordinal);
        Assert.Contains("  tenants affected: 1\n", shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_applied_from_a_set_with_one_bad_file()
    {
        var shell = await server.ShellAsync(Token);
        Brand("refused");
        _files.Replace("tenant.yaml", "users: 3", "requestsPerMinute: 601");

        Assert.Equal(ExitCode.Invalid, await shell.RunAsync("apply", "-f", _files.Path, "--yes"));

        Assert.Contains($"{_files.At("tenant.yaml")}:7:5: /quotas/requestsPerMinute: atMost: ", shell.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NotFound, await shell.RunAsync("config", "get", "--platform", "refused"));
    }

    [Theory]
    [MemberData(nameof(WrongFiles.Cases), MemberType = typeof(WrongFiles))]
    public async Task One_wrong_file_is_named_with_its_place_and_the_others_are_not_applied(string file, string old, string with, string problem)
    {
        var shell = await server.ShellAsync(Token);
        using var brands = FileTree.WithBrands();
        var good = brands.Write("platforms/untouched/platform.yaml", "kind: platform\nid: untouched\ndocument:\n  quotas:\n    requestsPerMinute: 600\n");
        Assert.Equal(ExitCode.Ok, await shell.RunAsync("apply", "-f", good, "--yes"));
        brands.Replace("platforms/untouched/platform.yaml", "600", "500");
        brands.Replace($"platforms/{file}", old, with);

        Assert.Equal(ExitCode.Invalid, await shell.RunAsync("apply", "-f", brands.At("platforms"), "--yes"));

        Assert.Contains(brands.At($"platforms/{file}") + problem, shell.Error, StringComparison.Ordinal);
        await shell.RunAsync("history", "--platform", "untouched", "--output", "json");
        Assert.Single((JsonArray)JsonNode.Parse(shell.Out)!);
    }

    [Fact]
    public async Task A_tenant_of_another_platform_is_named_with_its_file()
    {
        var shell = await server.ShellAsync(Token);
        var file = _files.Write("stolen.yaml", "kind: tenant\nid: tinkerlab\nplatform: lumen\ndocument:\n  displayName: Tinkerlab\n");

        Assert.Equal(ExitCode.Invalid, await shell.RunAsync("apply", "-f", file, "--yes"));

        Assert.Contains($"{file}:2:1: /id: server: ", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Segments_that_the_files_leave_out_go_only_when_asked()
    {
        var shell = await server.ShellAsync(Token);
        Brand("pruned");
        await shell.RunAsync("apply", "-f", _files.Path, "--yes");
        File.Delete(_files.At("segment.yaml"));

        await shell.RunAsync("apply", "-f", _files.Path, "--yes");
        Assert.StartsWith("Nothing to do", shell.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, await shell.RunAsync("apply", "-f", _files.Path, "--yes", "--prune"));

        Assert.Contains("segment pruned/small (deleted)\n", shell.Out, StringComparison.Ordinal);
        await shell.RunAsync("apply", "-f", _files.Path, "--prune");
        Assert.StartsWith("Nothing to do", shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_tenants_are_applied_in_parts_and_it_is_told_how_far_that_is()
    {
        var shell = await server.ShellAsync(Token);
        Tenants("parts", 12);

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("apply", "-f", _files.Path, "--yes"));

        Assert.Equal("10 of 12 tenants\n12 of 12 tenants\n", shell.Error);
        Assert.Contains("Applied as 2 changes, ", shell.Out, StringComparison.Ordinal);
        await shell.RunAsync("apply", "-f", _files.Path);
        Assert.Equal("Nothing to do: all 13 items are as the files say.\n", shell.Out);
    }

    [Fact]
    public async Task A_fleet_that_no_single_request_can_carry_is_planned_and_applied()
    {
        var shell = await server.ShellAsync(Token);
        LargeTenants("large", 20);

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("apply", "-f", _files.Path, "--dry-run", "--output", "json"));
        var planned = ((JsonArray)JsonNode.Parse(shell.Out)!["items"]!).Select(item => $"{item!["kind"]} {item["id"]}").ToList();
        Assert.Equal("platform large", planned[0]);
        Assert.Equal(Enumerable.Range(0, 20).Select(number => $"tenant large-{number}").Order(StringComparer.Ordinal), planned.Skip(1).Order(StringComparer.Ordinal));

        Assert.True(ExitCode.Ok == await shell.RunAsync("apply", "-f", _files.Path, "--yes"), shell.Error);
        Assert.EndsWith("20 of 20 tenants\n", shell.Error, StringComparison.Ordinal);
        await shell.RunAsync("apply", "-f", _files.Path);
        Assert.Equal("Nothing to do: all 21 items are as the files say.\n", shell.Out);
    }

    [Fact]
    public async Task What_is_wrong_in_a_later_part_of_a_plan_refuses_all()
    {
        var shell = await server.ShellAsync(Token);
        LargeTenants("late", 20);
        _files.Replace("tenant-9.yaml", "displayName: Large", "quotas: { requestsPerMinute: 601 }, displayName: Large");

        Assert.Equal(ExitCode.Invalid, await shell.RunAsync("apply", "-f", _files.Path, "--yes"));

        Assert.StartsWith($"{_files.At("tenant-9.yaml")}:4:", shell.Error, StringComparison.Ordinal);
        Assert.Contains("/quotas/requestsPerMinute: atMost: ", shell.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NotFound, await shell.RunAsync("config", "get", "--platform", "late"));
    }

    [Fact]
    public async Task At_a_terminal_how_far_an_apply_is_stands_in_one_line()
    {
        var shell = (await server.ShellAsync(Token)).Typing("yes\n");
        Tenants("lined", 11);

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("apply", "-f", _files.Path));

        Assert.EndsWith("\r10 of 11 tenants\r11 of 11 tenants\n", shell.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("yes", ExitCode.Ok)]
    [InlineData("no", ExitCode.Failure)]
    public async Task Who_sits_at_a_terminal_is_asked(string answer, int exitCode)
    {
        var shell = (await server.ShellAsync(Token)).Typing($"{answer}\n");
        _files.Write("platform.yaml", $"kind: platform\nid: asked-{answer}\ndocument: {{quotas: {{requestsPerMinute: 1}}}}");

        Assert.Equal(exitCode, await shell.RunAsync("apply", "-f", _files.Path));

        Assert.Contains("Apply this plan?", shell.Error, StringComparison.Ordinal);
        Assert.Equal(exitCode == ExitCode.Ok ? ExitCode.Ok : ExitCode.NotFound, await shell.RunAsync("config", "get", "--platform", $"asked-{answer}"));
    }

    [Fact]
    public async Task The_brands_of_this_repository_are_what_the_server_was_started_with()
    {
        var shell = await server.ShellAsync(Token);

        await shell.RunAsync("apply", "-f", Path.Combine(Repository.Root, "platforms", "lumen"), "--dry-run", "--output", "json");

        var changes = ((JsonArray)JsonNode.Parse(shell.Out)!["items"]!).SelectMany(item => (JsonArray)item!["write"]!["diff"]!["changes"]!);
        Assert.Empty(changes);
    }

    [Fact]
    public async Task The_gateways_files_are_the_same_from_the_server_and_from_files()
    {
        var shell = await server.ShellAsync(Token);
        await shell.RunAsync("render", "litellm", "--platform", "lumen");
        var served = shell.Out;

        await shell.RunAsync("render", "litellm", "--platform", "lumen", "--from", Path.Combine(Repository.Root, "platforms"));

        Assert.Equal(shell.Out, served);
    }

    private void Tenants(string platform, int count)
    {
        _files.Write("platform.yaml", $"kind: platform\nid: {platform}\ndocument:\n  quotas:\n    requestsPerMinute: 600\n");
        for (var number = 0; number < count; number++)
            _files.Write($"tenant-{number}.yaml", $"kind: tenant\nid: {platform}-{number}\nplatform: {platform}\ndocument:\n  displayName: Number {number}\n");
    }

    /// <summary>Tenants with 240 KiB of links each.</summary>
    private void LargeTenants(string platform, int count)
    {
        Tenants(platform, count);
        var links = string.Join(", ", Enumerable.Range(0, 120).Select(number => $"link-{number}: {{ type: link, href: 'https://wiki.acme.example/{new string('x', 1980)}' }}"));
        for (var number = 0; number < count; number++)
        {
            _files.Write(
                $"tenant-{number}.yaml",
                $"kind: tenant\nid: {platform}-{number}\nplatform: {platform}\ndocument: {{ displayName: Large, dashboards: {{ wiki: {{ title: Wiki, tiles: {{ {links} }} }} }} }}\n");
        }
    }

    private void Brand(string id)
    {
        const string match = "  match: { tier: [small] }\n";
        _files.Write("platform.yaml", $"kind: platform\nid: {id}\ndocument:\n  quotas:\n    requestsPerMinute: 600\n");
        _files.Write("segment.yaml", $"kind: segment\nid: small\nplatform: {id}\ndocument:\n{match}  config:\n    quotas:\n      requestsPerMonth: 100000\n");
        _files.Write("tenant.yaml", $"kind: tenant\nid: {id}-one\nplatform: {id}\ndocument:\n  displayName: One\n  quotas:\n    users: 3\n");
    }
}
