using System.Net;

namespace Strata.Server.Tests.Platforms;

public sealed class PlatformTests(StrataFixture fixture)
{
    private readonly TestClient _admin = fixture.Admin;

    [Fact]
    public async Task A_platform_is_made_and_read()
    {
        var id = fixture.NewId("brand");

        var made = (await _admin.SendAsync("POST", "/v1/platforms", $$"""{"id":"{{id}}","displayName":"A brand"}""")).Is(HttpStatusCode.Created);

        Assert.Equal(($"/v1/platforms/{id}", "\"platform.0\""), (made["Location"], made["ETag"]));
        Assert.Equal("A brand", (string?)(await _admin.GetAsync($"/v1/platforms/{id}")).Ok().Json["displayName"]);
        Assert.Equal("{}", (await _admin.GetAsync($"/v1/platforms/{id}/config?layer=own")).Ok().Text);
    }

    [Fact]
    public async Task What_is_over_when_it_is_written_is_left_out_and_named()
    {
        var platform = await fixture.PlatformAsync();

        var written = (await _admin.PatchAsync(
            $"/v1/platforms/{platform}/config",
            """{"guardrails":{"exemptions":{"trial":{"check":"pii","expiresAt":"2020-01-01T00:00:00Z","reason":"trial","tenants":["acme"]}}}}""")).Ok();

        Assert.Equal("/guardrails/exemptions/trial", (string?)Assert.Single(written.Json["warnings"]!.AsArray())!["pointer"]);
        Assert.Equal("{}", (await _admin.GetAsync($"/v1/platforms/{platform}/config?layer=own")).Ok().Text);
    }

    [Fact]
    public async Task An_id_is_given_once()
    {
        var id = await fixture.PlatformAsync();

        (await _admin.SendAsync("POST", "/v1/platforms", $$"""{"id":"{{id}}","displayName":"Another"}""")).Is(HttpStatusCode.Conflict, "conflict");
    }

    [Theory]
    [InlineData("""{"id":"No","displayName":"x"}""", "/id")]
    [InlineData("""{"id":"good"}""", "/displayName")]
    [InlineData("""{"id":"good","displayName":""}""", "/displayName")]
    [InlineData("""{"id":"good","displayName":7}""", "/displayName")]
    [InlineData("""{"id":"good","displayName":"x","more":1}""", "/more")]
    public async Task A_wrong_wish_is_refused_with_its_place(string body, string pointer)
    {
        var refused = (await _admin.SendAsync("POST", "/v1/platforms", body)).Is(HttpStatusCode.BadRequest, "invalid_argument");

        Assert.Equal(pointer, (string?)Assert.Single(refused.Violations())!["pointer"]);
    }

    [Fact]
    public async Task The_effective_defaults_hold_core_and_the_own_document_does_not()
    {
        var path = $"/v1/platforms/{await fixture.PlatformAsync("""{"quotas":{"requestsPerMinute":600}}""")}/config";

        var (effective, own) = ((await _admin.GetAsync(path)).Ok(), (await _admin.GetAsync(path + "?layer=own")).Ok());

        Assert.NotNull(effective.Json["guardrails"]);
        Assert.Equal("""{"quotas":{"requestsPerMinute":600}}""", own.Text);
        Assert.Equal("\"platform.1\"", effective["ETag"]);
        Assert.Equal(effective["ETag"], own["ETag"]);
        Assert.Equal("600", (await _admin.GetAsync(path + "/quotas")).Ok().At("/requestsPerMinute"));
        (await _admin.GetAsync(path + "?layer=other")).Is(HttpStatusCode.BadRequest, "invalid_argument");
    }

    [Fact]
    public async Task A_section_is_put_and_deleted()
    {
        var path = $"/v1/platforms/{await fixture.PlatformAsync()}/config";
        (await _admin.WriteAsync("PUT", path, path + "/quotas", """{"requestsPerMinute":5}""")).Ok();
        Assert.Equal("""{"requestsPerMinute":5}""", (await _admin.GetAsync(path + "/quotas?layer=own")).Ok().Text);

        (await _admin.WriteAsync("DELETE", path, path + "/quotas")).Ok();

        Assert.Equal("{}", (await _admin.GetAsync(path + "?layer=own")).Ok().Text);
    }

    [Fact]
    public async Task A_dry_run_tells_whom_the_change_reaches()
    {
        var platform = await fixture.PlatformAsync("""{"quotas":{"requestsPerMinute":600}}""");
        var (tenant, _) = (await fixture.TenantAsync(platform), await fixture.TenantAsync(platform));
        (await _admin.PatchAsync($"/v1/tenants/{tenant}/overrides", """{"quotas":{"requestsPerMinute":500}}""")).Ok();

        var dry = (await _admin.SendAsync("PATCH", $"/v1/platforms/{platform}/config?dryRun=true", """{"quotas":{"requestsPerMinute":300}}""")).Ok();

        Assert.Equal("2", dry.At("/impact/tenantsAffected"));
        Assert.Equal($$"""[{"tenant":"{{tenant}}","pointer":"/quotas/requestsPerMinute","from":500,"to":300}]""", dry.At("/impact/narrowed/first"));
    }

    [Fact]
    public async Task An_impact_is_asked_for_a_patch_or_a_segment()
    {
        var platform = await fixture.PlatformAsync("""{"quotas":{"requestsPerMinute":600}}""");
        var tenant = await fixture.TenantAsync(platform, ""","tier":"free" """);
        await fixture.TenantAsync(platform);

        var patch = (await _admin.SendAsync("POST", $"/v1/platforms/{platform}/impact", """{"patch":{"quotas":{"requestsPerMinute":300}}}""")).Ok();
        var segment = (await _admin.SendAsync("POST", $"/v1/platforms/{platform}/impact", """{"segment":{"id":"free","match":{"tier":["free"]},"config":{"quotas":{"requestsPerMinute":60}}}}""")).Ok();

        Assert.Equal("2", patch.At("/tenantsAffected"));
        Assert.Equal("1", segment.At("/tenantsAffected"));
        Assert.Equal($$"""[{"tenant":"{{tenant}}","segment":"free"}]""", segment.At("/joining/first"));
        (await _admin.SendAsync("POST", $"/v1/platforms/{platform}/impact", "{}")).Is(HttpStatusCode.BadRequest, "invalid_argument");
    }

    [Fact]
    public async Task An_impact_honours_if_match()
    {
        var path = $"/v1/platforms/{await fixture.PlatformAsync("""{"quotas":{"requestsPerMinute":600}}""")}";
        (await _admin.SendAsync("PUT", $"{path}/segments/free", """{"match":{"tier":["free"]},"config":{}}""", "If-None-Match: *")).Is(HttpStatusCode.Created);
        const string Patch = """{"patch":{"quotas":{"requestsPerMinute":300}}}""";
        const string Segment = """{"segment":{"id":"free","match":{"tier":["free"]},"config":{"quotas":{"requestsPerMinute":60}}}}""";

        foreach (var (body, etag) in new[] { (Patch, "platform.1"), (Segment, "segment.free.1") })
        {
            (await _admin.SendAsync("POST", $"{path}/impact", body, $"If-Match: \"{etag}\"")).Ok();
            (await _admin.SendAsync("POST", $"{path}/impact", body, $"If-Match: \"{etag[..^1]}0\"")).Is(HttpStatusCode.PreconditionFailed, "revision_mismatch");
        }
    }

    [Fact]
    public async Task A_tenant_admin_sees_the_name_of_its_platform_and_no_more()
    {
        var platform = await fixture.PlatformAsync();
        var caller = await fixture.CallerAsync("tenant-admin", tenant: await fixture.TenantAsync(platform));

        Assert.Equal($$"""{"id":"{{platform}}","displayName":"Brand"}""", (await caller.GetAsync($"/v1/platforms/{platform}")).Ok().Text);
        Assert.Equal($$"""{"items":[{"id":"{{platform}}","displayName":"Brand"}],"nextCursor":null}""", (await caller.GetAsync("/v1/platforms")).Ok().Text);
        (await caller.GetAsync($"/v1/platforms/{platform}/config")).Is(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task A_list_is_read_page_by_page()
    {
        var platforms = new[] { await fixture.PlatformAsync(), await fixture.PlatformAsync(), await fixture.PlatformAsync() };
        var seen = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await _admin.GetAsync($"/v1/platforms?limit=1{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}")).Ok().Json;
            seen.Add((string)page["items"]!.AsArray().Single()!["id"]!);
            cursor = (string?)page["nextCursor"];
        }

        Assert.Equal(seen.Order(StringComparer.Ordinal), seen);
        Assert.Superset(platforms.ToHashSet(), seen.ToHashSet());
    }

    [Fact]
    public async Task An_unknown_platform_is_not_found()
    {
        foreach (var path in new[] { "", "/config", "/config?layer=own", "/config/quotas", "/segments", "/segments/free", "/revisions", "/revisions/1", "/revisions/diff?from=0" })
            (await _admin.GetAsync("/v1/platforms/nowhere" + path)).Is(HttpStatusCode.NotFound, "not_found");
        (await _admin.SendAsync("PATCH", "/v1/platforms/nowhere/config", "{}", "If-Match: *")).Is(HttpStatusCode.NotFound, "not_found");
    }
}
