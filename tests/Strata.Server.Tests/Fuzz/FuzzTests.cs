using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Strata.Delivery.Opa;
using Strata.Model.Sections;
using Strata.Server.Http;

namespace Strata.Server.Tests.Fuzz;

/// <summary>
/// Calls made up from the OpenAPI document, 3,000 variations of nearly right. With STRATA_LONG=1 there are 100,000 of them. In CI they are always the same.
/// A call depends on its seed and, where it writes, on what others wrote before; a failure prints the line that makes it again.
/// </summary>
public sealed class FuzzTests(StrataFixture fixture) : IAsyncLifetime
{
    private const int Workers = 4;
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("STRATA_LONG") == "1";
    private static readonly string? OneSeed = Environment.GetEnvironmentVariable("STRATA_SEED");

    // Calls reach what a server has one of, such as the allowlist, so this one is nobody else's.
    private TestServer _server = null!;
    private TestClient _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(await fixture.SettingsAsync());
        _admin = new TestClient(_server, await _server.TokenAsync("platform-admin"));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Every_call_is_answered_within_the_contract()
    {
        var ingredients = await IngredientsAsync();
        var failures = new ConcurrentQueue<string>();
        var statuses = new ConcurrentDictionary<int, int>();
        var isSame = !IsLong && Environment.GetEnvironmentVariable("CI") == "true";
        var first = OneSeed is not null ? int.Parse(OneSeed, CultureInfo.InvariantCulture) : isSame ? 1 : Random.Shared.Next(1_000_000_000);
        var count = OneSeed is not null ? 1 : IsLong ? 100_000 : 3_000;
        var options = new ParallelOptions { MaxDegreeOfParallelism = Workers, CancellationToken = TestContext.Current.CancellationToken };

        await Parallel.ForAsync(first, first + count, options, async (seed, cancellationToken) =>
        {
            if (failures.Count > 20)
                return;
            var call = new CallGenerator(ingredients, seed).Next();
            var (status, fault) = await FaultAsync(call, cancellationToken);
            for (var again = 0; again < 5 && IsGivenUp(call, fault); again++)
                (status, fault) = await FaultAsync(call, cancellationToken);
            statuses.AddOrUpdate(status, 1, static (_, known) => known + 1);
            if (fault is not null)
                failures.Enqueue($"{fault}\n{call}\nSTRATA_SEED={seed} dotnet run --project tests/Strata.Server.Tests -- -method '*{nameof(Every_call_is_answered_within_the_contract)}'");
        });

        TestContext.Current.TestOutputHelper?.WriteLine($"{count} calls from seed {first}: {string.Join(", ", statuses.OrderBy(static at => at.Key).Select(static at => $"{at.Value} × {at.Key}"))}");
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures));
        Assert.True(OneSeed is not null || (statuses.GetValueOrDefault(200) > count / 10 && statuses.Count > 8), "The calls are too wrong to prove anything.");
    }

    private async Task<(int Status, string? Fault)> FaultAsync(Call call, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(new HttpMethod(call.Method), call.Path);
        if (call.ContentType is not null)
        {
            request.Content = new ByteArrayContent(call.Body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.TryParse(call.ContentType, out var type) ? type : null;
        }
        foreach (var (name, value) in call.Headers)
            _ = request.Headers.TryAddWithoutValidation(name, value) || request.Content?.Headers.TryAddWithoutValidation(name, value) == true;
        using var answer = await _server.Client.SendAsync(request, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return ((int)answer.StatusCode, Fault(call, answer, text));
    }

    /// <summary>Whether another worker has suspended the tenant during a write, which gives it up: who hears so is to ask again.</summary>
    private static bool IsGivenUp(Call call, string? fault) =>
        call.Method is not ("GET" or "HEAD") && fault?.Contains("\"code\":\"unavailable\"", StringComparison.Ordinal) == true;

    /// <summary>What is wrong with an answer; <c>null</c> when nothing is.</summary>
    private static string? Fault(Call call, HttpResponseMessage answer, string text)
    {
        var status = (int)answer.StatusCode;
        // A vector from the future is answered with 503 by contract: the newest that there is stands behind it.
        if (status >= 500 && !(answer.StatusCode == HttpStatusCode.ServiceUnavailable && call.Path.Contains("minRevision=", StringComparison.Ordinal)))
            return $"{status}: {text}";
        if (text.Contains("   at Strata.", StringComparison.Ordinal) || text.Contains("Exception", StringComparison.Ordinal))
            return $"{status} shows its inside: {text}";
        if (call.Method == "HEAD" || status == 304 || (status < 400 && text.Length == 0))
            return text.Length == 0 ? null : $"{status} has a body";
        if (answer.Content.Headers.ContentType?.MediaType is not ("application/json" or "application/schema+json" or OpaBundle.MediaType) and var type)
            return $"{status} is {type}: {text}";
        if (answer.Content.Headers.ContentType.MediaType == OpaBundle.MediaType)
            return null;
        try
        {
            var body = JsonNode.Parse(text);
            if (status < 400)
                return null;
            var code = (string?)body?["error"]?["code"];
            return code is not null && ErrorStatus.Of(code) == status && (string?)body!["error"]!["message"] is { Length: > 0 } && (string?)body["error"]!["details"]!["requestId"] is { Length: > 0 }
                ? null
                : $"{status} is outside of the envelope: {text}";
        }
        catch (JsonException)
        {
            return $"{status} is no JSON: {text}";
        }
    }

    private async Task<Ingredients> IngredientsAsync()
    {
        var (own, other, mine, second, theirs) = ("own", "other", "mine", "second", "theirs");
        foreach (var brand in (string[])[own, other])
            (await _admin.SendAsync("POST", "/v1/platforms", $$"""{"id":"{{brand}}","displayName":"Brand"}""")).Is(HttpStatusCode.Created);
        (await _admin.PatchAsync($"/v1/platforms/{own}/config", """{"quotas":{"requestsPerMinute":600,"users":50},"features":{"beta":{"type":"boolean","enabled":true}}}""")).Ok();
        foreach (var (id, brand) in ((string, string)[])[(mine, own), (second, own), (theirs, other)])
            (await _admin.SendAsync("POST", "/v1/tenants", $$"""{"id":"{{id}}","platform":"{{brand}}","displayName":"Tenant","tier":"pro","labels":{"pilot":"yes"} }""")).Is(HttpStatusCode.Created);
        (await _admin.SendAsync("PUT", $"/v1/platforms/{own}/segments/pro", """{"match":{"tier":["pro"]},"priority":1,"displayName":"Pro","config":{"quotas":{"users":40}}}""", "If-None-Match: *")).Is(HttpStatusCode.Created);
        ImmutableArray<string> platforms = [own, own, own, other, "unknown"];
        ImmutableArray<string> tenants = [mine, mine, mine, second, theirs, "unknown"];
        var values = new Dictionary<string, ImmutableArray<string>>(StringComparer.Ordinal)
        {
            ["platform"] = platforms,
            ["tenant"] = tenants,
            ["segment"] = ["pro", "pro", "free", "all"],
            ["section"] = SectionCatalog.Names,
            ["number"] = ["0", "1", "1", "2", "3", "7"],
            ["limit"] = ["1", "2", "50", "500"],
            ["dryRun"] = ["true", "true", "false"],
            ["layer"] = ["own"],
            ["from"] = ["0", "1", "2", "2026-01-01T00:00:00Z"],
            ["to"] = ["0", "1", "2", "2030-01-01T00:00:00Z"],
            ["If-Match"] = ["*", "*", "*", "\"platform.1\"", "\"tenant.1.1\""],
            ["pointer"] = ["/quotas", "/quotas/requestsPerMinute", ""],
            ["scope"] = ["shared", "all", $"platform:{own}", $"tenant:{mine}"],
            ["target"] = ["opa", "opa", "kong"],
            ["mode"] = ["plan", "apply"],
            ["name"] = ["billing"],
            ["eventId"] = [Guid.Empty.ToString("D")],
            ["status"] = ["active", "suspended"],
            ["Idempotency-Key"] = ["k1", "k2", "k3", "k4"],
        };
        return new Ingredients(
            Operation.Read((await _server.SendAsync("GET", "/openapi/v1.json")).Json),
            values.ToImmutableDictionary(StringComparer.Ordinal),
            [
                await _server.TokenAsync("platform-admin"), await _server.TokenAsync("platform-admin"), await _server.TokenAsync("platform-admin", own),
                await _server.TokenAsync("tenant-admin", tenant: mine), await _server.TokenAsync("auditor"), await _server.TokenAsync("service", own), "no.token.atall",
            ],
            [.. Documents(own, mine).Select(static text => JsonNode.Parse(text)!)]);
    }

    private static IEnumerable<string> Documents(string platform, string tenant) =>
    [
        """{"quotas":{"requestsPerMinute":300,"users":5}}""",
        """{"branding":{"productName":"Fuzz"},"features":{"beta":{"enabled":false}}}""",
        """{"llm":{"providers":{"openai":{"enabled":true,"host":"api.openai.com","models":{"gpt":{}},"credential":{"$secret":{"store":"main","path":"llm/openai"}}}}}}""",
        """{"plugins":{"catalogue":{"p1":{"version":"1.0.0","enabled":true}}},"guardrails":{"mode":"block"},"logging":{"level":"info","redactPatterns":["a+"]}}""",
        """{"dashboards":{"main":{"title":"Main","tiles":{"t":{"kind":"metric"}}}},"budgets":{"monthlyUsd":12.5},"residency":{"dataRegions":["eu"]}}""",
        """{"hosts":{"api.openai.com":{"owner":"x","reason":"y","regions":["eu"],"expiresOn":"2030-01-01"}}}""",
        """{"requestsPerMinute":10}""",
        $$$$"""{"match":{"tenants":["{{{{tenant}}}}"]},"priority":3,"displayName":"S","config":{"quotas":{"users":3}}}""",
        $$$$"""{"items":[{"kind":"platform","id":"{{{{platform}}}}","document":{"quotas":{"users":9}} },{"kind":"tenant","id":"{{{{tenant}}}}","platform":"{{{{platform}}}}","document":{"quotas":{"users":2}} }]}""",
        """{"id":"fuzz-platform","displayName":"P"}""",
        $$$$"""{"id":"fuzz-tenant","platform":"{{{{platform}}}}","displayName":"T","labels":{"a":"b"}}""",
        """{"displayName":"New","tier":"pro","labels":{"pilot":null}}""",
        """{"patch":{"quotas":{"requestsPerMinute":100}}}""",
        """{"segment":{"id":"pro","match":{"all":true},"priority":2}}""",
        """{"comment":"back"}""",
        """{"reason":"because"}""",
        $$$$"""{"labels":{"id":"opa-1"},"bundles":{"{{{{platform}}}}":{"active_revision":"5d41402abc4b2a765d41402abc4b2a76"}}}""",
    ];
}
