using System.Net;

namespace Strata.Server.Tests.Tenants;

public sealed class TenantTests(StrataFixture fixture)
{
    private readonly TestClient _admin = fixture.Admin;

    [Fact]
    public async Task A_tenant_is_made_with_its_database()
    {
        var (platform, id) = (await fixture.PlatformAsync(), fixture.NewId("tenant"));

        var made = (await _admin.SendAsync("POST", "/v1/tenants", $$"""{"id":"{{id}}","platform":"{{platform}}","displayName":"Acme","tier":"pro","labels":{"pilot":"yes"} }""")).Is(HttpStatusCode.Created);

        Assert.Equal(($"/v1/tenants/{id}", "\"attributes.1\""), (made["Location"], made["ETag"]));
        Assert.Equal(("active", "pro", "yes"), ((string?)made.Json["status"], (string?)made.Json["tier"], (string?)made.Json["labels"]!["pilot"]));
        Assert.Equal(made.Text, (await _admin.GetAsync($"/v1/tenants/{id}")).Ok().Text);
        Assert.Equal("\"tenant.1.0\"", (await _admin.GetAsync($"/v1/tenants/{id}/overrides")).Ok()["ETag"]);
    }

    [Fact]
    public async Task The_region_defaults_to_the_platforms_first()
    {
        var platform = await fixture.PlatformAsync("""{"residency":{"dataRegions":["eu","us"]}}""");

        var tenant = await fixture.TenantAsync(platform);

        Assert.Equal("eu", (string?)(await _admin.GetAsync($"/v1/tenants/{tenant}")).Ok().Json["region"]);
    }

    [Fact]
    public async Task An_id_is_never_given_twice()
    {
        var (platform, other) = (await fixture.PlatformAsync(), await fixture.PlatformAsync());
        var id = await fixture.TenantAsync(platform);

        (await _admin.SendAsync("POST", "/v1/tenants", $$"""{"id":"{{id}}","platform":"{{other}}","displayName":"x"}""")).Is(HttpStatusCode.Conflict, "conflict");
    }

    [Theory]
    [InlineData("""{"platform":"P","displayName":"x"}""", "/id")]
    [InlineData("""{"id":"Bad Id","platform":"P","displayName":"x"}""", "/id")]
    [InlineData("""{"id":"fine","displayName":"x"}""", "/platform")]
    [InlineData("""{"id":"fine","platform":"P"}""", "/displayName")]
    [InlineData("""{"id":"fine","platform":"P","displayName":"x","labels":[]}""", "/labels")]
    [InlineData("""{"id":"fine","platform":"P","displayName":"x","status":"active"}""", "/status")]
    public async Task A_wrong_wish_is_refused_with_its_place(string body, string pointer)
    {
        var platform = await fixture.PlatformAsync();

        var refused = await _admin.SendAsync("POST", "/v1/tenants", body.Replace("\"P\"", $"\"{platform}\"", StringComparison.Ordinal));

        Assert.Equal(pointer, (string?)Assert.Single(refused.Is(HttpStatusCode.BadRequest, "invalid_argument").Violations())!["pointer"]);
    }

    [Fact]
    public async Task A_label_that_is_no_text_is_refused()
    {
        var platform = await fixture.PlatformAsync();

        var refused = await _admin.SendAsync("POST", "/v1/tenants", $$"""{"id":"{{fixture.NewId("tenant")}}","platform":"{{platform}}","displayName":"x","labels":{"pilot":1} }""");

        Assert.Equal("/labels/pilot", (string?)refused.Is(HttpStatusCode.UnprocessableEntity, "schema_violation").Violations()[0]!["pointer"]);
    }

    [Fact]
    public async Task A_platform_that_there_is_not_gets_no_tenants() =>
        (await _admin.SendAsync("POST", "/v1/tenants", """{"id":"orphan","platform":"nowhere","displayName":"x"}""")).Is(HttpStatusCode.BadRequest, "invalid_argument");

    [Fact]
    public async Task Attributes_are_changed_with_their_history()
    {
        var path = $"/v1/tenants/{await fixture.TenantAsync(await fixture.PlatformAsync())}";

        var write = (await _admin.PatchAsync(path, """{"tier":"pro","labels":{"ring":"one"}}""")).Ok();

        Assert.Equal("\"attributes.2\"", write["ETag"]);
        Assert.Equal("pro", (string?)(await _admin.GetAsync(path)).Ok().Json["tier"]);
        Assert.Equal(2, (await _admin.GetAsync($"{path}/attributes/revisions")).Ok().Json["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task Attributes_are_put_back_by_a_rollback()
    {
        var path = $"/v1/tenants/{await fixture.TenantAsync(await fixture.PlatformAsync(), ""","tier":"free" """)}";
        (await _admin.PatchAsync(path, """{"tier":"pro"}""")).Ok();
        (await _admin.SendAsync("POST", $"{path}/suspend")).Ok();

        (await _admin.SendAsync("POST", $"{path}/attributes/revisions/1/rollback")).Ok();

        var tenant = (await _admin.GetAsync(path)).Ok().Json;
        Assert.Equal(("free", "suspended"), ((string?)tenant["tier"], (string?)tenant["status"]));
    }

    [Fact]
    public async Task Without_labels_there_is_no_member_labels()
    {
        var path = $"/v1/tenants/{await fixture.TenantAsync(await fixture.PlatformAsync())}";

        Assert.Equal("\"attributes.1\"", (await _admin.PatchAsync(path, """{"labels":{}}""")).Ok()["ETag"]);
        (await _admin.PatchAsync(path, """{"labels":{"pilot":"yes"}}""")).Ok();
        (await _admin.PatchAsync(path, """{"labels":{"pilot":null}}""")).Ok();

        Assert.Equal("""{"displayName":"Tenant","status":"active"}""", (await _admin.GetAsync($"{path}/attributes/revisions/3")).Ok().At("/document"));
    }

    [Fact]
    public async Task A_patch_does_not_change_the_status()
    {
        var path = $"/v1/tenants/{await fixture.TenantAsync(await fixture.PlatformAsync())}";

        var refused = (await _admin.PatchAsync(path, """{"status":"suspended"}""")).Is(HttpStatusCode.UnprocessableEntity, "schema_violation");

        Assert.Equal("/status", (string?)refused.Violations()[0]!["pointer"]);
    }

    [Fact]
    public async Task A_dry_run_tells_that_a_patch_would_not_change_the_status()
    {
        var path = $"/v1/tenants/{await fixture.TenantAsync(await fixture.PlatformAsync())}";

        var told = (await _admin.PatchAsync($"{path}?dryRun=true", """{"status":"suspended"}""")).Ok();

        Assert.Equal(("/status", "readOnly"), ((string?)told.Violations()[0]!["pointer"], (string?)told.Violations()[0]!["rule"]));
        Assert.Equal("active", (string?)(await _admin.GetAsync(path)).Ok().Json["status"]);
    }

    [Fact]
    public async Task A_change_of_tier_tells_in_a_dry_run_which_segment_is_joined()
    {
        var platform = await fixture.PlatformAsync();
        (await _admin.SendAsync("PUT", $"/v1/platforms/{platform}/segments/pro", """{"match":{"tier":["pro"]},"config":{"quotas":{"requestsPerMinute":9}}}""", "If-None-Match: *")).Is(HttpStatusCode.Created);
        var tenant = await fixture.TenantAsync(platform);

        var dry = (await _admin.SendAsync("PATCH", $"/v1/tenants/{tenant}?dryRun=true", """{"tier":"pro"}""")).Ok();

        Assert.Equal($$"""[{"tenant":"{{tenant}}","segment":"pro"}]""", dry.At("/impact/joining/first"));
        Assert.Equal("1", dry.At("/impact/tenantsAffected"));
    }

    [Fact]
    public async Task A_change_of_tier_is_answered_with_the_vector_that_readers_will_see()
    {
        var platform = await fixture.PlatformAsync();
        foreach (var tier in new[] { "free", "pro" })
            (await _admin.SendAsync("PUT", $"/v1/platforms/{platform}/segments/{tier}", $$"""{"match":{"tier":["{{tier}}"]},"config":{} }""", "If-None-Match: *")).Is(HttpStatusCode.Created);
        var path = $"/v1/tenants/{await fixture.TenantAsync(platform, ""","tier":"free" """)}";
        var before = (await _admin.GetAsync($"{path}/config")).Ok()["X-Strata-Revision"];

        var dry = (await _admin.PatchAsync($"{path}?dryRun=true", """{"tier":"pro"}""")).Ok();
        var written = (await _admin.PatchAsync(path, """{"tier":"pro"}""")).Ok();
        var after = (await _admin.GetAsync($"{path}/config?minRevision={Uri.EscapeDataString(written["X-Strata-Revision"]!)}")).Ok()["X-Strata-Revision"];
        var suspended = (await _admin.SendAsync("POST", $"{path}/suspend")).Ok();

        Assert.Equal((before, after), (dry["X-Strata-Revision"], written["X-Strata-Revision"]));
        Assert.Equal((await _admin.GetAsync($"{path}/config")).Ok()["X-Strata-Revision"], suspended["X-Strata-Revision"]);
        Assert.Contains("segment.pro:1;attributes:2", after, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenant_is_suspended_and_resumed()
    {
        var path = $"/v1/tenants/{await fixture.TenantAsync(await fixture.PlatformAsync())}";

        var suspended = (await _admin.SendAsync("POST", $"{path}/suspend", """{"reason":"Invoice overdue"}""")).Ok();
        var again = (await _admin.SendAsync("POST", $"{path}/suspend")).Ok();
        var resumed = (await _admin.SendAsync("POST", $"{path}/resume")).Ok();

        Assert.Equal(("suspended", "active"), ((string?)suspended.Json["status"], (string?)resumed.Json["status"]));
        Assert.Equal(suspended["ETag"], again["ETag"]);
        Assert.Equal("\"attributes.3\"", resumed["ETag"]);
    }

    [Fact]
    public async Task An_action_honours_if_match()
    {
        var path = $"/v1/tenants/{await fixture.TenantAsync(await fixture.PlatformAsync())}";

        (await _admin.SendAsync("POST", $"{path}/suspend", null, "If-Match: \"attributes.9\"")).Is(HttpStatusCode.PreconditionFailed, "revision_mismatch");
    }

    [Fact]
    public async Task A_list_is_filtered()
    {
        var platform = await fixture.PlatformAsync();
        var (first, second) = (await fixture.TenantAsync(platform), await fixture.TenantAsync(platform));
        (await _admin.SendAsync("POST", $"/v1/tenants/{second}/suspend")).Ok();

        Assert.Equal([first, second], await ListAsync($"?platform={platform}"));
        Assert.Equal([second], await ListAsync($"?platform={platform}&status=suspended"));
        Assert.Equal([first], await ListAsync($"?platform={platform}&q={first.ToUpperInvariant()}"));
        (await _admin.GetAsync("/v1/tenants?status=asleep")).Is(HttpStatusCode.BadRequest, "invalid_argument");
    }

    private async Task<IEnumerable<string?>> ListAsync(string query) =>
        (await _admin.GetAsync("/v1/tenants" + query)).Ok().Json["items"]!.AsArray().Select(tenant => (string?)tenant!["id"]);
}
