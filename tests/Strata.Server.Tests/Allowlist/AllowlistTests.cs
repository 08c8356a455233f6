using System.Net;

namespace Strata.Server.Tests.Allowlist;

public sealed class AllowlistTests(StrataFixture fixture)
{
    private const string Path = "/v1/policies/allowed-hosts";

    [Fact]
    public async Task A_host_is_added_and_taken_away()
    {
        // A server of its own: there is one allowlist in an installation.
        await using var server = await TestServer.StartAsync(await fixture.SettingsAsync());
        var admin = new TestClient(server, await server.TokenAsync("platform-admin"));
        Assert.Equal("\"allowlist.0\"", (await admin.GetAsync(Path)).Ok()["ETag"]);

        (await admin.SendAsync("PATCH", Path, """{"hosts":{"api.example.com":{"owner":"me","reason":"why not"}}}""")).Is((HttpStatusCode)428, "precondition_required");
        (await admin.PatchAsync(Path, """{"hosts":{"api.example.com":{"owner":"me","reason":"why not"}}}""")).Ok();
        (await admin.PatchAsync(Path, """{"hosts":{"api.example.com":{"owner":null}}}""")).Is(HttpStatusCode.UnprocessableEntity, "schema_violation");
        (await admin.WriteAsync("PUT", Path, Path, "{}")).Ok();

        Assert.Equal("""[2,1]""", $"[{string.Join(',', (await admin.GetAsync($"{Path}/revisions")).Ok().Json["items"]!.AsArray().Select(item => (int)item!["number"]!))}]");
        (await admin.SendAsync("POST", $"{Path}/revisions/1/rollback")).Ok();
        Assert.Contains("api.example.com", (await admin.GetAsync(Path)).Ok().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_tells_whose_providers_would_be_withheld()
    {
        await using var server = await TestServer.StartAsync(await fixture.SettingsAsync());
        var admin = new TestClient(server, await server.TokenAsync("platform-admin"));
        (await admin.PatchAsync(Path, """{"hosts":{"api.example.com":{"owner":"me","reason":"why not"}}}""")).Ok();
        (await admin.SendAsync("POST", "/v1/platforms", """{"id":"brand","displayName":"Brand"}""")).Is(HttpStatusCode.Created);
        (await admin.PatchAsync("/v1/platforms/brand/config", """{"llm":{"providers":{"mine":{"displayName":"Mine","kind":"openai","host":"api.example.com","credential":{"$secret":{"store":"main","path":"llm/mine"}}}}}}""")).Ok();
        (await admin.SendAsync("POST", "/v1/tenants", """{"id":"acme","platform":"brand","displayName":"Acme"}""")).Is(HttpStatusCode.Created);

        var dry = (await admin.SendAsync("PUT", Path + "?dryRun=true", "{}")).Ok();

        Assert.Equal("\"acme\"", dry.At("/impact/withheld/first/0/tenant"));
    }

    [Fact]
    public async Task Only_an_admin_of_all_platforms_writes_it()
    {
        var caller = await fixture.CallerAsync("platform-admin", await fixture.PlatformAsync());

        (await caller.GetAsync(Path)).Ok();
        (await caller.SendAsync("PUT", Path, "{}", "If-Match: *")).Is(HttpStatusCode.Forbidden, "forbidden");
    }
}
