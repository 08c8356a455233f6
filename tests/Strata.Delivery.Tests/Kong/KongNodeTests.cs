using System.Globalization;
using System.Net;
using System.Text;
using CsCheck;
using Strata.Delivery.Kong;
using Strata.Delivery.Rendering;
using Strata.Delivery.Tests.Rendering;
using Strata.Embedded.Kong;

namespace Strata.Delivery.Tests.Kong;

/// <summary>Rendered files as a node takes them: posted to a simulated one, which is as strict as Kong 3.9.</summary>
public sealed class KongNodeTests : IAsyncLifetime
{
    private readonly HttpClient _client = new();
    private SimulatedKong _kong = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _kong = await SimulatedKong.StartAsync(new SimulatedKongOptions { MaxBodyBytes = 64 << 20 }, Token);
        _client.BaseAddress = _kong.Address;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _kong.DisposeAsync();
    }

    [Fact]
    public Task The_brands_of_this_repository_are_loaded() => AssertLoadedAsync(Installations.Committed());

    [Fact]
    public Task Every_rendering_is_loaded() => GeneratedInstallations.Any.SampleAsync(
        async installation => (await PostAsync(installation)).Status == HttpStatusCode.Created, iter: 100, threads: 1, print: installation => KongFile.Render(installation, new KongFacts()).Text);

    [Fact]
    public async Task Forty_providers_with_ports_paths_and_replicas_and_thousands_of_tenants_in_any_script_are_loaded()
    {
        string[] names = ["Ärzte & Söhne GmbH", "株式会社ストラタ", "شركة المثال", "🚀, / : \\\"quoted\\\"", "пример"];
        var providers = string.Concat(Enumerable.Range(0, 40).Select(i =>
            $"      p{i}.x_{i}-eu: {{ host: h{i}.models.example, port: {443 + i}, basePath: /v{i}/openai~x, timeoutSeconds: 3600, regions: [eu], replicas: {{ r1: {{ host: r{i}.models.example }} }}, credential: {{ $secret: {{ store: main, path: p{i} }} }} }}\n"));
        var tenants = string.Concat(Enumerable.Range(0, 3000).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $"---\n{{ kind: tenant, id: tenant-{i}, platform: big, document: {{ displayName: \"{names[i % names.Length]}\", status: {(i % 7 == 0 ? "suspended" : "active")}, quotas: {{ requestsPerMinute: {1 + i} }} }} }}\n")));

        await AssertLoadedAsync(Installations.Read(
            $"kind: platform\nid: big\ndocument:\n  branding: {{ displayName: \"{names[1]}\", hosts: [big.example] }}\n  llm:\n    providers:\n{providers}{tenants}",
            "kind: allowlist\ndocument: { hosts: { '*.models.example': { owner: x, reason: x } } }"));
    }

    [Theory]
    [InlineData("kind: platform\nid: bare\ndocument: {}\n")]
    [InlineData("kind: platform\nid: bare\ndocument: { llm: { providers: {} }, branding: { hosts: [] }, quotas: {}, observability: {}, logging: {} }\n")]
    [InlineData("kind: platform\nid: bare\ndocument: {}\n---\n{ kind: tenant, id: one, platform: bare, document: { displayName: One } }\n")]
    [InlineData("kind: allowlist\ndocument: { hosts: {} }\n")]
    public Task What_says_nothing_is_loaded(string installation) => AssertLoadedAsync(Installations.Read(installation));

    private async Task AssertLoadedAsync(Installation installation)
    {
        var (status, text) = await PostAsync(installation);
        Assert.True(status == HttpStatusCode.Created, text);
    }

    private async Task<(HttpStatusCode Status, string Text)> PostAsync(Installation installation)
    {
        using var content = new StringContent(KongFile.Render(installation, new KongFacts()).Text, Encoding.UTF8, "text/yaml");
        using var answer = await _client.PostAsync("/config?check_hash=1&flatten_errors=1", content, Token);
        // A node that has the same text already says so with 304, which a generator may well come to twice.
        var status = answer.StatusCode == HttpStatusCode.NotModified ? HttpStatusCode.Created : answer.StatusCode;
        return (status, await answer.Content.ReadAsStringAsync(Token));
    }
}
