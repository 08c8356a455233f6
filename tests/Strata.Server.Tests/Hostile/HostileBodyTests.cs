using System.Text;

namespace Strata.Server.Tests.Hostile;

/// <summary>Bodies that are meant to break, fill or fool: each is refused with its code, in the envelope, and leaves nothing behind.</summary>
public sealed class HostileBodyTests(HostileTenant tenant) : IClassFixture<HostileTenant>
{
    private const int MiB = 1024 * 1024;

    [Theory]
    [InlineData("a brace too few", "{")]
    [InlineData("two values", "{} {}")]
    [InlineData("duplicate members", """{"quotas":{"users":1,"users":2}}""")]
    [InlineData("duplicate members behind an escape", """{"quotas":{"users":1,"\u0075sers":2}}""")]
    [InlineData("a lone high surrogate", """{"branding":{"productName":"\ud800"}}""")]
    [InlineData("a lone low surrogate", """{"branding":{"productName":"\udc00 x"}}""")]
    [InlineData("surrogates the wrong way round", """{"branding":{"productName":"\udc00\ud800"}}""")]
    [InlineData("a lone surrogate in a name", """{"branding":{"\ud800":1}}""")]
    [InlineData("NUL in a text", """{"branding":{"productName":"a\u0000b"}}""")]
    [InlineData("NUL in a name", """{"features":{"a\u0000":{"enabled":true}}}""")]
    [InlineData("NaN", """{"quotas":{"users":NaN}}""")]
    [InlineData("Infinity", """{"quotas":{"users":-Infinity}}""")]
    [InlineData("a leading zero", """{"quotas":{"users":01}}""")]
    [InlineData("a hexadecimal number", """{"quotas":{"users":0x10}}""")]
    [InlineData("single quotes", "{'quotas':{}}")]
    [InlineData("a comment", "{/* c */}")]
    [InlineData("a trailing comma", """{"quotas":{"users":1,}}""")]
    [InlineData("a control character", "{\"branding\":{\"productName\":\"a\u0001\"}}")]
    [InlineData("a byte order mark", "\uFEFF{}")]
    public async Task What_is_no_json_is_malformed(string what, string body) => await IsRefusedAsync(what, await tenant.PatchAsync(body), 400, "malformed_json");

    [Theory]
    [InlineData("1e400", """{"quotas":{"users":1e400}}""")]
    [InlineData("-1e400", """{"quotas":{"users":-1e400}}""")]
    [InlineData("a whole number beyond 2^53", """{"quotas":{"users":9007199254740993}}""")]
    [InlineData("a million digits", null)]
    [InlineData("__proto__", """{"__proto__":{"polluted":true}}""")]
    [InlineData("constructor", """{"quotas":{"constructor":{"prototype":{"users":1}}}}""")]
    [InlineData("$where", """{"quotas":{"users":{"$gt":0}}}""")]
    [InlineData("an unknown section", """{"'; drop table tenant; --":{}, "x":1}""")]
    public async Task What_no_schema_takes_is_a_violation(string what, string? body) =>
        await IsRefusedAsync(what, await tenant.PatchAsync(body ?? $$$"""{"quotas":{"users":1{{{new string('0', MiB)}}}}}"""), 422, "schema_violation");

    [Theory]
    [InlineData("objects", "{\"a\":", "1", "}", 65)]
    [InlineData("objects", "{\"a\":", "1", "}", 100_000)]
    [InlineData("arrays", "[", "1", "]", 1_000_000)]
    [InlineData("arrays, never closed", "[", "", "", 4_000_000)]
    [InlineData("objects, never closed", "{\"a\":", "", "", 800_000)]
    public async Task A_depth_bomb_is_refused_at_the_published_depth(string what, string open, string middle, string close, int depth)
    {
        var body = $$"""{"dashboards":{{Repeat(open, depth)}}{{middle}}{{Repeat(close, depth)}}}""";

        await IsRefusedAsync($"{what} {depth} deep", await tenant.PatchAsync(body), 422, "schema_violation");
    }

    [Fact]
    public async Task Utf_16_and_utf_32_are_no_json()
    {
        foreach (var encoding in new[] { Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32 })
        {
            var body = encoding.GetPreamble().Concat(encoding.GetBytes("""{"quotas":{"users":1}}""")).ToArray();
            await IsRefusedAsync(encoding.WebName, await tenant.SendAsync("PATCH", tenant.Overrides, "application/json", body), 400, "malformed_json");
            await IsRefusedAsync(encoding.WebName, await tenant.SendAsync("PATCH", tenant.Overrides, $"application/json; charset={encoding.WebName}", body), 415, "unsupported_media_type");
        }
    }

    [Theory]
    [InlineData(new byte[] { 0xC0, 0x80 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF8, 0x88, 0x80, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xFF })]
    public async Task Bytes_that_are_no_utf_8_are_no_json(byte[] bytes) => await IsRefusedAsync(
        Convert.ToHexString(bytes),
        await tenant.SendAsync("PATCH", tenant.Overrides, "application/json", [.. "{\"branding\":{\"productName\":\""u8, .. bytes, .. "\"}}"u8]),
        400, "malformed_json");

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/json-seq")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-7")]
    [InlineData("application/json, text/plain")]
    [InlineData("json")]
    [InlineData("")]
    public async Task Another_content_type_is_refused(string type) =>
        await IsRefusedAsync(type, await tenant.SendAsync("PATCH", tenant.Overrides, type, "{}"u8.ToArray()), 415, "unsupported_media_type");

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("identity, gzip")]
    public async Task A_compressed_body_is_refused_and_never_inflated(string encoding) => await IsRefusedAsync(
        encoding, await tenant.SendAsync("PATCH", tenant.Overrides, "application/json", "{}"u8.ToArray(), $"Content-Encoding: {encoding}"), 415, "unsupported_media_type");

    [Theory]
    [InlineData("from a value", """[{"op":"copy","from":"/branding","path":"/branding/a"}]""", 60)]
    [InlineData("from the root", """[{"op":"copy","from":"","path":"/branding/a"}]""", 60)]
    [InlineData("into an array", """[{"op":"copy","from":"/dashboards","path":"/dashboards/-"}]""", 60)]
    public async Task A_patch_that_doubles_is_stopped(string what, string operation, int times)
    {
        var body = $$"""[{"op":"add","path":"/dashboards","value":["{{new string('x', 1000)}}"]},{{string.Join(',', Enumerable.Repeat(operation[1..^1], times))}}]""";

        await IsRefusedAsync(what, await tenant.JsonPatchAsync(body), 422, "schema_violation");
    }

    [Theory]
    [InlineData("ten thousand segments", 10_000)]
    [InlineData("257 segments", 257)]
    public async Task A_pointer_of_too_many_segments_is_refused_with_the_limit(string what, int times)
    {
        var got = await tenant.JsonPatchAsync($$"""[{"op":"add","path":"{{Repeat("/a", times)}}","value":1}]""");

        await IsRefusedAsync(what, got, 422, "schema_violation");
        Assert.Contains("\"limit\":256", got.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bad escapes", "/~2", 1)]
    [InlineData("no slash", "a", 1)]
    public async Task A_pointer_that_is_none_is_malformed(string what, string segment, int times) => await IsRefusedAsync(
        what, await tenant.JsonPatchAsync($$"""[{"op":"add","path":"{{Repeat(segment, times)}}","value":1}]"""), 400, "malformed_patch");

    [Theory]
    [InlineData("no array", "{}")]
    [InlineData("no operation", "[1]")]
    [InlineData("an unknown operation", """[{"op":"eval","path":"","value":1}]""")]
    [InlineData("an index beyond the end", """[{"op":"add","path":"/branding/productName/99999999999999999999","value":1}]""")]
    [InlineData("a move into itself", """[{"op":"move","from":"/branding","path":"/branding/productName"}]""")]
    [InlineData("no value", """[{"op":"add","path":"/branding"}]""")]
    public async Task A_patch_that_is_none_is_malformed(string what, string body) => await IsRefusedAsync(what, await tenant.JsonPatchAsync(body), 400, "malformed_patch");

    [Fact]
    public async Task A_thousand_and_one_operations_are_too_many()
    {
        var body = $"[{string.Join(',', Enumerable.Repeat("""{"op":"test","path":"","value":1}""", 1001))}]";

        await IsRefusedAsync("1001 operations", await tenant.JsonPatchAsync(body), 400, "malformed_patch");
    }

    private async Task IsRefusedAsync(string what, RawAnswer got, int status, string code)
    {
        Assert.True(got.Status == status && got.Code == code && got.IsEnvelope, $"{what}: expected {status} {code}, got {got}");
        await tenant.IsAsItWasAsync();
    }

    private static string Repeat(string text, int times) => new StringBuilder(text.Length * times).Insert(0, text, times).ToString();
}
