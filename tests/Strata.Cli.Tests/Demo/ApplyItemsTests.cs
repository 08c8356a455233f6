using System.Text.Json.Nodes;
using Strata.Cli.Demo;

namespace Strata.Cli.Tests.Demo;

public sealed class ApplyItemsTests : IDisposable
{
    private readonly DirectoryInfo _checkout = Directory.CreateTempSubdirectory("strata-cli-");
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ApplyItemsTests()
    {
        Write("infrastructure/policies/allowed_provider_hosts.yaml", "hosts: {}");
        Write("platforms/x/platform.yaml", "kind: platform\nid: x\ndocument: {branding: {productName: X}}");
    }

    public void Dispose() => _checkout.Delete(recursive: true);

    [Fact]
    public async Task The_brands_of_this_repository_can_be_read()
    {
        var items = (JsonArray)(await ApplyItems.ReadCheckoutAsync(Repository.Root, Token))["items"]!;

        Assert.Equal("allowlist", (string?)items[0]!["kind"]);
        Assert.Contains(items, item => (string?)item!["kind"] == "platform" && (string?)item["id"] == "dcoder");
        Assert.Equal(items.Count, items.Select(item => ((string?)item!["kind"], (string?)item["platform"], (string?)item["id"])).Distinct().Count());
    }

    [Fact]
    public async Task Files_of_the_same_kind_and_id_are_parts_of_one_document()
    {
        Write("platforms/x/quotas.yaml", "kind: platform\nid: x\ndocument: {quotas: {requestsPerMinute: 600}}");

        var items = (await ApplyItems.ReadCheckoutAsync(_checkout.FullName, Token))["items"]!;

        Assert.Equal("""{"kind":"platform","id":"x","document":{"branding":{"productName":"X"},"quotas":{"requestsPerMinute":600}}}""", items[1]!.ToJsonString());
    }

    [Theory]
    [InlineData("kind: platform\nid: x\ndocument: {branding: {productName: Y}}", "Two files set platform x/document/branding/productName differently.")]
    [InlineData("kind: brand\nid: x\ndocument: {}", "the kind 'brand' is none of")]
    [InlineData("kind: platform\nid: x\nname: X\ndocument: {}", "'name' is unknown here")]
    [InlineData("kind: platform\ndocument: {}", "must have `kind`, `id` and `document`")]
    [InlineData("- 1", "must have `kind`, `id` and `document`")]
    [InlineData("kind: [", "more.yaml:")]
    public async Task A_file_that_cannot_be_meant_is_refused(string content, string message)
    {
        Write("platforms/x/more.yaml", content);

        var refused = await Assert.ThrowsAsync<CommandFailedException>(() => ApplyItems.ReadCheckoutAsync(_checkout.FullName, Token));

        Assert.Equal(ExitCode.Invalid, refused.ExitCode);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    private void Write(string path, string content)
    {
        var file = Path.Combine(_checkout.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }
}
