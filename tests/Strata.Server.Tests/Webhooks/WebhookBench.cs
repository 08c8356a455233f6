using System.Text.Json.Nodes;
using Strata.Embedded.Webhooks;

namespace Strata.Server.Tests.Webhooks;

/// <summary>A server on a database of its own with one consumer of its events, and a brand.</summary>
internal sealed class WebhookBench : IAsyncDisposable
{
    public const string Secret = "whsec_c3RyYXRhIHRlc3RzIHNpZ24gd2l0aCB0aGlzIGtleSE=";
    public const string Brand = "dcoder";

    private readonly Dictionary<string, string?> _settings;

    private WebhookBench(SimulatedWebhook webhook, Dictionary<string, string?> settings) => (Webhook, _settings) = (webhook, settings);

    public SimulatedWebhook Webhook { get; }

    public TestServer Server { get; private set; } = null!;

    public TestClient Admin { get; private set; } = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<WebhookBench> StartAsync(StrataFixture fixture, params (string Name, string Value)[] settings)
    {
        var webhook = await SimulatedWebhook.StartAsync(Secret, TimeProvider.System, Cancel);
        var all = new Dictionary<string, string?>(await fixture.SettingsAsync(), StringComparer.Ordinal)
        {
            ["Webhooks:billing:Url"] = webhook.Address.ToString(),
            ["Webhooks:billing:Secret"] = Secret,
            ["Delivery:MinBackOff"] = "00:00:00.010",
            ["Delivery:MaxBackOff"] = "00:00:00.100",
            ["Delivery:PollInterval"] = "00:00:00.050",
        };
        var bench = new WebhookBench(webhook, all);
        bench.Set(settings);
        await bench.StartServerAsync();
        (await bench.Admin.SendAsync("POST", "/v1/platforms", $$"""{"id":"{{Brand}}","displayName":"D.Coder"}""")).Is(System.Net.HttpStatusCode.Created);
        return bench;
    }

    /// <summary>Starts a server on the bench's databases; the former one must be gone.</summary>
    public async Task StartServerAsync()
    {
        Server = await TestServer.StartAsync(_settings);
        Admin = new TestClient(Server, await Server.TokenAsync("platform-admin"));
    }

    /// <summary>Changes settings for the next server.</summary>
    public void Set(params (string Name, string Value)[] settings)
    {
        foreach (var (name, value) in settings)
            _settings[name] = value;
    }

    public async Task TenantAsync(string id) =>
        (await Admin.SendAsync("POST", "/v1/tenants", $$"""{"id":"{{id}}","platform":"{{Brand}}","displayName":"Tenant"}""")).Is(System.Net.HttpStatusCode.Created);

    /// <summary>Changes a tenant's overrides.</summary>
    public async Task ChangeAsync(string tenant, int quota) =>
        (await Admin.PatchAsync($"/v1/tenants/{tenant}/overrides", $$$"""{"quotas":{"requestsPerMinute":{{{quota}}}}}""")).Ok();

    /// <summary>What the consumer took of a tenant: `sequence type`, without repetitions.</summary>
    public string[] Told(string tenant) =>
        [.. Webhook.Taken.Where(taken => (string?)taken.Body["tenantId"] == tenant).DistinctBy(taken => taken.Id).Select(taken => $"{taken.Body["sequence"]} {taken.Body["type"]}")];

    /// <summary>Waits until something is so.</summary>
    public static async Task UntilAsync(Func<bool> isSo) => await UntilAsync(() => Task.FromResult(isSo()));

    /// <summary>Waits until something is so.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(90));
        while (!await isSo())
            await Task.Delay(20, limit.Token);
    }

    /// <summary>The dead letters, in order.</summary>
    public async Task<JsonArray> DeadLettersAsync() => (await Admin.GetAsync("/v1/webhooks/billing/dead-letters")).Ok().Json["items"]!.AsArray();

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Webhook.DisposeAsync();
    }
}
