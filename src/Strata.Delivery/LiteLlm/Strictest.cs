using System.Collections.Immutable;
using Strata.Delivery.Rendering;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Overrides;

namespace Strata.Delivery.LiteLlm;

/// <summary>
/// Gathers what a proxy has only once, over every brand and tenant that it serves. Where they differ the strictest value counts; where there is no
/// stricter one, the setting is left off. What somebody loses by that is a warning.
/// </summary>
internal sealed class Strictest
{
    private const string Proxy = "litellm";

    private static readonly ImmutableDictionary<string, string> Strategies = ImmutableDictionary.CreateRange(
    [
        KeyValuePair.Create("weighted", "simple-shuffle"), KeyValuePair.Create("leastBusy", "least-busy"), KeyValuePair.Create("usage", "usage-based-routing-v2"),
        KeyValuePair.Create("latency", "latency-based-routing"), KeyValuePair.Create("cost", "cost-based-routing"),
    ]);

    private readonly SortedSet<string> _strategies = new(StringComparer.Ordinal);
    private readonly List<(double Retries, double Timeout)> _routing = [];
    private readonly List<(Brand Brand, JsonObject? Environment)> _telemetry = [];
    private readonly HashSet<Json> _caches = [];
    private readonly Guardrails _guardrails = new();
    private bool _logs = true;

    /// <summary>Adds a brand's own settings.</summary>
    public void Add(Brand brand)
    {
        var routing = brand.Defaults["llm"].Member("routing");
        _strategies.Add(Strategies.GetValueOrDefault(routing.Member("strategy").Text() ?? "", "simple-shuffle"));
        _routing.Add((routing.Member("retries").Number() ?? 2, routing.Member("timeoutSeconds").Number() ?? 120));
        _telemetry.Add((brand, Telemetry(brand)));
        Add(brand.Id, brand.Defaults);
    }

    /// <summary>Adds what a tenant asks for.</summary>
    public void Add(Tenant tenant) => Add(null, tenant.Document);

    private void Add(PlatformId? brand, JsonObject document)
    {
        _logs &= document["logging"].Member("payloads").IsTrue();
        if (document["semanticCache"] is { } cache)
            _caches.Add(Cached(brand, (JsonObject)cache));
        _guardrails.Add(document["guardrails"]);
    }

    /// <summary>The settings of the proxy.</summary>
    public ProxySettings Settings(IReadOnlyList<LiteLlmDeployment> shared, LiteLlmFacts facts, List<RenderWarning> warnings)
    {
        if (facts is { SecretManager: not null, IsLicensed: false })
            warnings.Add(new RenderWarning(Proxy, $"key_management_system {facts.SecretManager} needs a licence and is left out; keys are read from the environment"));
        return new ProxySettings(
            Router(warnings), _logs && _routing.Count > 0, Cache(shared, facts, warnings), _guardrails.Settings(facts, warnings), Environment(warnings));
    }

    private JsonObject Router(List<RenderWarning> warnings)
    {
        if (_strategies.Count > 1)
            warnings.Add(new RenderWarning(Proxy, $"one proxy has one routing strategy; the brands ask for {string.Join(", ", _strategies)}, so it is simple-shuffle"));
        return JsonObject.Of(
            ("default_fallbacks", new JsonArray([])),
            ("enable_pre_call_checks", Json.True),
            ("fallbacks", new JsonArray([])),
            ("num_retries", Json.Of(_routing.Select(routing => routing.Retries).DefaultIfEmpty(2).Min())),
            ("redis_host", Json.Of("os.environ/REDIS_HOST")),
            ("redis_password", Json.Of("os.environ/REDIS_PASSWORD")),
            ("redis_port", Json.Of("os.environ/REDIS_PORT")),
            ("routing_strategy", Json.Of(_strategies.Count == 1 ? _strategies.Min! : "simple-shuffle")),
            ("timeout", Json.Of(_routing.Select(routing => routing.Timeout).DefaultIfEmpty(120).Min())));
    }

    /// <summary>What counts of a cache, so that equal wishes of a thousand tenants are one.</summary>
    private static JsonObject Cached(PlatformId? brand, JsonObject cache) =>
        brand is { } id && cache["embeddingModel"].Text() is { } model
            ? cache.With("group", Json.Of($"{id}--{model.Replace("/", "--", StringComparison.Ordinal)}"))
            : cache;

    private JsonObject? Cache(IReadOnlyList<LiteLlmDeployment> shared, LiteLlmFacts facts, List<RenderWarning> warnings)
    {
        if (!_caches.Any(cache => cache.Member("enabled").IsTrue()))
            return null;
        if (!_caches.All(cache => cache.Member("enabled").IsTrue()))
            return Off("some tenants of the proxy have it switched off, and it has no switch for a team");

        var parameters = JsonObject.Of(
            ("host", Json.Of("os.environ/REDIS_HOST")),
            ("mode", Json.Of("default_off")),
            ("namespace", Json.Of("strata")),
            ("password", Json.Of("os.environ/REDIS_PASSWORD")),
            ("port", Json.Of("os.environ/REDIS_PORT")),
            ("ttl", Json.Of(_caches.Min(cache => cache.Member("ttlSeconds").Number() ?? 3600))));
        string[] groups = [.. _caches.Select(cache => cache.Member("group").Text()).OfType<string>().Distinct()];
        if (facts.IsolatesSemanticCache && groups is [var group] && shared.Any(deployment => deployment.Group == group))
        {
            return parameters
                .With("redis_semantic_cache_embedding_model", Json.Of(group))
                .With("similarity_threshold", Json.Of(_caches.Max(cache => cache.Member("similarityThreshold").Number() ?? 0.9)))
                .With("type", Json.Of("redis-semantic"));
        }
        return _caches.All(cache => cache.Member("isolation").Text() == "shared")
            ? parameters.With("type", Json.Of("redis"))
            : Off("CacheIsolation=Unsupported: it takes a version with BerriAI/litellm #30675 and one embedding model with the brand's key to keep tenants apart");

        JsonObject? Off(string reason)
        {
            warnings.Add(new RenderWarning(Proxy, $"nothing is cached: {reason}"));
            return null;
        }
    }

    private JsonObject? Environment(List<RenderWarning> warnings)
    {
        JsonObject?[] wishes = [.. _telemetry.Select(brand => brand.Environment).Distinct()];
        if (wishes is [var one])
        {
            if (one is not null && _telemetry.Any(entry => entry.Brand.Defaults["observability"].Member("traces").Member("headers") is JsonObject { Count: > 0 }))
                warnings.Add(new RenderWarning(Proxy, "headers of the trace exporter are not rendered: set OTEL_HEADERS in the proxy's environment"));
            return one;
        }
        if (wishes.Length > 0)
            warnings.Add(new RenderWarning(Proxy, "no traces are sent: one proxy has one exporter, and the brands want different ones"));
        return null;
    }

    /// <summary>The exporter that a brand wants, if its egress lets it.</summary>
    private static JsonObject? Telemetry(Brand brand)
    {
        var egress = brand.Defaults["egress"];
        var endpoint = brand.Defaults["observability"].Member("traces").Member("endpoint");
        return Uri.TryCreate(endpoint.Text(), UriKind.Absolute, out var address)
            && egress.Member("allowedHosts").Texts().Any(pattern => Bound.Covers(pattern, address.IdnHost))
            && !egress.Member("deniedHosts").Texts().Any(pattern => Bound.Covers(pattern, address.IdnHost))
            ? JsonObject.Of(("OTEL_ENDPOINT", endpoint), ("OTEL_EXPORTER", Json.Of("otlp_http")), ("OTEL_SERVICE_NAME", Json.Of("litellm")))
            : null;
    }
}
