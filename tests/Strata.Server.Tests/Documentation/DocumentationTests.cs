using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Strata.Server.Tests.Documentation;

public sealed partial class DocumentationTests(StrataFixture fixture)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_contract_is_the_approved_one()
    {
        var paths = await fixture.Server.SendAsync("GET", "/openapi/v1.json");
        foreach (var probe in paths.Json["paths"]!.AsObject().Select(path => path.Key).Where(path => path.StartsWith("/probe/", StringComparison.Ordinal)).ToList())
            Assert.Fail($"{probe} belongs to a test and must be excluded from the description.");
        var actual = paths.Json.ToJsonString(Indented) + "\n";
        var approved = Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "docs", "openapi.json");

        // Run with STRATA_APPROVE=1 to write the file anew; the review reads the difference.
        if (Environment.GetEnvironmentVariable("STRATA_APPROVE") == "1")
            await File.WriteAllTextAsync(approved, actual, TestContext.Current.CancellationToken);

        Assert.Equal(await File.ReadAllTextAsync(approved, TestContext.Current.CancellationToken), actual);
    }

    [Fact]
    public async Task There_is_no_other_contract() =>
        (await fixture.Server.SendAsync("GET", "/openapi/v2.json")).Is(System.Net.HttpStatusCode.NotFound, "not_found");

    [Fact]
    public async Task The_page_for_people_loads_nothing_from_elsewhere()
    {
        var page = await fixture.Server.SendAsync("GET", "/docs/");
        var sources = Source().Matches(page.Text).Select(match => match.Groups["address"].Value).ToList();

        Assert.NotEmpty(sources);
        Assert.DoesNotContain(sources, address => address.Contains("//", StringComparison.Ordinal));
        foreach (var address in sources)
            Assert.Equal(System.Net.HttpStatusCode.OK, (await fixture.Server.SendAsync("GET", "/docs/" + address)).Status);
    }

    [GeneratedRegex("""<(script|link)[^>]*(src|href)="(?<address>[^"]+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Source();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
