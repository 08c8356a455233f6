using System.Net;

namespace Strata.Server.Tests.Configuration;

public sealed class OverridesTests(StrataFixture fixture)
{
    private const string Ceiling = """{"quotas":{"requestsPerMinute":600}}""";

    [Theory]
    [InlineData(599)]
    [InlineData(600)]
    public async Task A_tenant_value_up_to_the_ceiling_is_in_force_at_once(int value)
    {
        var (tenant, caller) = await TenantAsync(Ceiling);

        var write = (await caller.PatchAsync($"/v1/tenants/{tenant}/overrides", Quota(value))).Ok();

        Assert.Equal($"{value}", write.At("/document/quotas/requestsPerMinute"));
        Assert.Equal("1", write.At("/revision"));
        Assert.Equal($"{value}", (await caller.GetAsync($"/v1/tenants/{tenant}/config")).Ok().At("/quotas/requestsPerMinute"));
    }

    [Fact]
    public async Task A_tenant_value_above_the_ceiling_is_refused_with_pointer_rule_inherited_value_and_layer()
    {
        var (tenant, caller) = await TenantAsync(Ceiling);

        var refused = (await caller.PatchAsync($"/v1/tenants/{tenant}/overrides", Quota(601))).Is(HttpStatusCode.UnprocessableEntity, "override_not_allowed");

        var violation = Assert.Single(refused.Violations())!;
        Assert.Equal("/quotas/requestsPerMinute", (string?)violation["pointer"]);
        Assert.Equal("atMost", (string?)violation["rule"]);
        Assert.Equal(600, (int?)violation["inherited"]);
        Assert.Equal("platform", (string?)violation["layer"]);
        Assert.Equal("{}", (await caller.GetAsync($"/v1/tenants/{tenant}/overrides")).Text);
    }

    [Fact]
    public async Task A_lowered_ceiling_narrows_the_tenant_and_keeps_its_override()
    {
        var platform = await fixture.PlatformAsync(Ceiling);
        var tenant = await fixture.TenantAsync(platform);
        var caller = await fixture.CallerAsync("tenant-admin", tenant: tenant);
        (await caller.PatchAsync($"/v1/tenants/{tenant}/overrides", Quota(500))).Ok();

        (await fixture.Admin.PatchAsync($"/v1/platforms/{platform}/config", Quota(300))).Ok();

        Assert.Equal("300", (await caller.GetAsync($"/v1/tenants/{tenant}/config/quotas")).Ok().At("/requestsPerMinute"));
        Assert.Equal("500", (await caller.GetAsync($"/v1/tenants/{tenant}/overrides/quotas")).Ok().At("/requestsPerMinute"));
        var explained = (await caller.GetAsync($"/v1/tenants/{tenant}/config/explain?pointer=/quotas/requestsPerMinute")).Ok();
        Assert.Equal("true", explained.At("/items/0/narrowed"));
        Assert.Equal("500", explained.At("/items/0/shadowed/0/value"));
    }

    [Fact]
    public async Task A_write_needs_the_revision_that_it_is_based_on()
    {
        var (tenant, caller) = await TenantAsync(Ceiling);

        (await caller.SendAsync("PATCH", $"/v1/tenants/{tenant}/overrides", Quota(1))).Is((HttpStatusCode)428, "precondition_required");
    }

    [Fact]
    public async Task A_write_on_a_former_revision_is_refused()
    {
        var (tenant, caller) = await TenantAsync(Ceiling);
        var etag = (await caller.GetAsync($"/v1/tenants/{tenant}/overrides")).Ok()["ETag"];
        (await caller.PatchAsync($"/v1/tenants/{tenant}/overrides", Quota(1))).Ok();

        (await caller.SendAsync("PATCH", $"/v1/tenants/{tenant}/overrides", Quota(2), $"If-Match: {etag}")).Is(HttpStatusCode.PreconditionFailed, "revision_mismatch");
    }

    [Fact]
    public async Task Of_writes_on_the_same_revision_one_wins()
    {
        var (tenant, caller) = await TenantAsync(Ceiling);
        var etag = (await caller.GetAsync($"/v1/tenants/{tenant}/overrides")).Ok()["ETag"];

        var results = await Task.WhenAll(Enumerable.Range(1, 5).Select(value => caller.SendAsync("PATCH", $"/v1/tenants/{tenant}/overrides", Quota(value), $"If-Match: {etag}")));

        Assert.Single(results, result => result.Status == HttpStatusCode.OK);
        Assert.All(results.Where(result => result.Status != HttpStatusCode.OK), result => result.Is(HttpStatusCode.PreconditionFailed, "revision_mismatch"));
    }

    [Fact]
    public async Task A_write_that_changes_nothing_makes_no_revision()
    {
        var (tenant, caller) = await TenantAsync(Ceiling);
        var first = (await caller.PatchAsync($"/v1/tenants/{tenant}/overrides", Quota(5))).Ok();

        var second = (await caller.PatchAsync($"/v1/tenants/{tenant}/overrides", Quota(5))).Ok();

        Assert.Equal(first["ETag"], second["ETag"]);
        Assert.Single((await caller.GetAsync($"/v1/tenants/{tenant}/revisions")).Ok().Json["items"]!.AsArray());
    }

    [Fact]
    public async Task A_dry_run_tells_what_would_be_refused_and_changes_nothing()
    {
        var (tenant, caller) = await TenantAsync(Ceiling);

        var dry = (await caller.SendAsync("PATCH", $"/v1/tenants/{tenant}/overrides?dryRun=true", Quota(900))).Ok();

        Assert.Equal("atMost", (string?)Assert.Single(dry.Violations())!["rule"]);
        Assert.Equal("{}", (await caller.GetAsync($"/v1/tenants/{tenant}/overrides")).Text);
    }

    [Fact]
    public async Task A_dry_run_of_a_good_write_has_no_violations()
    {
        var (tenant, caller) = await TenantAsync(Ceiling);

        var dry = (await caller.SendAsync("PATCH", $"/v1/tenants/{tenant}/overrides?dryRun=true", Quota(9))).Ok();

        Assert.Empty(dry.Violations());
        Assert.Equal("add", (string?)dry.Json["diff"]!["changes"]![0]!["op"]);
    }

    [Fact]
    public async Task Null_unsets_and_the_inherited_value_shows_again()
    {
        var (tenant, caller) = await TenantAsync(Ceiling);
        (await caller.PatchAsync($"/v1/tenants/{tenant}/overrides", Quota(5))).Ok();

        (await caller.PatchAsync($"/v1/tenants/{tenant}/overrides", """{"quotas":{"requestsPerMinute":null}}""")).Ok();

        Assert.Equal("{}", (await caller.GetAsync($"/v1/tenants/{tenant}/overrides")).Text);
        Assert.Equal("600", (await caller.GetAsync($"/v1/tenants/{tenant}/config")).Ok().At("/quotas/requestsPerMinute"));
    }

    [Fact]
    public async Task A_json_patch_is_taken()
    {
        var (tenant, caller) = await TenantAsync(Ceiling);

        var write = await caller.WriteAsync(
            "PATCH", $"/v1/tenants/{tenant}/overrides", $"/v1/tenants/{tenant}/overrides",
            """[{"op":"add","path":"/quotas","value":{"requestsPerMinute":7}}]""", "Content-Type: application/json-patch+json");

        Assert.Equal("7", write.Ok().At("/document/quotas/requestsPerMinute"));
    }

    [Fact]
    public async Task A_section_is_put_and_deleted()
    {
        var (tenant, caller) = await TenantAsync(Ceiling);
        var overrides = $"/v1/tenants/{tenant}/overrides";
        (await caller.WriteAsync("PUT", overrides, $"{overrides}/quotas", """{"requestsPerMinute":8}""")).Ok();
        Assert.Equal("8", (await caller.GetAsync($"{overrides}/quotas")).Ok().At("/requestsPerMinute"));

        (await caller.WriteAsync("DELETE", overrides, $"{overrides}/quotas")).Ok();

        Assert.Equal("{}", (await caller.GetAsync($"{overrides}/quotas")).Ok().Text);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    [InlineData("PUT")]
    public async Task A_section_that_there_is_not_is_not_found(string method)
    {
        var (tenant, caller) = await TenantAsync(Ceiling);

        (await caller.SendAsync(method, $"/v1/tenants/{tenant}/overrides/nonsense", method == "PUT" ? "{}" : null, "If-Match: *")).Is(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task A_value_of_another_type_is_a_schema_violation()
    {
        var (tenant, caller) = await TenantAsync(Ceiling);

        var refused = (await caller.PatchAsync($"/v1/tenants/{tenant}/overrides", """{"quotas":{"requestsPerMinute":"many"},"nonsense":1}""")).Is(HttpStatusCode.UnprocessableEntity, "schema_violation");

        Assert.Equal(["/nonsense", "/quotas/requestsPerMinute"], refused.Violations().Select(violation => (string?)violation!["pointer"]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_credential_in_plain_text_is_refused_and_never_repeated()
    {
        var (tenant, caller) = await TenantAsync("{}");
        const string secret = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD";

        var refused = await caller.PatchAsync($"/v1/tenants/{tenant}/overrides", $$$"""{"branding":{"productName":"{{{secret}}}"}}""");

        refused.Is(HttpStatusCode.UnprocessableEntity, "plaintext_secret");
        Assert.DoesNotContain(secret, refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suspended_tenant_is_written_by_platform_admins_only()
    {
        var (tenant, caller) = await TenantAsync(Ceiling);
        (await fixture.Admin.SendAsync("POST", $"/v1/tenants/{tenant}/suspend")).Ok();

        (await caller.PatchAsync($"/v1/tenants/{tenant}/overrides", Quota(5))).Is(HttpStatusCode.Conflict, "conflict");

        (await fixture.Admin.PatchAsync($"/v1/tenants/{tenant}/overrides", Quota(5))).Ok();
    }

    [Fact]
    public async Task A_comment_stands_in_history()
    {
        var (tenant, caller) = await TenantAsync(Ceiling);

        (await caller.PatchAsync($"/v1/tenants/{tenant}/overrides?comment=Less%20is%20more", Quota(5))).Ok();

        Assert.Equal("Less is more", (string?)(await caller.GetAsync($"/v1/tenants/{tenant}/revisions/1")).Ok().Json["comment"]);
    }

    private async Task<(string Tenant, TestClient Caller)> TenantAsync(string config)
    {
        var tenant = await fixture.TenantAsync(await fixture.PlatformAsync(config));
        return (tenant, await fixture.CallerAsync("tenant-admin", tenant: tenant));
    }

    private static string Quota(int value) => $$$"""{"quotas":{"requestsPerMinute":{{{value}}}}}""";
}
