using System.Net;

namespace Strata.Server.Tests.Access;

/// <summary>What the headers <c>X-Tenant-Id</c> and <c>X-Platform-Id</c> leave of a token that may do everything.</summary>
public sealed class NarrowingTests(StrataFixture fixture)
{
    private const string Allowlist = "/v1/policies/allowed-hosts";

    [Theory]
    [InlineData("GET", "/v1/platforms/{other}")]
    [InlineData("GET", "/v1/platforms/{other}/config")]
    [InlineData("GET", "/v1/platforms/{other}/segments")]
    [InlineData("GET", "/v1/platforms/{other}/revisions")]
    [InlineData("GET", "/opa/bundles/{other}")]
    [InlineData("GET", "/v1/audit?platform={other}")]
    [InlineData("PATCH", "/v1/platforms/{other}/config", """{"quotas":{"users":5}}""")]
    [InlineData("PUT", "/v1/platforms/{other}/config/quotas", """{"users":5}""")]
    [InlineData("POST", "/v1/platforms/{other}/impact", """{"patch":{}}""")]
    [InlineData("POST", "/v1/tenants", """{"id":"never-made","platform":"{other}","displayName":"Never"}""")]
    [InlineData("POST", "/v1/apply", """{"items":[{"kind":"platform","id":"{other}","document":{"quotas":{"users":5}}}]}""")]
    [InlineData("POST", "/v1/apply", """{"items":[{"kind":"tenant","id":"{tenant}","platform":"{other}","document":{"displayName":"Stolen"}}]}""")]
    public async Task A_tenant_in_the_header_reaches_no_platform_but_its_own(string method, string path, string? body = null)
    {
        var (own, other) = (await fixture.PlatformAsync(), await fixture.PlatformAsync());
        var tenant = await fixture.TenantAsync(own);

        var got = await fixture.Admin.SendAsync(method, Fill(path, other), body is null ? null : Fill(body, other), $"X-Tenant-Id: {tenant}", "If-Match: *");

        got.Is(HttpStatusCode.Forbidden, "forbidden");

        string Fill(string text, string platform) => text.Replace("{other}", platform, StringComparison.Ordinal).Replace("{tenant}", tenant, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PATCH", "/v1/platforms/{platform}/config", """{"quotas":{"users":5}}""")]
    [InlineData("DELETE", "/v1/platforms/{platform}/config/quotas")]
    [InlineData("POST", "/v1/platforms/{platform}/revisions/0/rollback", "{}")]
    [InlineData("PUT", "/v1/platforms/{platform}/segments/pro", """{"match":{"tier":["pro"]},"config":{}}""")]
    [InlineData("PATCH", Allowlist, """{"hosts":[]}""")]
    [InlineData("POST", "/v1/platforms", """{"id":"never-made","displayName":"Never"}""")]
    [InlineData("POST", "/v1/tenants", """{"id":"never-made","platform":"{platform}","displayName":"Never"}""")]
    [InlineData("POST", "/v1/migrations", "{}")]
    [InlineData("POST", "/v1/apply", """{"items":[{"kind":"platform","id":"{platform}","document":{"quotas":{"users":5}}}]}""")]
    [InlineData("POST", "/v1/apply", """{"items":[{"kind":"tenant","id":"never-made","platform":"{platform}","document":{"displayName":"Never"}}]}""")]
    public async Task A_tenant_in_the_header_writes_nothing_above_it(string method, string path, string? body = null)
    {
        var platform = await fixture.PlatformAsync();
        var tenant = await fixture.TenantAsync(platform);

        var got = await fixture.Admin.SendAsync(
            method, path.Replace("{platform}", platform, StringComparison.Ordinal), body?.Replace("{platform}", platform, StringComparison.Ordinal), $"X-Tenant-Id: {tenant}", "If-Match: *");

        got.Is(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task A_tenant_in_the_header_is_written_and_what_lies_above_it_is_read()
    {
        var platform = await fixture.PlatformAsync();
        await fixture.PlatformAsync(); // another one, which the list must not show
        var tenant = await fixture.TenantAsync(platform);
        var header = $"X-Tenant-Id: {tenant}";

        foreach (var path in new[] { $"/v1/platforms/{platform}", $"/v1/platforms/{platform}/config", $"/v1/platforms/{platform}/segments", $"/v1/audit?platform={platform}", Allowlist, "/v1/schemas", "/v1/whoami" })
            (await fixture.Admin.GetAsync(path, header)).Ok();
        Assert.Equal([platform], (await fixture.Admin.GetAsync("/v1/platforms", header)).Ok().Json["items"]!.AsArray().Select(item => (string?)item!["id"]));
        (await fixture.Admin.PatchAsync($"/v1/tenants/{tenant}/overrides", """{"branding":{"productName":"Mine"}}""", header)).Ok();
        (await fixture.Admin.PatchAsync($"/v1/tenants/{tenant}", """{"displayName":"Mine"}""", header)).Ok();
        (await fixture.Admin.SendAsync(
            "POST", "/v1/apply", $$$"""{"items":[{"kind":"tenant","id":"{{{tenant}}}","platform":"{{{platform}}}","document":{"displayName":"Ours"}}]}""", header)).Ok();
    }

    [Theory]
    [InlineData("PUT", Allowlist, """{"hosts":[]}""")]
    [InlineData("PATCH", Allowlist, """{"hosts":[]}""")]
    [InlineData("POST", "/v1/platforms", """{"id":"never-made","displayName":"Never"}""")]
    [InlineData("POST", "/v1/apply", """{"items":[{"kind":"allowlist","id":"allowlist","document":{"hosts":[]}}]}""")]
    public async Task A_platform_in_the_header_writes_nothing_that_all_platforms_share(string method, string path, string body)
    {
        var platform = await fixture.PlatformAsync();

        var got = await fixture.Admin.SendAsync(method, path, body, $"X-Platform-Id: {platform}", "If-Match: *");

        got.Is(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task A_platform_in_the_header_is_written()
    {
        var platform = await fixture.PlatformAsync();

        var got = await fixture.Admin.PatchAsync($"/v1/platforms/{platform}/config", """{"quotas":{"users":5}}""", $"X-Platform-Id: {platform}");

        got.Ok();
    }

    [Theory]
    [InlineData("/v1/audit/verify")]
    [InlineData("/v1/audit/verify?scope=shared")]
    [InlineData("/v1/audit/verify?scope=all")]
    [InlineData("/v1/targets")]
    [InlineData("/v1/migrations")]
    [InlineData("/v1/webhooks/any/dead-letters")]
    public async Task What_tells_of_all_tenants_is_shown_to_no_request_that_is_narrowed(string path)
    {
        var platform = await fixture.PlatformAsync();
        var tenant = await fixture.TenantAsync(platform);

        foreach (var header in new[] { $"X-Tenant-Id: {tenant}", $"X-Platform-Id: {platform}" })
            (await fixture.Admin.GetAsync(path, header)).Is(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task A_tenant_in_the_header_has_its_own_history_verified_and_no_other()
    {
        var platform = await fixture.PlatformAsync();
        var (own, other) = (await fixture.TenantAsync(platform), await fixture.TenantAsync(platform));

        (await fixture.Admin.GetAsync($"/v1/audit/verify?scope=tenant:{own}", $"X-Tenant-Id: {own}")).Ok();
        (await fixture.Admin.GetAsync($"/v1/audit/verify?scope=tenant:{other}", $"X-Tenant-Id: {own}")).Is(HttpStatusCode.Forbidden, "forbidden");
    }

    [Theory]
    [InlineData("/v1/tenants")]
    [InlineData("/v1/platforms")]
    [InlineData("/v1/whoami")]
    public async Task A_header_that_disagrees_with_the_token_is_refused(string path)
    {
        var (own, foreign) = (await fixture.PlatformAsync(), await fixture.PlatformAsync());
        var (ours, theirs) = (await fixture.TenantAsync(own), await fixture.TenantAsync(foreign));
        var (brand, company) = (await fixture.CallerAsync("platform-admin", own), await fixture.CallerAsync("tenant-admin", tenant: ours));

        (await brand.GetAsync(path, $"X-Platform-Id: {foreign}")).Is(HttpStatusCode.Forbidden, "forbidden");
        (await brand.GetAsync(path, $"X-Tenant-Id: {theirs}")).Is(HttpStatusCode.Forbidden, "forbidden");
        (await company.GetAsync(path, $"X-Platform-Id: {foreign}")).Is(HttpStatusCode.Forbidden, "forbidden");
        (await company.GetAsync(path, $"X-Tenant-Id: {theirs}")).Is(HttpStatusCode.Forbidden, "forbidden");
        (await company.GetAsync(path, $"X-Platform-Id: {own}", $"X-Tenant-Id: {ours}")).Ok();
    }

    [Fact]
    public async Task Whether_a_foreign_tenant_exists_cannot_be_told_by_naming_it()
    {
        var (own, foreign) = (await fixture.PlatformAsync(), await fixture.PlatformAsync());
        var caller = await fixture.CallerAsync("platform-admin", own);
        var (theirs, unknown) = (await fixture.TenantAsync(foreign), fixture.NewId("unknown"));

        foreach (var path in new[] { "/v1/platforms", $"/v1/platforms/{own}", $"/v1/platforms/{foreign}", $"/v1/platforms/{own}/config", $"/v1/platforms/{foreign}/config", "/v1/tenants" })
        {
            var (got, none) = (await caller.GetAsync(path, $"X-Tenant-Id: {theirs}"), await caller.GetAsync(path, $"X-Tenant-Id: {unknown}"));

            Assert.Equal((none.Status, none.Code, none.Json["items"]?.ToJsonString()), (got.Status, got.Code, got.Json["items"]?.ToJsonString()));
        }
    }
}
