using System.Net;

namespace Strata.Server.Tests.Audit;

public sealed class AuditTests(StrataFixture fixture)
{
    private readonly TestClient _admin = fixture.Admin;

    [Fact]
    public async Task A_tenants_events_are_listed_newest_first()
    {
        var tenant = await fixture.TenantAsync(await fixture.PlatformAsync());
        (await _admin.PatchAsync($"/v1/tenants/{tenant}/overrides", """{"quotas":{"requestsPerMinute":5}}""")).Ok();
        (await _admin.SendAsync("POST", $"/v1/tenants/{tenant}/suspend", """{"reason":"Invoice overdue"}""")).Ok();

        var events = (await _admin.GetAsync($"/v1/audit?tenant={tenant}")).Ok().Json["items"]!.AsArray();

        Assert.Equal(["tenant.suspended", "overrides.changed", "tenant.created"], events.Select(seen => (string?)seen!["action"]));
        Assert.Equal("Invoice overdue", (string?)events[0]!["reason"]);
        Assert.Equal(("/quotas", 64), ((string?)events[1]!["pointer"], ((string?)events[1]!["hash"])!.Length));
    }

    [Fact]
    public async Task Pages_of_events_go_on_where_the_last_one_ended()
    {
        var tenant = await fixture.TenantAsync(await fixture.PlatformAsync());
        foreach (var value in new[] { 1, 2, 3 })
            (await _admin.PatchAsync($"/v1/tenants/{tenant}/overrides", $$$"""{"quotas":{"requestsPerMinute":{{{value}}}}}""")).Ok();
        var hashes = new List<string?>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await _admin.GetAsync($"/v1/audit?tenant={tenant}&limit=1{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}")).Ok().Json;
            hashes.AddRange(page["items"]!.AsArray().Select(seen => (string?)seen!["hash"]));
            cursor = (string?)page["nextCursor"];
        }

        Assert.Equal(4, hashes.Distinct().Count());
        Assert.Equal(4, hashes.Count);
    }

    [Fact]
    public async Task A_tenant_sees_its_events_but_not_who_acted_above_it()
    {
        var tenant = await fixture.TenantAsync(await fixture.PlatformAsync());
        var caller = await fixture.CallerAsync("tenant-admin", tenant: tenant);

        Assert.Equal("platform", (string?)(await caller.GetAsync($"/v1/audit?tenant={tenant}")).Ok().Json["items"]![0]!["actor"]);
    }

    [Fact]
    public async Task A_platform_admin_sees_the_events_of_its_platform_only()
    {
        var (own, other) = (await fixture.PlatformAsync(), await fixture.PlatformAsync());
        var caller = await fixture.CallerAsync("platform-admin", own);

        Assert.Equal(["platform.created"], (await caller.GetAsync($"/v1/audit?platform={own}")).Ok().Json["items"]!.AsArray().Select(seen => (string?)seen!["action"]));
        (await caller.GetAsync($"/v1/audit?platform={other}")).Is(HttpStatusCode.Forbidden, "forbidden");
        (await caller.GetAsync("/v1/audit")).Is(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task Chains_that_nobody_touched_are_valid()
    {
        var tenant = await fixture.TenantAsync(await fixture.PlatformAsync());
        (await _admin.PatchAsync($"/v1/tenants/{tenant}/overrides", """{"quotas":{"requestsPerMinute":5}}""")).Ok();

        Assert.Equal($$"""{"valid":true,"chains":[{"scope":"tenant:{{tenant}}","events":1}]}""", (await _admin.GetAsync($"/v1/audit/verify?scope=tenant:{tenant}")).Ok().Text);
        Assert.Equal("true", (await _admin.GetAsync("/v1/audit/verify?scope=shared")).Ok().At("/valid"));
    }

    [Theory]
    [InlineData("2016-01-01T00:00:00Z")]
    [InlineData("2016-01-01t00:00:00.123456789z")]
    [InlineData("2016-01-01T00:00:00-05:30")]
    [InlineData("2016-01-01T00:00:00%2B14:00")]
    [InlineData("2016-12-31T23:59:60Z")]
    public async Task Every_time_of_rfc_3339_is_taken(string from)
    {
        var tenant = await fixture.TenantAsync(await fixture.PlatformAsync());

        Assert.Single((await _admin.GetAsync($"/v1/audit?tenant={tenant}&from={from}")).Ok().Json["items"]!.AsArray());
        Assert.Empty((await _admin.GetAsync($"/v1/audit?tenant={tenant}&to={from}")).Ok().Json["items"]!.AsArray());
    }

    [Theory]
    [InlineData("?from=yesterday")]
    [InlineData("?from=10:00")]
    [InlineData("?from=12/1")]
    [InlineData("?from=2026")]
    [InlineData("?to=2026-11-23")]
    [InlineData("?to=2026-11-23T10:00:00")]
    [InlineData("?to=2026-11-23T10:00Z")]
    [InlineData("?to=2026-11-23T10:60:00Z")]
    [InlineData("?to=2026-11-31T10:00:00Z")]
    [InlineData("?to=2026-11-23T10:00:00%2B0100")]
    [InlineData("?to=2026-11-23T10:00:00Z%0A")]
    [InlineData("?tenant=No")]
    [InlineData("?tenant=one-tenant&platform=one-platform")]
    [InlineData("/verify?scope=everything")]
    [InlineData("/verify?scope=tenant:")]
    public async Task A_wrong_question_is_refused(string query) =>
        (await _admin.GetAsync("/v1/audit" + query)).Is(HttpStatusCode.BadRequest, "invalid_argument");
}
