using System.Text.Json.Nodes;

namespace Strata.Cli.Tests.Commands;

public sealed class ValidateCommandTests : IDisposable
{
    private readonly FileTree _files = FileTree.WithBrands();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task The_brands_of_this_repository_are_valid()
    {
        var shell = new Shell();

        var exitCode = await shell.RunAsync("validate", _files.At("platforms"));

        Assert.Equal((ExitCode.Ok, ""), (exitCode, shell.Error));
        Assert.Matches("^[0-9]+ items are valid.\n$", shell.Out);
    }

    [Theory]
    [MemberData(nameof(WrongFiles.Cases), MemberType = typeof(WrongFiles))]
    public async Task A_wrong_value_is_named_with_file_line_pointer_and_rule(string file, string old, string with, string problem)
    {
        _files.Replace($"platforms/{file}", old, with);
        var shell = new Shell();

        Assert.Equal(ExitCode.Invalid, await shell.RunAsync("validate", _files.At("platforms")));
        Assert.Contains(_files.At($"platforms/{file}") + problem, shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_host_outside_of_the_allowlist_is_named()
    {
        _files.Replace("infrastructure/policies/allowed_provider_hosts.yaml", "  api.anthropic.com:", "  api.anthropic.example:");
        var shell = new Shell();

        Assert.Equal(ExitCode.Invalid, await shell.RunAsync("validate", _files.At("platforms/dcoder")));
        Assert.Matches("platforms/dcoder/llm.yaml:[0-9]+:[0-9]+: /llm/.*: policy/provider-host-allowed: ", shell.Error);
    }

    [Fact]
    public async Task A_file_alone_is_judged_under_the_brands_around_it()
    {
        _files.Replace("platforms/dcoder/tenants/tinkerlab.yaml", "requestsPerMinute:", "requestsPerMinute: 90000 #");
        var shell = new Shell();

        Assert.Equal(ExitCode.Invalid, await shell.RunAsync("validate", _files.At("platforms/dcoder/tenants/tinkerlab.yaml")));
        Assert.Contains("/quotas/requestsPerMinute: atMost", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_get_the_problems_as_json()
    {
        _files.Write("platforms/dcoder/quotas.yaml", "kind: platform\nid: dcoder\ndocument:\n  quotas: &all {}\n");
        var shell = new Shell();

        await shell.RunAsync("validate", "--output", "json", _files.At("platforms"));

        var problem = Assert.Single((JsonArray)JsonNode.Parse(shell.Out)!["problems"]!)!;
        Assert.Equal((4, "yaml", "/document/quotas"), ((int)problem["line"]!, (string?)problem["rule"], (string?)problem["pointer"]));
    }

    [Fact]
    public async Task The_program_itself_answers_with_the_exit_code_and_says_why_on_standard_error()
    {
        var file = _files.Write("bad.yaml", "kind: platform\nid: xyz\ndocument: {nonsense: 1}\n");

        var (exitCode, error) = await UpProcess.RunAsync(TestContext.Current.CancellationToken, "validate", file);

        Assert.Equal(ExitCode.Invalid, exitCode);
        Assert.Contains($"{file}:3:12: /nonsense: additionalProperties: is not a section", error, StringComparison.Ordinal);
    }
}
