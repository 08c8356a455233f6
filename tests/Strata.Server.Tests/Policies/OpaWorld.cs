using System.Text.Json.Nodes;
using Strata.Embedded.Opa;

namespace Strata.Server.Tests.Policies;

/// <summary>A server of the test's own with the brand `shop`, the tenant `acme` and a provider at `m.example`.</summary>
internal sealed class OpaWorld(TestServer server, TestClient admin) : IAsyncDisposable
{
    public TestServer Server => server;

    public TestClient Admin => admin;

    public static async Task<OpaWorld> StartAsync(StrataFixture fixture, params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>(await fixture.SettingsAsync(), StringComparer.Ordinal);
        foreach (var (name, value) in settings)
            all[name] = value;
        var server = await TestServer.StartAsync(all);
        var admin = new TestClient(server, await server.TokenAsync("platform-admin"));
        (await admin.PatchAsync("/v1/policies/allowed-hosts", """{"hosts":{"m.example":{"owner":"me","reason":"why not"}}}""")).Ok();
        (await admin.SendAsync("POST", "/v1/platforms", """{"id":"shop","displayName":"Shop"}""")).Is(System.Net.HttpStatusCode.Created);
        (await admin.PatchAsync(
            "/v1/platforms/shop/config",
            """{"llm":{"providers":{"mine":{"displayName":"Mine","kind":"openai","host":"m.example","credential":{"$secret":{"store":"main","path":"llm/mine"}}}}}}""")).Ok();
        (await admin.SendAsync("POST", "/v1/tenants", """{"id":"acme","platform":"shop","displayName":"Acme"}""")).Is(System.Net.HttpStatusCode.Created);
        return new OpaWorld(server, admin);
    }

    /// <summary>A simulated OPA of the platform.</summary>
    public async Task<SimulatedOpa> OpaAsync(bool reports = true)
    {
        var key = (await server.SendAsync("GET", "/opa/keys")).Ok().Json["keys"]![0]!;
        var opa = SimulatedOpa.Start(new SimulatedOpaOptions
        {
            Service = new Uri(server.Client.BaseAddress!, "opa"),
            Resource = "bundles/shop",
            Bundle = "shop",
            Token = await server.TokenAsync("service", "shop"),
            Key = new OpaKey((string)key["kid"]!, (string)key["alg"]!, (string)key["pem"]!),
            LongPolling = TimeSpan.FromSeconds(20),
        });
        opa.Reports = reports;
        return opa;
    }

    /// <summary>Reports as an OPA does; <paramref name="more"/> are further members of the bundle's status.</summary>
    public async Task<Got> SendStatusAsync(string instance, string revision, string more = "{}")
    {
        var bundle = JsonNode.Parse(more)!.AsObject();
        bundle["active_revision"] = revision;
        var report = new JsonObject { ["labels"] = new JsonObject { ["id"] = instance }, ["bundles"] = new JsonObject { ["shop"] = bundle } };
        return await new TestClient(server, await server.TokenAsync("service", "shop")).SendAsync("POST", "/opa/status", report.ToJsonString());
    }

    /// <summary>The tenant switches its provider off, which takes the provider's host from what it may reach.</summary>
    public Task<Got> SwitchOffAsync() => admin.PatchAsync("/v1/tenants/acme/overrides", """{"llm":{"providers":{"mine":{"enabled":false}}}}""");

    public async Task<string> RevisionAsync() => (await admin.GetAsync("/opa/bundles/shop")).Ok()["ETag"]!.Trim('"').Split('.')[0];

    public async Task<string> EffectiveRevisionAsync() => (await admin.GetAsync("/v1/tenants/acme/config")).Ok()["X-Strata-Revision"]!;

    /// <summary>Where the tenant stands at the target `opa`.</summary>
    public async Task<JsonNode> SyncAsync() =>
        (await admin.GetAsync("/v1/tenants/acme/sync")).Ok().Json["items"]!.AsArray().Single(item => (string?)item!["target"] == "opa")!;

    public Task<JsonNode> SyncedAsync() => SyncAsync(sync => (string?)sync["status"] == "Synced");

    /// <summary>Waits until the sync state is as expected.</summary>
    public async Task<JsonNode> SyncAsync(Func<JsonNode, bool> isSo)
    {
        JsonNode last = new JsonObject();
        await UntilAsync(async () => isSo(last = await SyncAsync()), () => last.ToJsonString());
        return last;
    }

    public static async Task UntilAsync(Func<Task<bool>> isSo, Func<string> describe)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromMinutes(2));
        while (!await isSo())
        {
            if (deadline.IsCancellationRequested)
                Assert.Fail($"It did not come about in two minutes: {describe()}");
            await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token));
        }
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
