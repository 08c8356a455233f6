using System.Net;

namespace Strata.Server.Tests.Configuration;

public sealed class EffectiveTests(StrataFixture fixture)
{
    [Fact]
    public async Task A_client_that_has_the_document_gets_nothing_again()
    {
        var (path, caller) = await ConfigAsync();
        var first = (await caller.GetAsync(path)).Ok();

        var second = await caller.GetAsync(path, $"If-None-Match: {first["ETag"]}");

        Assert.Equal(HttpStatusCode.NotModified, second.Status);
        Assert.Equal("", second.Text);
        Assert.Equal(first["X-Strata-Revision"], second["X-Strata-Revision"]);
    }

    [Fact]
    public async Task The_revision_vector_names_every_layer()
    {
        var (path, caller) = await ConfigAsync();

        var vector = (await caller.GetAsync(path)).Ok()["X-Strata-Revision"]!;

        Assert.Matches(@"^core:[0-9a-f]{12};allowlist:\d+;platform:1;attributes:1;tenant:1\.0$", vector);
    }

    [Fact]
    public async Task A_write_answers_with_a_vector_that_the_next_read_reaches()
    {
        var (path, caller) = await ConfigAsync();
        var write = (await caller.PatchAsync(path.Replace("/config", "/overrides", StringComparison.Ordinal), """{"quotas":{"requestsPerMinute":5}}""")).Ok();

        var read = (await caller.GetAsync($"{path}?minRevision={Uri.EscapeDataString(write["X-Strata-Revision"]!)}")).Ok();

        Assert.Equal(write["X-Strata-Revision"], read["X-Strata-Revision"]);
        Assert.Equal("5", read.At("/quotas/requestsPerMinute"));
    }

    [Fact]
    public async Task A_revision_that_is_yet_to_come_is_not_answered_from_before_it()
    {
        var (path, caller) = await ConfigAsync();

        var got = await caller.GetAsync($"{path}?minRevision=core:x;tenant:1.99");

        Assert.Equal("1", got.Is(HttpStatusCode.ServiceUnavailable, "unavailable")["Retry-After"]);
    }

    [Fact]
    public async Task A_vector_that_is_none_is_refused()
    {
        var (path, caller) = await ConfigAsync();

        (await caller.GetAsync($"{path}?minRevision=7")).Is(HttpStatusCode.BadRequest, "invalid_argument");
    }

    [Fact]
    public async Task Another_replica_sees_the_write()
    {
        var (path, caller) = await ConfigAsync();
        await using var other = await TestServer.StartAsync(fixture.Settings);
        var tenant = path.Split('/')[3];
        var there = new TestClient(other, await other.TokenAsync("tenant-admin", tenant: tenant));
        (await there.GetAsync(path)).Ok();

        var write = (await caller.PatchAsync($"/v1/tenants/{tenant}/overrides", """{"quotas":{"requestsPerMinute":5}}""")).Ok();

        var read = (await there.GetAsync($"{path}?minRevision={Uri.EscapeDataString(write["X-Strata-Revision"]!)}")).Ok();
        Assert.Equal("5", read.At("/quotas/requestsPerMinute"));
    }

    [Fact]
    public async Task A_section_has_an_etag_of_its_own()
    {
        var (path, caller) = await ConfigAsync();
        var section = (await caller.GetAsync($"{path}/quotas")).Ok();

        Assert.Equal("600", section.At("/requestsPerMinute"));
        Assert.Equal(HttpStatusCode.NotModified, (await caller.GetAsync($"{path}/quotas", $"If-None-Match: {section["ETag"]}")).Status);
        (await caller.GetAsync($"{path}/nonsense")).Is(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Without_a_pointer_every_leaf_is_explained()
    {
        var (path, caller) = await ConfigAsync();

        var items = (await caller.GetAsync($"{path}/explain")).Ok().Json["items"]!.AsArray();

        Assert.True(items.Count > 20);
        Assert.Contains(items, item => (string?)item!["layer"] == "core" && (int?)item["revision"] == 0 && item["author"] is null);
    }

    [Fact]
    public async Task A_tenant_sees_what_the_platform_set_but_not_who()
    {
        var (path, caller) = await ConfigAsync();

        var item = (await caller.GetAsync($"{path}/explain?pointer=/quotas/requestsPerMinute")).Ok().Json["items"]![0]!;

        Assert.Equal(("platform", "platform", 1), ((string?)item["layer"], (string?)item["author"], (int?)item["revision"]));
    }

    [Fact]
    public async Task A_platform_admin_sees_who()
    {
        var (path, _) = await ConfigAsync();

        var item = (await fixture.Admin.GetAsync($"{path}/explain?pointer=/quotas/requestsPerMinute")).Ok().Json["items"]![0]!;

        Assert.Equal("urn:strata:development|platform-admin", (string?)item["author"]);
    }

    [Fact]
    public async Task A_pointer_that_is_none_is_refused()
    {
        var (path, caller) = await ConfigAsync();

        (await caller.GetAsync($"{path}/explain?pointer=quotas")).Is(HttpStatusCode.BadRequest, "invalid_argument");
    }

    private async Task<(string Path, TestClient Caller)> ConfigAsync()
    {
        var tenant = await fixture.TenantAsync(await fixture.PlatformAsync("""{"quotas":{"requestsPerMinute":600}}"""));
        return ($"/v1/tenants/{tenant}/config", await fixture.CallerAsync("tenant-admin", tenant: tenant));
    }
}
