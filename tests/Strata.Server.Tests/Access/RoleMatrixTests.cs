using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Strata.Server.Access;

namespace Strata.Server.Tests.Access;

/// <summary>Every endpoint that belongs to a platform or tenant, tried by every role, on its own and on another's.</summary>
public sealed class RoleMatrixTests(StrataFixture fixture)
{
    [Theory]
    [InlineData("platform-admin")]
    [InlineData("tenant-admin")]
    [InlineData("auditor")]
    [InlineData("service")]
    public async Task On_its_own_a_role_may_what_the_endpoint_declares_and_nothing_else(string role)
    {
        var platform = await fixture.PlatformAsync();
        var tenant = await fixture.TenantAsync(platform);
        var caller = await fixture.CallerAsync(role, role == "tenant-admin" ? null : platform, role == "tenant-admin" ? tenant : null);

        foreach (var endpoint in Endpoints(Reach.Platform, Reach.Tenant))
        {
            var permission = endpoint.Metadata.GetRequiredMetadata<Permission>();
            var isAllowed = permission.Roles.Contains(Roles.Parse(role)!.Value) && !(role == "tenant-admin" && permission.Reach == Reach.Platform);
            foreach (var (method, got) in await CallAsync(caller, endpoint, platform, tenant))
                Assert.True(isAllowed == got.Status is not (HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized), $"{method} {endpoint.RoutePattern.RawText} as {role}: {got.Status} {got.Text}");
        }
    }

    [Theory]
    [InlineData("platform-admin")]
    [InlineData("tenant-admin")]
    [InlineData("auditor")]
    [InlineData("service")]
    public async Task No_endpoint_serves_a_foreign_platform(string role)
    {
        var (own, foreign) = (await fixture.PlatformAsync(), await fixture.PlatformAsync("""{"branding":{"productName":"Theirs"}}"""));
        var (mine, theirs) = (await fixture.TenantAsync(own), await fixture.TenantAsync(foreign));
        var before = (await fixture.Admin.GetAsync($"/v1/platforms/{foreign}/revisions")).Ok().Text;
        var caller = await fixture.CallerAsync(role, role == "tenant-admin" ? null : own, role == "tenant-admin" ? mine : null);

        foreach (var endpoint in Endpoints(Reach.Platform))
        {
            foreach (var (method, got) in await CallAsync(caller, endpoint, foreign, theirs))
                Assert.True(got.Status == HttpStatusCode.Forbidden, $"{method} {endpoint.RoutePattern.RawText} as {role}: {got.Status} {got.Text}");
        }
        (await caller.GetAsync($"/v1/platforms/{foreign}")).Is(role == "service" ? HttpStatusCode.Forbidden : HttpStatusCode.NotFound);
        Assert.Equal(before, (await fixture.Admin.GetAsync($"/v1/platforms/{foreign}/revisions")).Ok().Text);
    }

    [Theory]
    [InlineData("tenant-admin")]
    [InlineData("auditor")]
    [InlineData("service")]
    public async Task What_reaches_the_installation_needs_a_role_that_is_bound_to_nothing(string role)
    {
        var platform = await fixture.PlatformAsync();
        var tenant = await fixture.TenantAsync(platform);
        var caller = await fixture.CallerAsync(role, role == "tenant-admin" ? null : platform, role == "tenant-admin" ? tenant : null);

        foreach (var endpoint in Endpoints(Reach.Installation))
        {
            foreach (var (method, got) in await CallAsync(caller, endpoint, platform, tenant))
                Assert.True(got.Status == HttpStatusCode.Forbidden, $"{method} {endpoint.RoutePattern.RawText} as {role}: {got.Status} {got.Text}");
        }
    }

    [Theory]
    [InlineData("platform-admin")]
    [InlineData("tenant-admin")]
    [InlineData("auditor")]
    [InlineData("service")]
    public async Task What_holds_for_everybody_is_refused_to_roles_that_it_does_not_name(string role)
    {
        var platform = await fixture.PlatformAsync();
        var tenant = await fixture.TenantAsync(platform);
        var caller = await fixture.CallerAsync(role, role == "tenant-admin" ? null : platform, role == "tenant-admin" ? tenant : null);

        foreach (var endpoint in Endpoints(Reach.Anywhere, Reach.Oneself))
        {
            var isNamed = endpoint.Metadata.GetRequiredMetadata<Permission>().Roles.Contains(Roles.Parse(role)!.Value);
            foreach (var (method, got) in await CallAsync(caller, endpoint, platform, tenant))
            {
                var isRefused = got.Status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized;
                // Handlers of those who are named may still refuse what the body or the query asks for.
                Assert.True(isNamed || isRefused, $"{method} {endpoint.RoutePattern.RawText} as {role}: {got.Status} {got.Text}");
                Assert.True(got.Status is not HttpStatusCode.Unauthorized, $"{method} {endpoint.RoutePattern.RawText} as {role}: {got.Text}");
            }
        }
    }

    private IEnumerable<RouteEndpoint> Endpoints(params Reach[] reach) => fixture.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(endpoint => (endpoint.RoutePattern.RawText!.StartsWith("/v1", StringComparison.Ordinal) || endpoint.RoutePattern.RawText.StartsWith("/opa", StringComparison.Ordinal))
            && reach.Contains(endpoint.Metadata.GetRequiredMetadata<Permission>().Reach));

    private static async Task<List<(string Method, Got Got)>> CallAsync(TestClient caller, RouteEndpoint endpoint, string platform, string tenant)
    {
        var path = endpoint.RoutePattern.RawText!.Replace("{platform}", platform, StringComparison.Ordinal).Replace("{tenant}", tenant, StringComparison.Ordinal)
            .Replace("{segment}", "pro", StringComparison.Ordinal).Replace("{section}", "quotas", StringComparison.Ordinal).Replace("{number:long:min(0)}", "1", StringComparison.Ordinal)
            .Replace("{target}", "opa", StringComparison.Ordinal).Replace("{name}", "billing", StringComparison.Ordinal).Replace("{eventId}", Guid.Empty.ToString("D"), StringComparison.Ordinal);
        var answers = new List<(string, Got)>();
        foreach (var method in endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods)
            answers.Add((method, await caller.SendAsync(method, path, method == "GET" ? null : "{}", method == "GET" ? [] : ["If-Match: *"])));
        return answers;
    }
}
