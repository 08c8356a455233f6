using System.Net;

namespace Strata.Server.Tests.Http;

public sealed class PreconditionsTests(StrataFixture fixture)
{
    [Theory]
    [InlineData("\"platform.12\"")]
    [InlineData("\"platform.11\", \"platform.12\"")]
    [InlineData("*")]
    public async Task A_write_on_the_present_revision_goes_on(string tags) => Assert.Equal(HttpStatusCode.OK, (await PutAsync(tags)).Status);

    [Theory]
    [InlineData("\"platform.11\"")]
    [InlineData("W/\"platform.12\"")]
    public async Task A_write_on_another_revision_is_refused(string tags)
    {
        var got = await PutAsync(tags);

        Assert.Equal((HttpStatusCode.PreconditionFailed, "revision_mismatch"), (got.Status, got.Code));
    }

    [Fact]
    public async Task A_header_that_names_no_tag_is_refused() => Assert.Equal("invalid_argument", (await PutAsync("platform.12")).Code);

    [Fact]
    public async Task A_write_without_the_header_is_refused()
    {
        var got = await fixture.Server.SendAsync("PUT", "/probe/layer");

        Assert.Equal(((HttpStatusCode)428, "precondition_required"), (got.Status, got.Code));
    }

    [Fact]
    public async Task A_dry_run_needs_no_header() => Assert.Equal(HttpStatusCode.OK, (await fixture.Server.SendAsync("PUT", "/probe/layer?dryRun=true")).Status);

    [Fact]
    public async Task A_misspelt_dry_run_is_no_write() => Assert.Equal("invalid_argument", (await fixture.Server.SendAsync("PUT", "/probe/layer?dryrun=true", null, "If-Match: *")).Code);

    private Task<Got> PutAsync(string tags) => fixture.Server.SendAsync("PUT", "/probe/layer", null, $"If-Match: {tags}");
}
