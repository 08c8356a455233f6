using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Strata.Server.Access;

namespace Strata.Server.Tests.Access;

public sealed class TenantIsolationTests(StrataFixture fixture)
{
    [Theory]
    [InlineData("tenant-admin", true)]
    [InlineData("auditor", true)]
    [InlineData("service", true)]
    [InlineData("platform-admin", false)]
    [InlineData("auditor", false)]
    [InlineData("service", false)]
    public async Task No_endpoint_knows_a_foreign_tenant(string role, bool isBoundToTenant)
    {
        var (own, foreign) = (await fixture.PlatformAsync(), await fixture.PlatformAsync());
        var (mine, theirs) = (await fixture.TenantAsync(own), await fixture.TenantAsync(foreign));
        var caller = await fixture.CallerAsync(role, isBoundToTenant ? null : own, isBoundToTenant ? mine : null);
        var unknown = fixture.NewId("unknown");

        foreach (var (method, path) in TenantEndpoints())
        {
            var got = await CallAsync(caller, method, path, theirs);
            var none = await CallAsync(caller, method, path, unknown);

            Assert.True(got.Status == HttpStatusCode.NotFound, $"{method} {path} as {role}: {got.Status} {got.Text}");
            Assert.Equal((string?)none.Json["error"]!["message"], (string?)got.Json["error"]!["message"]);
        }
    }

    [Fact]
    public async Task No_write_of_a_neighbour_is_seen()
    {
        var platform = await fixture.PlatformAsync();
        var (mine, theirs) = (await fixture.TenantAsync(platform), await fixture.TenantAsync(platform));
        (await fixture.Admin.PatchAsync($"/v1/tenants/{theirs}/overrides", """{"branding":{"productName":"Theirs"}}""")).Ok();
        var caller = await fixture.CallerAsync("tenant-admin", tenant: mine);

        foreach (var path in new[] { "/v1/tenants", $"/v1/tenants/{mine}", $"/v1/tenants/{mine}/config", $"/v1/tenants/{mine}/config/explain", $"/v1/tenants/{mine}/revisions", $"/v1/audit?tenant={mine}" })
            Assert.DoesNotContain("Theirs", (await caller.GetAsync(path)).Ok().Text, StringComparison.Ordinal);
        Assert.Equal([mine], (await caller.GetAsync("/v1/tenants")).Ok().Json["items"]!.AsArray().Select(tenant => (string?)tenant!["id"]));
    }

    [Theory]
    [InlineData("GET", "/v1/audit?tenant=")]
    [InlineData("GET", "/v1/audit/verify?scope=tenant:")]
    public async Task A_foreign_tenant_in_the_query_is_not_found(string method, string path)
    {
        var theirs = await fixture.TenantAsync(await fixture.PlatformAsync());
        var caller = await fixture.CallerAsync("tenant-admin", tenant: await fixture.TenantAsync(await fixture.PlatformAsync()));

        (await caller.SendAsync(method, path + theirs)).Is(HttpStatusCode.NotFound, "not_found");
    }

    [Theory]
    [InlineData("GET", "/v1/audit")]
    [InlineData("GET", "/v1/audit/verify?scope=all")]
    [InlineData("GET", "/v1/audit/verify?scope=shared")]
    [InlineData("GET", "/v1/policies/allowed-hosts")]
    [InlineData("GET", "/v1/migrations")]
    [InlineData("POST", "/v1/migrations")]
    [InlineData("POST", "/v1/platforms")]
    [InlineData("POST", "/v1/tenants")]
    [InlineData("POST", "/v1/apply")]
    public async Task What_is_above_tenants_is_forbidden_to_a_tenant_admin(string method, string path)
    {
        var caller = await fixture.CallerAsync("tenant-admin", tenant: await fixture.TenantAsync(await fixture.PlatformAsync()));

        (await caller.SendAsync(method, path, method == "POST" ? "{}" : null)).Is(HttpStatusCode.Forbidden, "forbidden");
    }

    [Theory]
    [InlineData("PATCH", "")]
    [InlineData("POST", "/suspend")]
    [InlineData("POST", "/resume")]
    [InlineData("POST", "/attributes/revisions/1/rollback")]
    public async Task A_tenant_admin_does_not_change_what_its_tenant_is(string method, string path)
    {
        var tenant = await fixture.TenantAsync(await fixture.PlatformAsync());
        var caller = await fixture.CallerAsync("tenant-admin", tenant: tenant);

        (await caller.SendAsync(method, $"/v1/tenants/{tenant}{path}", "{}", "If-Match: *")).Is(HttpStatusCode.Forbidden, "forbidden");
    }

    [Theory]
    [InlineData("/config", HttpStatusCode.OK)]
    [InlineData("/config/quotas", HttpStatusCode.OK)]
    [InlineData("/overrides", HttpStatusCode.Forbidden)]
    [InlineData("/revisions", HttpStatusCode.Forbidden)]
    [InlineData("", HttpStatusCode.Forbidden)]
    public async Task A_service_reads_effective_configuration_only(string path, HttpStatusCode status)
    {
        var platform = await fixture.PlatformAsync();
        var tenant = await fixture.TenantAsync(platform);

        Assert.Equal(status, (await (await fixture.CallerAsync("service", platform)).GetAsync($"/v1/tenants/{tenant}{path}")).Status);
    }

    [Fact]
    public async Task An_auditor_writes_nothing()
    {
        var platform = await fixture.PlatformAsync();
        var tenant = await fixture.TenantAsync(platform);
        var caller = await fixture.CallerAsync("auditor");

        foreach (var (method, path) in TenantEndpoints().Where(endpoint => endpoint.Method != "GET"))
            Assert.Equal(HttpStatusCode.Forbidden, (await CallAsync(caller, method, path, tenant)).Status);
    }

    [Fact]
    public async Task Headers_narrow_and_never_widen()
    {
        var platform = await fixture.PlatformAsync();
        var (one, two) = (await fixture.TenantAsync(platform), await fixture.TenantAsync(platform));
        var caller = await fixture.CallerAsync("platform-admin", platform);

        Assert.Equal([one], (await caller.GetAsync("/v1/tenants", $"X-Tenant-Id: {one}")).Ok().Json["items"]!.AsArray().Select(tenant => (string?)tenant!["id"]));
        (await caller.GetAsync($"/v1/tenants/{two}", $"X-Tenant-Id: {one}")).Is(HttpStatusCode.Forbidden, "forbidden");
        (await caller.GetAsync($"/v1/tenants/{two}", "X-Platform-Id: another")).Is(HttpStatusCode.Forbidden, "forbidden");
        (await caller.GetAsync($"/v1/tenants/{two}", $"X-Platform-Id: {platform}")).Ok();
    }

    private IEnumerable<(string Method, string Path)> TenantEndpoints() => fixture.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.Metadata.GetMetadata<Permission>()?.Reach == Reach.Tenant)
        .SelectMany(endpoint => endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Select(method => (method, endpoint.RoutePattern.RawText!)));

    private static Task<Got> CallAsync(TestClient caller, string method, string path, string tenant) => caller.SendAsync(
        method,
        path.Replace("{tenant}", tenant, StringComparison.Ordinal).Replace("{section}", "quotas", StringComparison.Ordinal).Replace("{number:long:min(0)}", "1", StringComparison.Ordinal),
        method == "GET" ? null : "{}", method == "GET" ? [] : ["If-Match: *"]);
}
