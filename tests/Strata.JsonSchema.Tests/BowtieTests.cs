using System.Diagnostics;
using System.Text.Json;

namespace Strata.JsonSchema.Tests;

/// <summary>The harness is run as Bowtie runs it: a process, spoken to in lines.</summary>
public sealed class BowtieTests
{
    [Fact]
    public async Task A_conversation_goes_on_whatever_is_asked()
    {
        var answers = await Talk(
            [],
            """{"cmd": "start", "version": 1}""",
            """{"cmd": "dialect", "dialect": "https://json-schema.org/draft/2020-12/schema"}""",
            """
            {"cmd": "run", "seq": 1, "case": {"schema": {"$ref": "http://x/a"}, "registry": {"http://x/a": {"maximum": 1}}, "tests": [{"instance": 2}, {"instance": 1.0}]}}
            """,
            """{"cmd": "run", "seq": 2, "case": {"schema": {"$ref": "#/x"}, "tests": [{"instance": 2}]}}""",
            "rubbish",
            """{"cmd": "dialect", "dialect": null}""",
            """{"cmd": "run", "seq": 3, "case": {"schema": {"format": "ipv4"}, "tests": [{"instance": "x"}]}}""",
            """{"cmd": "stop"}""");

        Assert.Equal(7, answers.Count);
        var implementation = JsonElement.Parse(answers[0]).GetProperty("implementation");
        Assert.All(["name", "language", "dialects", "homepage", "issues", "source"], member => Assert.True(implementation.TryGetProperty(member, out _), member));
        Assert.Equal("""{"seq":1,"results":[{"valid":false},{"valid":true}]}""", answers[2]);
        Assert.True(JsonElement.Parse(answers[3]).GetProperty("errored").GetBoolean());
        Assert.True(JsonElement.Parse(answers[4]).GetProperty("errored").GetBoolean());
        Assert.Equal("""{"ok":false}""", answers[5]);
        Assert.Equal("""{"seq":3,"results":[{"valid":true}]}""", answers[6]);
    }

    [Fact]
    public async Task What_cannot_be_judged_is_errored_and_not_invalid()
    {
        var deep = new string('[', 600) + new string(']', 600);
        var answers = await Talk(
            [],
            $$$"""{"cmd": "run", "seq": 1, "case": {"schema": true, "tests": [{"instance": {{{deep}}}}, {"instance": 1}]}}""",
            """{"cmd": "start", "version": 99999999999}""",
            """{"cmd": "run", "seq": 2}""",
            "[]");

        var results = JsonElement.Parse(answers[0]).GetProperty("results");
        Assert.True(results[0].GetProperty("errored").GetBoolean());
        Assert.Contains("at most 500 levels deep", results[0].GetProperty("context").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.True(results[1].GetProperty("valid").GetBoolean());
        Assert.Equal(4, answers.Count);
        Assert.All(answers.Skip(1), answer => Assert.True(JsonElement.Parse(answer).GetProperty("errored").GetBoolean()));
    }

    [Fact]
    public async Task Formats_assert_when_asked_to()
    {
        var answers = await Talk(["--assert-formats"], """{"cmd": "run", "seq": 1, "case": {"schema": {"format": "ipv4"}, "tests": [{"instance": "x"}]}}""");

        Assert.Equal(["""{"seq":1,"results":[{"valid":false}]}"""], answers);
    }

    private static async Task<List<string>> Talk(string[] options, params string[] lines)
    {
        var harness = Path.Combine(AppContext.BaseDirectory, "Strata.JsonSchema.Bowtie.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [harness, .. options]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await process.StandardInput.WriteAsync(string.Concat(lines.Select(line => line + "\n")).AsMemory(), TestContext.Current.CancellationToken);
        process.StandardInput.Close();
        var answers = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return [.. answers.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}
