using System.Net;

namespace Strata.Server.Tests.Segments;

public sealed class SegmentTests(StrataFixture fixture)
{
    private const string Free = """{"displayName":"Free","priority":10,"match":{"tier":["free"]},"config":{"quotas":{"requestsPerMinute":60}}}""";
    private readonly TestClient _admin = fixture.Admin;

    [Fact]
    public async Task A_segment_bounds_the_tenants_that_it_matches()
    {
        var (platform, path) = await PlatformAsync();
        var tenant = await fixture.TenantAsync(platform, ""","tier":"free" """);

        (await _admin.SendAsync("PUT", path, Free, "If-None-Match: *")).Is(HttpStatusCode.Created);

        var config = (await _admin.GetAsync($"/v1/tenants/{tenant}/config")).Ok();
        Assert.Equal("60", config.At("/quotas/requestsPerMinute"));
        Assert.Contains("segment.free:1", config["X-Strata-Revision"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_segment_is_read_as_it_was_put()
    {
        var (platform, path) = await PlatformAsync();
        (await _admin.SendAsync("PUT", path, Free, "If-None-Match: *")).Is(HttpStatusCode.Created);

        var read = (await _admin.GetAsync(path)).Ok();

        Assert.Equal("\"segment.free.1\"", read["ETag"]);
        Assert.Equal("""{"id":"free","displayName":"Free","priority":10,"match":{"tier":["free"]},"config":{"quotas":{"requestsPerMinute":60}},"revision":1}""", read.Text);
        Assert.Single((await _admin.GetAsync($"/v1/platforms/{platform}/segments")).Ok().Json["items"]!.AsArray());
    }

    [Fact]
    public async Task A_new_segment_needs_if_none_match()
    {
        var (_, path) = await PlatformAsync();

        (await _admin.SendAsync("PUT", path, Free)).Is((HttpStatusCode)428, "precondition_required");
        (await _admin.SendAsync("PUT", path, Free, "If-Match: *")).Is(HttpStatusCode.PreconditionFailed, "revision_mismatch");
        (await _admin.SendAsync("PUT", path, Free, "If-None-Match: *")).Is(HttpStatusCode.Created);
        (await _admin.SendAsync("PUT", path, Free, "If-None-Match: *")).Is(HttpStatusCode.PreconditionFailed, "revision_mismatch");
    }

    [Fact]
    public async Task A_deleted_segment_is_gone_and_its_numbers_go_on()
    {
        var (platform, path) = await PlatformAsync();
        (await _admin.SendAsync("PUT", path, Free, "If-None-Match: *")).Is(HttpStatusCode.Created);

        (await _admin.WriteAsync("DELETE", path, path)).Ok();

        (await _admin.GetAsync(path)).Is(HttpStatusCode.NotFound, "not_found");
        Assert.Equal("""{"items":[],"nextCursor":null}""", (await _admin.GetAsync($"/v1/platforms/{platform}/segments")).Ok().Text);
        Assert.Equal("\"segment.free.3\"", (await _admin.SendAsync("PUT", path, Free, "If-None-Match: *")).Is(HttpStatusCode.Created)["ETag"]);
    }

    [Fact]
    public async Task A_rollback_brings_a_deleted_segment_back()
    {
        var (_, path) = await PlatformAsync();
        (await _admin.SendAsync("PUT", path, Free, "If-None-Match: *")).Is(HttpStatusCode.Created);
        (await _admin.WriteAsync("DELETE", path, path)).Ok();

        (await _admin.SendAsync("POST", $"{path}/revisions/1/rollback", """{"comment":"Too early"}""")).Ok();

        Assert.Equal("3", (await _admin.GetAsync(path)).Ok().At("/revision"));
    }

    [Fact]
    public async Task A_dry_run_tells_who_joins_and_makes_nothing()
    {
        var (platform, path) = await PlatformAsync();
        var tenant = await fixture.TenantAsync(platform, ""","tier":"free" """);

        var dry = (await _admin.SendAsync("PUT", path + "?dryRun=true", Free)).Ok();

        Assert.Equal($$"""[{"tenant":"{{tenant}}","segment":"free"}]""", dry.At("/impact/joining/first"));
        (await _admin.GetAsync(path)).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_segment_without_a_match_is_refused()
    {
        var (_, path) = await PlatformAsync();

        (await _admin.SendAsync("PUT", path, """{"config":{}}""", "If-None-Match: *")).Is(HttpStatusCode.UnprocessableEntity, "schema_violation");
        (await _admin.SendAsync("PUT", path, "{}", "If-None-Match: *")).Is(HttpStatusCode.UnprocessableEntity, "schema_violation");
    }

    [Fact]
    public async Task A_segment_above_the_platform_is_refused_with_its_place_in_the_configuration()
    {
        var (_, path) = await PlatformAsync();

        var refused = await _admin.SendAsync("PUT", path, """{"match":{"all":true},"config":{"quotas":{"requestsPerMinute":601}}}""", "If-None-Match: *");

        Assert.Equal("/config/quotas/requestsPerMinute", (string?)refused.Is(HttpStatusCode.UnprocessableEntity, "override_not_allowed").Violations()[0]!["pointer"]);
    }

    private async Task<(string Platform, string Path)> PlatformAsync()
    {
        var platform = await fixture.PlatformAsync("""{"quotas":{"requestsPerMinute":600}}""");
        return (platform, $"/v1/platforms/{platform}/segments/free");
    }
}
