using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Strata.Model;
using Strata.Server.Access;

namespace Strata.Server.Tests.Access;

/// <summary>Every endpoint, tried by every role whose token is bound to a platform or to a tenant, on its own and on another's.</summary>
public sealed class RoleMatrixTests(StrataFixture fixture)
{
    /// <summary>Every role, bound to its platform and bound to its tenant.</summary>
    public static TheoryData<string, string> Bound { get; } = new(
        from role in Enum.GetValues<Role>() from binding in new[] { "platform", "tenant" } select (role.Word(), binding));

    [Theory]
    [MemberData(nameof(Bound))]
    public async Task On_its_own_a_role_may_what_the_endpoint_declares_and_nothing_else(string role, string binding)
    {
        var (caller, platform, tenant) = await CallerAsync(role, binding);
        var isBoundToPlatform = binding == "platform" && role != "tenant-admin";
        // A token of a tenant's admin that names none, and one of a platform's that names tenants, administer nothing.
        var seesTenant = isBoundToPlatform || (binding == "tenant" && role != "platform-admin");

        foreach (var endpoint in Endpoints(Reach.Platform, Reach.Shared, Reach.Tenant))
        {
            var isNamed = IsNamed(role, endpoint);
            foreach (var (method, got) in await CallAsync(caller, endpoint, platform, tenant))
            {
                var isAsDeclared = endpoint.Metadata.GetRequiredMetadata<Permission>().Reach == Reach.Tenant
                    ? seesTenant ? isNamed == got.Status is not HttpStatusCode.Forbidden : got.Status == HttpStatusCode.NotFound
                    : (isBoundToPlatform && isNamed) == got.Status is not HttpStatusCode.Forbidden;
                Assert.True(isAsDeclared && got.Status != HttpStatusCode.Unauthorized, $"{method} {endpoint.RoutePattern.RawText} as {role} of a {binding}: {got.Status} {got.Text}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Bound))]
    public async Task No_endpoint_serves_a_foreign_platform(string role, string binding)
    {
        var foreign = await fixture.PlatformAsync("""{"branding":{"productName":"Theirs"}}""");
        var theirs = await fixture.TenantAsync(foreign);
        var before = (await fixture.Admin.GetAsync($"/v1/platforms/{foreign}/revisions")).Ok().Text;
        var (caller, _, _) = await CallerAsync(role, binding);

        foreach (var endpoint in Endpoints(Reach.Platform))
        {
            foreach (var (method, got) in await CallAsync(caller, endpoint, foreign, theirs))
                Assert.True(got.Status == HttpStatusCode.Forbidden, $"{method} {endpoint.RoutePattern.RawText} as {role} of a {binding}: {got.Status} {got.Text}");
        }
        var isNamed = role != "service" && (role != "tenant-admin" || binding == "tenant");
        (await caller.GetAsync($"/v1/platforms/{foreign}")).Is(isNamed ? HttpStatusCode.NotFound : HttpStatusCode.Forbidden);
        Assert.Equal(before, (await fixture.Admin.GetAsync($"/v1/platforms/{foreign}/revisions")).Ok().Text);
    }

    [Theory]
    [MemberData(nameof(Bound))]
    public async Task What_reaches_the_installation_needs_a_role_that_is_bound_to_nothing(string role, string binding)
    {
        var (caller, platform, tenant) = await CallerAsync(role, binding);

        foreach (var endpoint in Endpoints(Reach.Installation))
        {
            foreach (var (method, got) in await CallAsync(caller, endpoint, platform, tenant))
                Assert.True(got.Status == HttpStatusCode.Forbidden, $"{method} {endpoint.RoutePattern.RawText} as {role} of a {binding}: {got.Status} {got.Text}");
        }
    }

    [Theory]
    [MemberData(nameof(Bound))]
    public async Task What_holds_for_everybody_is_refused_to_roles_that_it_does_not_name(string role, string binding)
    {
        var (caller, platform, tenant) = await CallerAsync(role, binding);
        var counts = role != "tenant-admin" || binding == "tenant";

        foreach (var endpoint in Endpoints(Reach.Anywhere, Reach.Oneself))
        {
            var path = endpoint.RoutePattern.RawText!;
            var isServed = endpoint.Metadata.GetRequiredMetadata<Permission>().Reach == Reach.Oneself || (counts && IsNamed(role, endpoint));
            foreach (var (method, got) in await CallAsync(caller, endpoint, platform, tenant))
            {
                // Handlers may still refuse what the body asks for, and without a scope the audit is the installation's.
                var isExpected = path.StartsWith("/v1/audit", StringComparison.Ordinal) ? got.Status == HttpStatusCode.Forbidden
                    : method == "GET" || !isServed ? isServed == got.Status is not HttpStatusCode.Forbidden
                    : true;
                Assert.True(isExpected && got.Status != HttpStatusCode.Unauthorized, $"{method} {path} as {role} of a {binding}: {got.Status} {got.Text}");
            }
        }
    }

    private async Task<(TestClient Caller, string Platform, string Tenant)> CallerAsync(string role, string binding)
    {
        var platform = await fixture.PlatformAsync();
        var tenant = await fixture.TenantAsync(platform);
        // The path of the development issuer refuses tokens that make little sense; other issuers may not.
        var (token, _) = fixture.Server.Services.GetRequiredService<DevelopmentIssuer>().Sign(new TokenRequest(
            Roles.Parse(role)!.Value, binding == "platform" ? PlatformId.Parse(platform) : null, binding == "tenant" ? TenantId.Parse(tenant) : null, TimeSpan.FromHours(1)));
        return (new TestClient(fixture.Server, token), platform, tenant);
    }

    private static bool IsNamed(string role, RouteEndpoint endpoint) => endpoint.Metadata.GetRequiredMetadata<Permission>().Roles.Contains(Roles.Parse(role)!.Value);

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
