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

    private Task<Got> GetAsync(string query) => fixture.Server.SendAsync("GET", "/probe/page" + query);
}
