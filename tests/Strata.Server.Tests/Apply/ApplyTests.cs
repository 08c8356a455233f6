using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Strata.Storage;

namespace Strata.Server.Tests.Apply;

public sealed class ApplyTests(StrataFixture fixture)
{
    private readonly TestClient _admin = fixture.Admin;

    [Fact]
    public async Task An_apply_that_goes_on_under_its_key_leaves_alone_what_others_wrote_since()
    {
        await using var server = await TestServer.StartAsync(await fixture.SettingsAsync());
        var admin = new TestClient(server, await server.TokenAsync("platform-admin"));
        const string Body = """
            {"items":[{"kind":"platform","id":"brand","document":{"quotas":{"users":7}}},
            {"kind":"tenant","id":"acme","platform":"brand","document":{"displayName":"Acme","quotas":{"users":5}}}]}
            """;
        (await admin.SendAsync("POST", "/v1/apply", Body, "Idempotency-Key: once")).Ok();
        (await admin.PatchAsync("/v1/platforms/brand/config", """{"quotas":{"users":9}}""")).Ok();
        (await admin.PatchAsync("/v1/tenants/acme/overrides", """{"quotas":{"users":6}}""")).Ok();
        (await admin.PatchAsync("/v1/tenants/acme", """{"displayName":"Other"}""")).Ok();
        // As if the server had died before the last step, the answer.
        await using (var crash = server.Services.GetRequiredService<SharedDatabase>().Source.CreateCommand("update idempotency set status = null, headers = null, body = null, lease_until = now() where key = 'once'"))
            await crash.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var again = (await admin.SendAsync("POST", "/v1/apply", Body, "Idempotency-Key: once")).Ok();

        Assert.Equal("1 1", $"{again.At("/items/0/write/revision")} {again.At("/items/1/write/revision")}");
        Assert.Equal(
            "9 6 \"Other\"",
            $"{(await admin.GetAsync("/v1/platforms/brand/config?layer=own")).At("/quotas/users")} {(await admin.GetAsync("/v1/tenants/acme/overrides")).At("/quotas/users")} {(await admin.GetAsync("/v1/tenants/acme")).At("/displayName")}");
    }

    [Fact]
    public async Task An_apply_that_is_refused_half_way_says_so_and_goes_on_under_its_key()
    {
        TestClient admin = null!;
        var isTightened = false;
        var checkpoints = new Checkpoints(async step =>
        {
            if (step != "shared.commit.committed" || isTightened)
                return;
            isTightened = true;
            (await admin.PatchAsync("/v1/platforms/brand/config", """{"quotas":{"users":5}}""")).Ok();
        });
        await using var server = await TestServer.StartAsync(await fixture.SettingsAsync(), configure: builder => builder.Services.AddSingleton(checkpoints));
        admin = new TestClient(server, await server.TokenAsync("platform-admin"));
        const string Body = """
            {"items":[{"kind":"platform","id":"brand","document":{"quotas":{"users":9}}},
            {"kind":"tenant","id":"acme","platform":"brand","document":{"displayName":"Acme","quotas":{"users":7}}}]}
            """;

        var refused = (await admin.SendAsync("POST", "/v1/apply", Body, "Idempotency-Key: once")).Is(HttpStatusCode.Conflict, "conflict");
        var again = (await admin.SendAsync("POST", "/v1/apply", Body, "Idempotency-Key: once")).Is(HttpStatusCode.Conflict, "conflict");
        (await admin.PatchAsync("/v1/platforms/brand/config", """{"quotas":{"users":8}}""")).Ok();
        var done = (await admin.SendAsync("POST", "/v1/apply", Body, "Idempotency-Key: once")).Ok();

        var changeId = (string)done.Json["changeId"]!;
        foreach (var got in new[] { refused, again })
        {
            Assert.Equal("/items/1/document/quotas/users", (string?)Assert.Single(got.Violations())!["pointer"]);
            Assert.Contains($"Begun as change {changeId} and not finished: ", got.Text, StringComparison.Ordinal);
            Assert.Contains("Written so far: attributes:acme, platform:brand.", got.Text, StringComparison.Ordinal);
        }
        Assert.Equal(
            "8 7",
            $"{(await admin.GetAsync("/v1/platforms/brand/config?layer=own")).At("/quotas/users")} {(await admin.GetAsync("/v1/tenants/acme/overrides")).At("/quotas/users")}");
        Assert.Equal(done.Text, (await admin.SendAsync("POST", "/v1/apply", Body, "Idempotency-Key: once")).Ok().Text);
    }

    [Fact]
    public async Task What_does_not_exist_is_made()
    {
        var (platform, tenant) = (fixture.NewId("brand"), fixture.NewId("tenant"));

        var applied = (await _admin.SendAsync("POST", "/v1/apply", Body(platform, tenant))).Ok();

        Assert.Equal(["platform", "segment", "tenant"], applied.Json["items"]!.AsArray().Select(item => (string?)item!["kind"]));
        Assert.Equal("Applied", (string?)(await _admin.GetAsync($"/v1/platforms/{platform}")).Ok().Json["displayName"]);
        var config = (await _admin.GetAsync($"/v1/tenants/{tenant}/config")).Ok();
        Assert.Equal(("50", "\"Mine\""), (config.At("/quotas/requestsPerMinute"), config.At("/branding/productName")));
        var revision = (await _admin.GetAsync($"/v1/tenants/{tenant}/revisions/1")).Ok().Json;
        Assert.Equal(("import", (string?)applied.Json["changeId"]), ((string?)revision["kind"], (string?)revision["changeId"]));
    }

    [Fact]
    public async Task Applying_again_changes_nothing()
    {
        var (platform, tenant) = (fixture.NewId("brand"), fixture.NewId("tenant"));
        (await _admin.SendAsync("POST", "/v1/apply", Body(platform, tenant))).Ok();

        var again = (await _admin.SendAsync("POST", "/v1/apply", Body(platform, tenant))).Ok();

        Assert.All(again.Json["items"]!.AsArray(), item => Assert.Empty(item!["write"]!["diff"]!["changes"]!.AsArray()));
        Assert.Equal("1", (await _admin.GetAsync($"/v1/platforms/{platform}")).Ok().At("/revision"));
        Assert.Equal("1", (await _admin.GetAsync($"/v1/tenants/{tenant}")).Ok().At("/revision"));
    }

    [Fact]
    public async Task Of_applies_that_make_one_tenant_at_once_none_is_refused_for_good()
    {
        var (platform, tenant) = (fixture.NewId("brand"), fixture.NewId("tenant"));
        (await _admin.SendAsync("POST", "/v1/platforms", $$"""{"id":"{{platform}}","displayName":"Applied"}""")).Is(HttpStatusCode.Created);

        var applied = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _admin.SendAsync("POST", "/v1/apply", Body(platform, tenant))));

        Assert.All(applied, answer => Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, answer.Text));
        Assert.Contains(applied, answer => answer.Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task One_bad_item_refuses_all()
    {
        var (platform, tenant) = (fixture.NewId("brand"), fixture.NewId("tenant"));

        var refused = (await _admin.SendAsync("POST", "/v1/apply", Body(platform, tenant, quota: 61))).Is(HttpStatusCode.UnprocessableEntity, "override_not_allowed");

        Assert.Equal("/items/2/document/quotas/requestsPerMinute", (string?)Assert.Single(refused.Violations())!["pointer"]);
        (await _admin.GetAsync($"/v1/platforms/{platform}")).Is(HttpStatusCode.NotFound);
        (await _admin.GetAsync($"/v1/tenants/{tenant}")).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_dry_run_makes_nothing_and_names_what_would_be_refused()
    {
        var (platform, tenant) = (fixture.NewId("brand"), fixture.NewId("tenant"));

        var dry = (await _admin.SendAsync("POST", "/v1/apply?dryRun=true", Body(platform, tenant, quota: 61))).Ok();

        Assert.Equal("\"atMost\"", dry.At("/items/2/write/violations/0/rule"));
        (await _admin.GetAsync($"/v1/platforms/{platform}")).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_dry_run_tells_whom_each_document_above_tenants_reaches()
    {
        var (platform, tenant) = (fixture.NewId("brand"), fixture.NewId("tenant"));
        (await _admin.SendAsync("POST", "/v1/apply", Body(platform, tenant))).Ok();

        var dry = (await _admin.SendAsync("POST", "/v1/apply?dryRun=true", Body(platform, tenant, segment: 40))).Ok();

        Assert.Equal(("0", "1", null), (dry.At("/items/0/write/impact/tenantsAffected"), dry.At("/items/1/write/impact/tenantsAffected"), dry.At("/items/2/write/impact")));
        Assert.Equal($"\"{tenant}\"", dry.At("/items/1/write/impact/narrowed/first/0/tenant"));
    }

    [Fact]
    public async Task A_segment_that_uses_what_its_platform_grants_in_the_same_apply_narrows_nobody()
    {
        var (platform, tenant) = (fixture.NewId("brand"), fixture.NewId("tenant"));
        (await _admin.SendAsync("POST", "/v1/apply", Body(platform, tenant))).Ok();
        await fixture.TenantAsync(platform, ",\"tier\":\"free\"");

        var dry = (await _admin.SendAsync("POST", "/v1/apply?dryRun=true", Body(platform, tenant, 700, 900, 800))).Ok();

        Assert.Equal(("1", "0"), (dry.At("/items/1/write/impact/tenantsAffected"), dry.At("/items/1/write/impact/narrowed/count")));
    }

    [Fact]
    public async Task Parts_of_one_document_come_in_several_items()
    {
        var platform = fixture.NewId("brand");

        (await _admin.SendAsync("POST", "/v1/apply", $$$"""
            {"items":[{"kind":"platform","id":"{{{platform}}}","document":{"displayName":"Cut"} },
                      {"kind":"platform","id":"{{{platform}}}","document":{"quotas":{"requestsPerMinute":9} } }]}
            """)).Ok();

        Assert.Equal("""{"quotas":{"requestsPerMinute":9}}""", (await _admin.GetAsync($"/v1/platforms/{platform}/config?layer=own")).Ok().Text);
    }

    [Theory]
    [InlineData("""{"items":[{"kind":"brand","id":"abc","document":{}}]}""")]
    [InlineData("""{"items":[{"kind":"tenant","id":"abc","document":{}}]}""")]
    [InlineData("""{"items":[{"kind":"platform","id":"A","document":{}}]}""")]
    [InlineData("""{"items":[{"kind":"segment","id":"abc","platform":"nowhere","document":{}}]}""")]
    [InlineData("""{"items":[7]}""")]
    [InlineData("""{"items":{}}""")]
    [InlineData("""{"items":[{"kind":"platform","id":"abc","document":{"quotas":{}}},{"kind":"platform","id":"abc","document":{"quotas":{}}}]}""")]
    public async Task An_item_that_is_none_is_refused(string body) =>
        (await _admin.SendAsync("POST", "/v1/apply", body)).Is(HttpStatusCode.BadRequest, "invalid_argument");

    [Fact]
    public async Task A_platform_admin_applies_to_its_platform_only()
    {
        var (own, other) = (await fixture.PlatformAsync(), await fixture.PlatformAsync());
        var caller = await fixture.CallerAsync("platform-admin", own);

        (await caller.SendAsync("POST", "/v1/apply", Platform(own))).Ok();
        (await caller.SendAsync("POST", "/v1/apply", Platform(other))).Is(HttpStatusCode.Forbidden, "forbidden");
        (await caller.SendAsync("POST", "/v1/apply", """{"items":[{"kind":"allowlist","document":{}}]}""")).Is(HttpStatusCode.Forbidden, "forbidden");
    }

    private static string Platform(string id) => $$$"""{"items":[{"kind":"platform","id":"{{{id}}}","document":{"quotas":{"requestsPerMinute":5} } }]}""";

    private static string Body(string platform, string tenant, int quota = 50, int ceiling = 600, int segment = 60) => $$$"""
        {"items":[
            {"kind":"platform","id":"{{{platform}}}","document":{"displayName":"Applied","quotas":{"requestsPerMinute":{{{ceiling}}} } } },
            {"kind":"segment","id":"free","platform":"{{{platform}}}","document":{"displayName":"Free","priority":1,"match":{"tier":["free"]},"config":{"quotas":{"requestsPerMinute":{{{segment}}} } } } },
            {"kind":"tenant","id":"{{{tenant}}}","platform":"{{{platform}}}","document":{"displayName":"Tenant","tier":"free","quotas":{"requestsPerMinute":{{{quota}}} },"branding":{"productName":"Mine"} } }]}
        """;
}
