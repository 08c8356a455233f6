using System.Diagnostics;

namespace Strata.Server.Tests.Hostile;

/// <summary>Small requests that are meant to cost much: each is answered soon, and with little more than was sent.</summary>
public sealed class HostileCostTests(HostileTenant tenant) : IClassFixture<HostileTenant>
{
    private const int MiB = 1024 * 1024;
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(3); // a second or two on a free machine; what is guarded against takes many minutes

    public static TheoryData<string, string> MergeBombs => new()
    {
        { "many members below a long name", Fill("""{"%":{@}}""", Members(150_000, "1")).Replace("%", new string('n', 2 * MiB), StringComparison.Ordinal) },
        { "many members below long names", Fill(string.Concat(Enumerable.Repeat($$"""{"{{new string('n', 30_000)}}":""", 60)) + "{@}" + new string('}', 60), Members(150_000, "1")) },
        { "many unknown sections", Fill("{@}", Members(300_000, "1")) },
        { "many unknown sections within the size of a layer", Fill("{@}", Members(20_000, "1")) },
        { "many unknown members of a section", Fill("""{"quotas":{@}}""", Members(300_000, "1")) },
        { "many entries of a map", Fill("""{"features":{@}}""", Members(150_000, """{"type":"boolean","enabled":true}""")) },
        { "many entries of a map within the size of a layer", Fill("""{"features":{@}}""", Members(9_000, """{"type":"boolean","enabled":true}""")) },
        { "many wrong entries of a map", Fill("""{"features":{@}}""", Members(20_000, "1")) },
        { "many wrong dashboards", Fill("""{"dashboards":{@}}""", Members(80_000, """{"tiles":{"a":{"kind":7}}}""")) },
        { "many small values", Fill("""{"dashboards":[@]}""", string.Join(',', Enumerable.Repeat("[]", MiB))) },
        { "a set of many members", Fill("""{"llm":{"allowedProviders":[@]}}""", string.Join(',', Enumerable.Range(0, 300_000).Select(static i => $"\"p{i:x}\""))) },
        { "a patch that unsets what is not there", Fill("""{@,"x":1}""", Members(300_000, "null")) },
        { "a long text of escapes", Fill("""{"branding":{"productName":"@"}}""", string.Concat(Enumerable.Repeat("\\u0022", 600_000))) },
        { "patterns that explode", Fill("""{"logging":{"redactPatterns":["@"]}}""", new string('(', 20) + "a{1000}" + string.Concat(Enumerable.Repeat("){1000}", 20))) },
        { "a text that a search for credentials would trace back", Fill("""{"branding":{"productName":"@"}}""", string.Concat(Enumerable.Repeat("eyJ", 80_000))) },
        { "a pattern that would trace back", Fill("""{"guardrails":{"denyPatterns":["@"]}}""", string.Concat(Enumerable.Repeat("(a+)+", 2000)) + "(?=b)") },
    };

    [Theory]
    [MemberData(nameof(MergeBombs), DisableDiscoveryEnumeration = true)]
    public async Task A_merge_patch_costs_what_its_size_says(string what, string body) => await IsCheapAsync(what, () => tenant.PatchAsync(body));

    public static TheoryData<string, string> PatchBombs => new()
    {
        { "insertions at the front of a long array", Fill("""[{"op":"add","path":"/dashboards","value":[@]},%]""", LongArray, Repeat(999, """{"op":"add","path":"/dashboards/0","value":1}""")) },
        {
            "doubled arrays, then insertions",
            Fill("""[{"op":"add","path":"/dashboards","value":[1]},@,%]""", Repeat(18, """{"op":"copy","from":"/dashboards","path":"/dashboards/-"}"""), Repeat(900, """{"op":"add","path":"/dashboards/0","value":1}"""))
        },
        {
            "members added to a large object",
            Fill("""[{"op":"add","path":"/dashboards","value":{@}},%]""", Members(200_000, "1"), string.Join(',', Enumerable.Range(0, 900).Select(static i => $$"""{"op":"add","path":"/dashboards/z{{i}}","value":1}""")))
        },
        { "moves out of a long array", Fill("""[{"op":"add","path":"/dashboards","value":[@]},%]""", LongArray, Repeat(999, """{"op":"move","from":"/dashboards/0","path":"/egress"}""")) },
        { "removals from a long array", Fill("""[{"op":"add","path":"/dashboards","value":[@]},%]""", LongArray, Repeat(999, """{"op":"remove","path":"/dashboards/0"}""")) },
        { "tests of a large value", Fill("""[{"op":"add","path":"/dashboards","value":[@]},%]""", LongArray, Repeat(900, """{"op":"test","path":"/dashboards","value":[]}""")) },
    };

    [Theory]
    [MemberData(nameof(PatchBombs), DisableDiscoveryEnumeration = true)]
    public async Task A_json_patch_costs_what_its_size_says(string what, string body)
    {
        var got = await IsCheapAsync(what, () => tenant.JsonPatchAsync(body));

        // None is refused before its operations are carried out.
        Assert.DoesNotContain(" a size of ", got.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PATCH", "/v1/platforms/{platform}/config")]
    [InlineData("PUT", "/v1/platforms/{platform}/config/quotas")]
    [InlineData("PATCH", "/v1/policies/allowed-hosts")]
    [InlineData("PATCH", "/v1/tenants/{tenant}")]
    public async Task A_dry_run_of_what_is_no_configuration_costs_what_its_size_says(string method, string path)
    {
        var body = Fill("""{"labels":{@},"notes":{@},%}""", Members(20_000, "\"sk-abcdefghijklmnopqrst\""), Members(60_000, "1"));

        var got = await SoonAsync(method, $"{path}?dryRun=true", body);

        Assert.NotEmpty(got.Ok().Violations());
        Assert.DoesNotContain("sk-abc", got.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_apply_of_many_parts_costs_what_its_size_says()
    {
        var parts = Enumerable.Range(0, 20_000).Select(i => Fill("""{"kind":"platform","id":"@","document":{%}}""", tenant.Platform, $"\"m{i:x}\":1"));

        var got = await SoonAsync("POST", "/v1/apply?dryRun=true", $$"""{"items":[{{string.Join(',', parts)}}]}""");

        Assert.NotEmpty(got.Ok().At("/items/0/write/violations")!);
    }

    [Fact]
    public async Task A_decision_log_of_many_opas_costs_what_its_size_says()
    {
        var decisions = Enumerable.Range(0, 30_000).Select(i => Fill("""{"labels":{"id":"opa-%"},"bundles":{"@":{"revision":"r"}},"timestamp":"2026-01-01T00:00:00Z"}""", tenant.Platform, $"{i}"));

        (await SoonAsync("POST", "/opa/logs", $"[{string.Join(',', decisions)}]")).Ok();
    }

    private async Task<Got> SoonAsync(string method, string path, string body)
    {
        var watch = Stopwatch.StartNew();
        var got = await tenant.PlatformAdmin.SendAsync(
            method, path.Replace("{platform}", tenant.Platform, StringComparison.Ordinal).Replace("{tenant}", tenant.Id, StringComparison.Ordinal), body, "If-Match: *");
        Assert.True(watch.Elapsed < Soon, $"{method} {path}: took {watch.Elapsed}");
        return got;
    }

    private async Task<RawAnswer> IsCheapAsync(string what, Func<Task<RawAnswer>> send)
    {
        var watch = Stopwatch.StartNew();

        var got = await send();

        Assert.True(got.Status is >= 400 and < 500 && got.IsEnvelope, $"{what}: {got}");
        Assert.True(watch.Elapsed < Soon, $"{what}: took {watch.Elapsed}");
        Assert.True(got.Body.Length < 4 * MiB, $"{what}: answered with {got.Body.Length} characters");
        await tenant.IsAsItWasAsync();
        return got;
    }

    // As many as fit into the size of a document while a patch is applied.
    private static string LongArray => string.Join(',', Enumerable.Repeat("1", 400_000));

    private static string Fill(string body, string at, string percent = "") =>
        body.Replace("%", percent.Length == 0 ? "%" : percent, StringComparison.Ordinal).Replace("@", at, StringComparison.Ordinal);

    private static string Members(int count, string value) => string.Join(',', Enumerable.Range(0, count).Select(i => $"\"m{i:x}\":{value}"));

    private static string Repeat(int count, string operation) => string.Join(',', Enumerable.Repeat(operation, count));
}
