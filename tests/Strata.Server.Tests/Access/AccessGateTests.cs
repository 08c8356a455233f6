using System.Net;

namespace Strata.Server.Tests.Access;

public sealed class AccessGateTests(StrataFixture fixture)
{
    private readonly TestServer _server = fixture.Server;

    [Fact]
    public async Task Without_a_token_nothing_guarded_is_served()
    {
        var got = await _server.SendAsync("GET", "/probe/guarded");

        Assert.Equal((HttpStatusCode.Unauthorized, "unauthenticated", "Bearer"), (got.Status, got.Code, got["WWW-Authenticate"]));
    }

    [Theory]
    [InlineData("Bearer x")]
    [InlineData("Bearer a.b.c")]
    [InlineData("Bearer eyJhbGciOiJub25lIn0.eyJpc3MiOiJ1cm46c3RyYXRhOmRldmVsb3BtZW50Iiwic3ViIjoieCIsInJvbGUiOiJwbGF0Zm9ybS1hZG1pbiJ9.")]
    [InlineData("Basic YTpi")]
    public async Task A_token_that_is_none_is_not_taken(string authorization)
    {
        var got = await _server.SendAsync("GET", "/probe/guarded", null, $"Authorization: {authorization}");

        Assert.Equal((HttpStatusCode.Unauthorized, "unauthenticated"), (got.Status, got.Code));
    }

    [Fact]
    public async Task A_token_that_was_tampered_with_is_not_taken()
    {
        var parts = (await _server.TokenAsync("tenant-admin", tenant: "acme")).Split('.');
        var forged = (await _server.TokenAsync("platform-admin")).Split('.')[1];

        var got = await _server.SendAsync("GET", "/probe/guarded", null, $"Authorization: Bearer {parts[0]}.{forged}.{parts[2]}");

        Assert.Equal(HttpStatusCode.Unauthorized, got.Status);
    }

    [Fact]
    public async Task An_endpoint_without_a_permission_is_never_served()
    {
        var got = await GetAsync("/probe/forgotten", "platform-admin");

        Assert.Equal(HttpStatusCode.InternalServerError, got.Status);
    }

    [Theory]
    [InlineData("platform-admin", null, HttpStatusCode.OK)]
    [InlineData("platform-admin", "dcoder", HttpStatusCode.Forbidden)]
    [InlineData("auditor", null, HttpStatusCode.Forbidden)]
    public async Task Only_an_admin_of_all_platforms_operates_the_installation(string role, string? platform, HttpStatusCode status) =>
        Assert.Equal(status, (await GetAsync("/probe/installation", role, platform)).Status);

    [Theory]
    [InlineData("platform-admin", null, HttpStatusCode.OK)]
    [InlineData("platform-admin", "dcoder", HttpStatusCode.OK)]
    [InlineData("platform-admin", "other", HttpStatusCode.Forbidden)]
    [InlineData("auditor", "dcoder", HttpStatusCode.OK)]
    [InlineData("auditor", "other", HttpStatusCode.Forbidden)]
    [InlineData("service", "dcoder", HttpStatusCode.Forbidden)]
    public async Task A_platform_is_read_by_those_bound_to_it(string role, string? platform, HttpStatusCode status) =>
        Assert.Equal(status, (await GetAsync("/probe/platforms/dcoder", role, platform)).Status);

    [Fact]
    public async Task A_header_that_disagrees_with_the_path_is_forbidden() =>
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync("/probe/platforms/dcoder", "platform-admin", null, "X-Platform-Id: other")).Status);

    [Fact]
    public async Task A_header_that_disagrees_with_the_token_is_forbidden() =>
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync("/probe/guarded", "platform-admin", "dcoder", "X-Platform-Id: other")).Status);

    [Fact]
    public async Task A_header_that_is_no_id_is_refused() =>
        Assert.Equal("invalid_argument", (await GetAsync("/probe/guarded", "platform-admin", null, "X-Tenant-Id: No Such Thing")).Code);

    private async Task<Got> GetAsync(string path, string role, string? platform = null, params string[] headers) =>
        await _server.SendAsync("GET", path, null, [$"Authorization: Bearer {await _server.TokenAsync(role, platform)}", .. headers]);
}
