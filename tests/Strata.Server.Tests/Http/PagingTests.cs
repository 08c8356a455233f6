using System.Net;
using Strata.Server.Http;

namespace Strata.Server.Tests.Http;

public sealed class PagingTests(StrataFixture fixture)
{
    [Fact]
    public async Task Without_parameters_the_first_fifty_are_asked_for() => Assert.Equal("50 ", (await GetAsync("")).Text);

    [Fact]
    public async Task A_cursor_goes_on_after_its_item() =>
        Assert.Equal("7 acme", (await GetAsync($"?limit=7&cursor={Paging.Encode("things", "acme")}")).Text);

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=501")]
    [InlineData("?limit=-1")]
    [InlineData("?limit=ten")]
    [InlineData("?limit=99999999999")]
    [InlineData("?limit=")]
    [InlineData("?limit=5&limit=6")]
    [InlineData("?cursor=*")]
    [InlineData("?cursor=AAAA")]
    [InlineData("?cursor=")]
    [InlineData("?offset=3")]
    public async Task A_wrong_page_is_refused(string query)
    {
        var got = await GetAsync(query);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_argument"), (got.Status, got.Code));
    }

    [Fact]
    public async Task A_cursor_of_another_list_is_refused() =>
        Assert.Equal("invalid_argument", (await GetAsync($"?cursor={Paging.Encode("others", "acme")}")).Code);

    [Fact]
    public async Task A_forged_key_in_a_cursor_is_refused() =>
        Assert.Equal("invalid_argument", (await GetAsync($"?cursor={Paging.Encode("things", "nothing")}")).Code);

    [Theory]
    [InlineData("/v1/tenants", "tenants", "Not an id")]
    [InlineData("/v1/platforms", "platforms", "x")]
    [InlineData("/v1/policies/allowed-hosts/revisions", "allowlist", "abc")]
    [InlineData("/v1/policies/allowed-hosts/revisions", "allowlist", "-1")]
    [InlineData("/v1/audit", "audit::", "1")]
    [InlineData("/v1/audit", "audit::", "a b")]
    public async Task No_list_takes_a_forged_key(string path, string list, string key) =>
        (await fixture.Admin.GetAsync($"{path}?cursor={Paging.Encode(list, key)}")).Is(HttpStatusCode.BadRequest, "invalid_argument");

    [Theory]
    [InlineData("/v1/tenants?q=%00")]
    [InlineData("/v1/audit?actor=%00")]
    [InlineData("/v1/audit?action=a%0Ab")]
    public async Task Control_characters_in_a_query_are_refused(string path) =>
        (await fixture.Admin.GetAsync(path)).Is(HttpStatusCode.BadRequest, "invalid_argument");

    private Task<Got> GetAsync(string query) => fixture.Server.SendAsync("GET", "/probe/page" + query);
}
