using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Server.Layers;
using Strata.Storage;

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
    public async Task An_empty_object_sets_nothing_and_is_not_kept()
    {
        await using var server = await TestServer.StartAsync(await fixture.SettingsAsync());
        var admin = new TestClient(server, await server.TokenAsync("platform-admin"));

        Assert.Equal("\"allowlist.0\"", (await admin.PatchAsync(Path, """{"hosts":{}}""")).Ok()["ETag"]);
        (await admin.PatchAsync(Path, """{"hosts":{"api.example.com":{"owner":"me","reason":"why not"}}}""")).Ok();
        (await admin.PatchAsync(Path, """{"hosts":{"other.example.com":{}}}""")).Is(HttpStatusCode.UnprocessableEntity, "schema_violation");
        (await admin.PatchAsync(Path, """{"hosts":{"api.example.com":null}}""")).Ok();

        Assert.Equal("{}", (await admin.GetAsync(Path)).Ok().Text);
    }

    [Fact]
    public async Task A_host_is_over_on_its_day()
    {
        await using var server = await TestServer.StartAsync(await fixture.SettingsAsync());
        var admin = new TestClient(server, await server.TokenAsync("platform-admin"));
        var today = TimeProvider.System.GetUtcNow();
        string Until(DateTimeOffset day) =>
            """{"hosts":{"api.example.com":{"owner":"me","reason":"why not","expiresOn":"@"}}}""".Replace("@", day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), StringComparison.Ordinal);

        var refused = (await admin.PatchAsync(Path, Until(today))).Is(HttpStatusCode.UnprocessableEntity);

        Assert.Equal("expired", (string?)refused.Violations().Single()!["rule"]);
        (await admin.PatchAsync(Path, Until(today.AddDays(2)))).Ok();
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
    public async Task When_its_day_comes_a_host_is_ended_with_one_revision_and_its_providers_are_withheld()
    {
        await using var server = await TestServer.StartAsync(await fixture.SettingsAsync());
        var admin = new TestClient(server, await server.TokenAsync("platform-admin"));
        (await admin.PatchAsync(Path, """{"hosts":{"api.example.com":{"owner":"me","reason":"why not","expiresOn":"2999-12-31"}}}""")).Ok();
        (await admin.SendAsync("POST", "/v1/platforms", """{"id":"brand","displayName":"Brand"}""")).Is(HttpStatusCode.Created);
        (await admin.PatchAsync("/v1/platforms/brand/config", """{"llm":{"providers":{"mine":{"displayName":"Mine","kind":"openai","host":"api.example.com","credential":{"$secret":{"store":"main","path":"llm/mine"}}}}}}""")).Ok();
        (await admin.SendAsync("POST", "/v1/tenants", """{"id":"acme","platform":"brand","displayName":"Acme"}""")).Is(HttpStatusCode.Created);
        await PastAsync(server);

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => server.Services.GetRequiredService<Scheduler>().RunAsync(TestContext.Current.CancellationToken)));

        var revision = (await admin.GetAsync($"{Path}/revisions")).Ok().Json["items"]![0]!;
        Assert.Equal("3 expiry urn:strata|scheduler Expired: /hosts/api.example.com", $"{revision["number"]} {revision["kind"]} {revision["author"]} {revision["comment"]}");
        Assert.Equal("false", (await admin.GetAsync("/v1/tenants/acme/config")).Ok().At("/llm/providers/mine/enabled"));
        Assert.Equal("true", (await admin.GetAsync("/v1/audit/verify?scope=all")).Ok().At("/valid"));
    }

    [Fact]
    public async Task A_file_that_knows_nothing_of_the_end_of_a_host_changes_nothing()
    {
        await using var server = await TestServer.StartAsync(await fixture.SettingsAsync());
        var admin = await WithAnEndedHostAsync(server);

        (await admin.SendAsync(
            "POST", "/v1/apply", """{"items":[{"kind":"allowlist","document":{"hosts":{"api.example.com":{"owner":"me","reason":"why not","expiresOn":"2026-01-31"}}}}]}""")).Ok();

        Assert.Equal("\"allowlist.3\"", (await admin.GetAsync(Path)).Ok()["ETag"]);
    }

    [Fact]
    public async Task A_file_that_knows_nothing_of_the_end_of_a_host_lets_no_provider_in()
    {
        await using var server = await TestServer.StartAsync(await fixture.SettingsAsync());
        var admin = await WithAnEndedHostAsync(server);

        var refused = await admin.SendAsync("POST", "/v1/apply", """
            {"items":[{"kind":"allowlist","document":{"hosts":{"api.example.com":{"owner":"me","reason":"why not","expiresOn":"2026-01-31"}}}},
            {"kind":"platform","id":"brand","document":{"llm":{"providers":{"mine":{"displayName":"Mine","kind":"openai","host":"api.example.com","credential":{"$secret":{"store":"main","path":"llm/mine"}}}}}}}]}
            """);

        refused.Is(HttpStatusCode.UnprocessableEntity, "policy_violation");
        Assert.Equal("policy/provider-host-allowed", (string?)refused.Violations()[0]!["rule"]);
    }

    /// <summary>An admin of a server whose allowlist has one host, whose end the scheduler has seen.</summary>
    private static async Task<TestClient> WithAnEndedHostAsync(TestServer server)
    {
        var admin = new TestClient(server, await server.TokenAsync("platform-admin"));
        (await admin.PatchAsync(Path, """{"hosts":{"api.example.com":{"owner":"me","reason":"why not","expiresOn":"2999-12-31"}}}""")).Ok();
        await PastAsync(server);
        await server.Services.GetRequiredService<Scheduler>().RunAsync(TestContext.Current.CancellationToken);
        return admin;
    }

    /// <summary>Time passes: the host's day lies in the past, as no request may say it.</summary>
    private static async Task PastAsync(TestServer server)
    {
        var change = new Change
        {
            Layer = LayerKey.Allowlist,
            Base = 1,
            Kind = RevisionKind.Change,
            Document = (JsonObject)Json.Trusted("""{"hosts":{"api.example.com":{"expiresOn":"2026-01-31","owner":"me","reason":"why not"}}}"""),
            Action = "allowlist.changed",
        };
        var act = new Act { Author = "test", At = TimeProvider.System.GetUtcNow(), ChangeId = Guid.CreateVersion7(), RequestId = "test", SchemaVersion = "test" };
        var answer = new Answer(200, ImmutableSortedDictionary<string, string>.Empty, default);
        Assert.Null((await server.Services.GetRequiredService<LayerStore>().CommitAsync([change], act, answer, TestContext.Current.CancellationToken)).Error);
    }

    [Fact]
    public async Task Only_an_admin_of_all_platforms_writes_it()
    {
        var caller = await fixture.CallerAsync("platform-admin", await fixture.PlatformAsync());

        (await caller.GetAsync(Path)).Ok();
        (await caller.SendAsync("PUT", Path, "{}", "If-Match: *")).Is(HttpStatusCode.Forbidden, "forbidden");
    }
}
