using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Strata.Storage;

namespace Strata.Server.Tests.Revisions;

public sealed class RevisionTests(StrataFixture fixture)
{
    private readonly TestClient _admin = fixture.Admin;

    [Fact]
    public async Task History_is_listed_newest_first_page_by_page()
    {
        var path = await WrittenAsync(1, 2, 3);

        var first = (await _admin.GetAsync($"{path}/revisions?limit=2")).Ok();
        var second = (await _admin.GetAsync($"{path}/revisions?limit=2&cursor={(string?)first.Json["nextCursor"]}")).Ok();

        Assert.Equal(("[3,2]", "[1]", null), (Numbers(first), Numbers(second), second.At("/nextCursor")));
    }

    [Fact]
    public async Task A_revision_says_who_when_and_what()
    {
        var path = await WrittenAsync(1, 2);

        var revision = (await _admin.GetAsync($"{path}/revisions/2")).Ok().Json;

        Assert.Equal(("tenant", "change", 1, "urn:strata:development|platform-admin"), ((string?)revision["layer"], (string?)revision["kind"], (int?)revision["parent"], (string?)revision["author"]));
        Assert.Equal("""{"quotas":{"requestsPerMinute":2}}""", revision["document"]!.ToJsonString());
        Assert.Null(revision["restores"]);
    }

    [Theory]
    [InlineData("/revisions")]
    [InlineData("/revisions/2")]
    [InlineData("/revisions/diff?from=1")]
    public async Task An_older_copy_of_a_tenants_database_denies_no_revision(string path)
    {
        await using var server = await TestServer.StartAsync(await fixture.SettingsAsync());
        var admin = new TestClient(server, await server.TokenAsync("platform-admin"));
        (await admin.SendAsync("POST", "/v1/platforms", """{"id":"brand","displayName":"Brand"}""")).Is(HttpStatusCode.Created);
        (await admin.SendAsync("POST", "/v1/tenants", """{"id":"acme","platform":"brand","displayName":"Acme"}""")).Is(HttpStatusCode.Created);
        (await admin.PatchAsync("/v1/tenants/acme/overrides", """{"quotas":{"requestsPerMinute":1}}""")).Ok();
        await using (var published = server.Services.GetRequiredService<SharedDatabase>().Source.CreateCommand("update layer_head set number = 2 where layer = 'tenant:acme'"))
            await published.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        (await admin.GetAsync($"/v1/tenants/acme{path}")).Is(HttpStatusCode.ServiceUnavailable, "unavailable");
    }

    [Fact]
    public async Task Two_revisions_are_compared()
    {
        var path = await WrittenAsync(1, 2);

        var diff = (await _admin.GetAsync($"{path}/revisions/diff?from=1&to=2")).Ok();

        Assert.Equal("""{"from":1,"to":2,"changes":[{"pointer":"/quotas/requestsPerMinute","op":"replace","before":1,"after":2}]}""", diff.Text);
    }

    [Fact]
    public async Task A_comparison_starts_at_the_beginning_and_ends_now()
    {
        var path = await WrittenAsync(1, 2);

        var diff = (await _admin.GetAsync($"{path}/revisions/diff?from=0")).Ok();

        Assert.Equal("""{"from":0,"to":2,"changes":[{"pointer":"/quotas/requestsPerMinute","op":"add","after":2}]}""", diff.Text);
    }

    [Fact]
    public async Task A_rollback_is_a_new_revision_with_an_old_document()
    {
        var path = await WrittenAsync(1, 2);

        var write = (await _admin.SendAsync("POST", $"{path}/revisions/1/rollback", """{"comment":"Back"}""")).Ok();

        Assert.Equal("\"tenant.1.3\"", write["ETag"]);
        var revision = (await _admin.GetAsync($"{path}/revisions/3")).Ok().Json;
        Assert.Equal(("rollback", 1, "Back"), ((string?)revision["kind"], (int?)revision["restores"], (string?)revision["comment"]));
        Assert.Equal("1", (await _admin.GetAsync($"{path}/config")).Ok().At("/quotas/requestsPerMinute"));
    }

    [Fact]
    public async Task A_tenants_rollback_restores_values_above_todays_ceiling_narrowed()
    {
        var platform = await fixture.PlatformAsync("""{"quotas":{"requestsPerMinute":600}}""");
        var tenant = await fixture.TenantAsync(platform);
        var path = $"/v1/tenants/{tenant}";
        (await _admin.PatchAsync($"{path}/overrides", Quota(500))).Ok();
        (await _admin.PatchAsync($"{path}/overrides", Quota(100))).Ok();
        (await _admin.PatchAsync($"/v1/platforms/{platform}/config", Quota(300))).Ok();

        var write = (await _admin.SendAsync("POST", $"{path}/revisions/1/rollback")).Ok();

        Assert.Equal("""[{"pointer":"/quotas/requestsPerMinute","layer":"tenant","rule":"atMost","from":500,"to":300}]""", write.At("/narrowed"));
        Assert.Equal("300", (await _admin.GetAsync($"{path}/config")).Ok().At("/quotas/requestsPerMinute"));
    }

    [Fact]
    public async Task A_platform_is_rolled_back_too()
    {
        var platform = await fixture.PlatformAsync(Quota(600));
        (await _admin.PatchAsync($"/v1/platforms/{platform}/config", Quota(300))).Ok();

        (await _admin.SendAsync("POST", $"/v1/platforms/{platform}/revisions/1/rollback")).Ok();

        Assert.Equal("600", (await _admin.GetAsync($"/v1/platforms/{platform}/config/quotas")).Ok().At("/requestsPerMinute"));
    }

    [Fact]
    public async Task A_dry_run_rolls_nothing_back()
    {
        var path = await WrittenAsync(1, 2);

        var dry = (await _admin.SendAsync("POST", $"{path}/revisions/1/rollback?dryRun=true")).Ok();

        Assert.Empty(dry.Violations());
        Assert.Equal("[2,1]", Numbers((await _admin.GetAsync($"{path}/revisions")).Ok()));
    }

    [Theory]
    [InlineData("GET", "/revisions/7")]
    [InlineData("GET", "/revisions/0")]
    [InlineData("GET", "/revisions/diff?from=1&to=9")]
    [InlineData("POST", "/revisions/9/rollback")]
    [InlineData("GET", "/revisions/x")]
    public async Task A_revision_that_there_is_not_is_not_found(string method, string suffix)
    {
        var path = await WrittenAsync(1);

        (await _admin.SendAsync(method, path + suffix)).Is(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task A_comparison_needs_a_beginning()
    {
        var path = await WrittenAsync(1);

        (await _admin.GetAsync($"{path}/revisions/diff")).Is(HttpStatusCode.BadRequest, "invalid_argument");
    }

    [Fact]
    public async Task A_tenant_does_not_learn_who_changed_its_attributes()
    {
        var tenant = await fixture.TenantAsync(await fixture.PlatformAsync());
        var caller = await fixture.CallerAsync("tenant-admin", tenant: tenant);

        Assert.Equal("platform", (string?)(await caller.GetAsync($"/v1/tenants/{tenant}/attributes/revisions/1")).Ok().Json["author"]);
    }

    private async Task<string> WrittenAsync(params int[] values)
    {
        var path = $"/v1/tenants/{await fixture.TenantAsync(await fixture.PlatformAsync())}";
        foreach (var value in values)
            (await _admin.PatchAsync($"{path}/overrides", Quota(value))).Ok();
        return path;
    }

    private static string Numbers(Got page) => $"[{string.Join(',', page.Json["items"]!.AsArray().Select(item => (int)item!["number"]!))}]";

    private static string Quota(int value) => $$$"""{"quotas":{"requestsPerMinute":{{{value}}}}}""";
}
