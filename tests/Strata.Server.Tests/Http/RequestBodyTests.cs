using System.Net;
using Strata.Server.Http;

namespace Strata.Server.Tests.Http;

public sealed class RequestBodyTests(StrataFixture fixture)
{
    private readonly TestServer _server = fixture.Server;

    [Fact]
    public async Task Json_is_read()
    {
        var got = await _server.SendAsync("POST", "/probe/json", """{"b":1.0,"a":[true]}""");

        Assert.Equal("""{"a":[true],"b":1}""", got.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":"\ud800"}""")]
    public async Task What_is_no_json_is_malformed(string body)
    {
        var got = await _server.SendAsync("POST", "/probe/json", body);

        Assert.Equal((HttpStatusCode.BadRequest, "malformed_json"), (got.Status, got.Code));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData("application/json-patch+json")]
    public async Task Another_content_type_is_refused(string type)
    {
        var got = await _server.SendAsync("POST", "/probe/json", "{}", $"Content-Type: {type}");

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "unsupported_media_type"), (got.Status, got.Code));
    }

    [Fact]
    public async Task A_body_without_content_type_is_refused()
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());

        using var answer = await _server.Client.PostAsync(new Uri("/probe/json", UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Theory]
    [InlineData("application/json", "merge")]
    [InlineData("application/merge-patch+json", "merge")]
    [InlineData("application/json-patch+json; charset=utf-8", "json")]
    [InlineData("application/json-patch+json; charset=\"UTF-8\"", "json")]
    public async Task The_content_type_says_which_kind_of_patch_it_is(string type, string kind)
    {
        var got = await _server.SendAsync("PATCH", "/probe/patch", "{}", $"Content-Type: {type}");

        Assert.Equal(kind, got.Text);
    }

    [Fact]
    public async Task A_body_of_the_greatest_size_is_taken()
    {
        var got = await _server.SendAsync("POST", "/probe/json", "\"" + new string('a', RequestBody.MaxBytes - 2) + "\"");

        Assert.Equal(HttpStatusCode.OK, got.Status);
    }

    [Fact]
    public async Task A_larger_body_is_too_large()
    {
        var got = await _server.SendAsync("POST", "/probe/json", "\"" + new string('a', RequestBody.MaxBytes - 1) + "\"");

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "too_large"), (got.Status, got.Code));
    }
}
