using System.Text;
using Strata.Cli.Files;

namespace Strata.Cli.Tests.Files;

public sealed class ConfigurationSetTests : IDisposable
{
    private readonly FileTree _files = new();
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task The_brands_of_this_repository_can_be_read()
    {
        var set = await ReadAsync(Path.Combine(Repository.Root, "platforms"));

        Assert.Empty(set.Problems);
        Assert.Equal("allowlist", set.Items[0].Label);
        Assert.Contains(set.Items, item => item.Label == "platform dcoder");
        Assert.Contains(set.Items, item => item.Label == "tenant dcoder/acme-robotics");
    }

    [Fact]
    public async Task Files_of_the_same_kind_and_id_are_parts_of_one_document()
    {
        _files.Write("a.yaml", "kind: platform\nid: xyz\ndocument: {branding: {productName: X}}");
        _files.Write("b.yaml", "kind: platform\nid: xyz\ndocument: {quotas: {requestsPerMinute: 600}}");

        var set = await ReadAsync(_files.Path);

        Assert.Equal(
            """{"items":[{"kind":"platform","id":"xyz","document":{"branding":{"productName":"X"},"quotas":{"requestsPerMinute":600}}}]}""",
            set.ToBody().ToJsonString());
    }

    [Fact]
    public async Task Parts_are_no_larger_than_a_request_may_be()
    {
        // As it is sent an umlaut takes six bytes: four tenants to a part.
        _files.Write("platform.yaml", "kind: platform\nid: xyz\ndocument: {}");
        for (var number = 0; number < 10; number++)
            _files.Write($"tenant-{number}.yaml", $"kind: tenant\nid: one-{number}\nplatform: xyz\ndocument: {{displayName: {new string('ä', 150_000)}}}");

        var set = await ReadAsync(_files.Path);
        List<ConfigurationSet> planned = [.. set.Parts(int.MaxValue, repeatsAbove: true)], applied = [.. set.Parts(tenantsAtOnce: 10, repeatsAbove: false)];

        Assert.Equal([5, 5, 3], planned.Select(part => part.Items.Length));
        Assert.Equal([5, 4, 2], applied.Select(part => part.Items.Length));
        Assert.All(planned.Select(part => part.Items[0]), first => Assert.Equal("platform xyz", first.Label));
        Assert.All(planned.Concat(applied), part => Assert.InRange(Encoding.UTF8.GetByteCount(part.ToBody().ToJsonString()), 1, 4 * 1024 * 1024));
    }

    [Fact]
    public async Task What_one_request_can_carry_is_one_part()
    {
        var set = await ReadAsync(Path.Combine(Repository.Root, "platforms"));

        Assert.Equal(set.Items, Assert.Single(set.Parts(int.MaxValue, repeatsAbove: true)).Items);
    }

    [Fact]
    public async Task Standard_input_may_hold_several_documents()
    {
        const string text = "kind: platform\nid: xyz\ndocument: {}\n---\nkind: tenant\nid: one\nplatform: xyz\ndocument: {displayName: One}\n";

        var set = await new ConfigurationFiles(Silent() with { In = new StringReader(text) }).ReadAsync(["-"], Token);

        Assert.Equal(["platform xyz", "tenant xyz/one"], set.Items.Select(item => item.Label));
    }

    [Fact]
    public async Task A_secret_in_its_short_form_becomes_a_reference()
    {
        _files.Write("a.yaml", "kind: platform\nid: xyz\ndocument: {a: 'secret://main/llm/openai'}");

        var set = await ReadAsync(_files.Path);

        Assert.Equal("""{"a":{"$secret":{"path":"llm/openai","store":"main"}}}""", set.Items[0].Document.ToString());
    }

    [Theory]
    [InlineData("kind: brand\nid: xyz\ndocument: {}", "more.yaml:1:1: /kind: enum: must be one of allowlist, platform, segment, tenant")]
    [InlineData("kind: platform\nid: xyz\nname: X\ndocument: {}", "more.yaml:3:1: /name: additionalProperties: is unknown here")]
    [InlineData("kind: platform\ndocument: {}", "more.yaml:1:1: /id: pattern: must be 3 to 40 characters")]
    [InlineData("kind: tenant\nid: one\ndocument: {}", "more.yaml:1:1: /platform: pattern: must be 3 to 40 characters")]
    [InlineData("- 1", "more.yaml:1:1: /kind: enum:")]
    [InlineData("kind: platform\nid: xyz\ndocument:\n  a: 1\n  a: 2", "more.yaml:5:3: /document/a: yaml: the key 'a' comes twice")]
    [InlineData("kind: platform\nid: xyz\ndocument:\n\ta: 1", "more.yaml:4:1: yaml: a tab indents the line")]
    [InlineData("kind: platform\nid: xyz\ndocument:\n  a: &a [1]\n  b: [*a, *a]", "more.yaml:4:6: /document/a: yaml: anchors and aliases are not supported")]
    [InlineData("kind: platform\nid: xyz\ndocument:\n  a: secret://main", "more.yaml:4:6: /document/a: yaml: 'secret://main' is no secret reference")]
    [InlineData("kind: platform\nid: xyz\ndocument: {a: \"\\0\"}", "more.yaml:3:1: json:")]
    [InlineData("", "more.yaml:1:1: file: holds no document")]
    [InlineData("# nothing yet\n", "more.yaml:1:1: file: holds no document")]
    [InlineData("kind: platform\nid: xyz\ndocument:\n  <<: *base", "more.yaml:4:7: /document/<<: yaml: anchors and aliases are not supported")]
    [InlineData("kind: platform\nid: xyz\ndocument: !!map {}", "more.yaml:3:11: /document: yaml: tags are not supported")]
    [InlineData("kind: platform\nid: xyz\ndocument: {a: .inf}", "more.yaml:3:15: /document/a: yaml: '.inf' is not a number of JSON")]
    [InlineData("kind: platform\nid: xyz\ndocument: {a: \"\\uD800\"}", "more.yaml:3:")]
    [InlineData("kind: platform\nid: xyz\ndocument: {}\n---\nkind: brand\nid: xyz\ndocument: {}", "more.yaml:5:1: /kind: enum: ")]
    [InlineData("kind: platform\r\nid: xyz\r\ndocument:\r\n  a: 1\r\n  a: 2\r\n", "more.yaml:5:3: /document/a: yaml: the key 'a' comes twice")]
    public async Task A_file_that_cannot_be_meant_is_named_with_its_place(string content, string problem)
    {
        _files.Write("more.yaml", content);

        var set = await ReadAsync(_files.Path);

        Assert.Contains(set.Problems, found => found.ToString().Contains(problem, StringComparison.Ordinal));
        Assert.Equal(ExitCode.Invalid, Assert.Throws<CommandFailedException>(set.Demand).ExitCode);
    }

    [Theory]
    [InlineData(new byte[] { (byte)'a', (byte)'\n', (byte)'b', 0xE4 }, ":2:2: file: is no UTF-8")]
    [InlineData(new byte[] { 0xFF, 0xFE, (byte)'a', 0 }, ":1:1: file: is no UTF-8")]
    public async Task Bytes_that_are_no_text_are_named_with_their_place(byte[] content, string problem)
    {
        await File.WriteAllBytesAsync(_files.At("more.yaml"), content, Token);

        Assert.Contains(problem, Assert.Single((await ReadAsync(_files.Path)).Problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_byte_order_mark_and_line_ends_of_Windows_change_nothing()
    {
        _files.Write("a.yaml", "\uFEFFkind: platform\r\nid: xyz\r\ndocument:\r\n  branding:\r\n    productName: X\r\n");

        var set = await ReadAsync(_files.Path);

        Assert.Empty(set.Problems);
        Assert.Equal("""{"branding":{"productName":"X"}}""", set.Items[0].Document.ToString());
    }

    [Fact]
    public async Task A_text_that_nests_without_end_is_refused()
    {
        _files.Write("more.yaml", "kind: " + new string('[', 100_000));

        Assert.Contains("nested deeper than 64", Assert.Single((await ReadAsync(_files.Path)).Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_are_followed_to_files_and_not_in_circles()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right of their own there.");
        _files.Write("..data/platform.yaml", "kind: platform\nid: xyz\ndocument: {}");
        File.CreateSymbolicLink(_files.At("platform.yaml"), _files.At("..data/platform.yaml"));
        Directory.CreateSymbolicLink(_files.At("again"), _files.Path);

        var set = await ReadAsync(_files.Path);

        Assert.Empty(set.Problems);
        Assert.Equal(_files.At("platform.yaml"), Assert.Single(Assert.Single(set.Items).Parts).File.Path);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_named_and_does_not_hide_the_next_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right of their own there.");
        File.CreateSymbolicLink(_files.At("a.yaml"), _files.At("gone"));
        _files.Write("b.yaml", "kind: [");

        var problems = (await ReadAsync(_files.Path)).Problems;

        Assert.Equal([_files.At("a.yaml"), _files.At("b.yaml")], problems.Select(problem => problem.File));
        Assert.StartsWith("cannot be read: ", problems[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_files_that_disagree_are_named()
    {
        _files.Write("a.yaml", "kind: platform\nid: xyz\ndocument: {branding: {productName: X}}");
        _files.Write("b.yaml", "kind: platform\nid: xyz\ndocument:\n  branding:\n    productName: Y");

        var problem = Assert.Single((await ReadAsync(_files.Path)).Problems);

        Assert.EndsWith("b.yaml:5:5: /branding/productName: file: another file sets this differently", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenant_in_the_folder_of_another_brand_is_refused()
    {
        _files.Write("xyz/platform.yaml", "kind: platform\nid: xyz\ndocument: {}");
        _files.Write("xyz/tenants/one.yaml", "kind: tenant\nid: one\nplatform: abc\ndocument: {displayName: One}");

        var problem = Assert.Single((await ReadAsync(_files.Path)).Problems);

        Assert.EndsWith("one.yaml:3:1: /platform: file: is 'abc', and the file lies in the folder of 'xyz'", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_file_does_not_hide_the_next_one()
    {
        _files.Write("a.yaml", "kind: [");
        _files.Write("b.yaml", "kind: [");

        Assert.Equal(2, (await ReadAsync(_files.Path)).Problems.Length);
    }

    [Fact]
    public async Task A_path_that_does_not_exist_is_not_found() =>
        Assert.Equal(ExitCode.NotFound, (await Assert.ThrowsAsync<CommandFailedException>(() => ReadAsync(Path.Combine(_files.Path, "none")))).ExitCode);

    private static Task<ConfigurationSet> ReadAsync(string path) => new ConfigurationFiles(Silent()).ReadAsync([path], Token);

    private static Terminal Silent() => new(TextWriter.Null, TextWriter.Null, System.Collections.Immutable.ImmutableDictionary<string, string>.Empty);
}
