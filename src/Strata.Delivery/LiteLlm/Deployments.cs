using Strata.Delivery.Rendering;
using Strata.Model.Documents;

namespace Strata.Delivery.LiteLlm;

/// <summary>Deployments of a provider's models.</summary>
/// <param name="installation">Says which hosts may be called.</param>
/// <param name="secrets">Where the proxy finds the brands' keys.</param>
internal sealed class Deployments(Installation installation, SecretNames secrets)
{
    /// <summary>
    /// Those that a brand's tenants share: every served model at the provider and its replicas, with the brand's keys. None for a provider without a
    /// key of the brand, and none at all where every tenant brings its own.
    /// </summary>
    public IEnumerable<LiteLlmDeployment> Shared(Brand brand)
    {
        var llm = brand.Defaults["llm"];
        if (llm.Member("byo").Text() == "required")
            yield break;
        foreach (var (id, provider) in llm.Member("providers").Entries())
        {
            if (!provider.Member("enabled").IsTrue())
                continue;
            foreach (var endpoint in Endpoints(brand, provider))
            {
                foreach (var (model, value) in provider.Member("models").Entries().Where(model => model.Value.Member("enabled").IsTrue()))
                    yield return Of(new Place(brand.Id.Text, brand.Id.Text, id, model), provider, value, endpoint);
            }
        }
    }

    /// <summary>A tenant's own deployment of a model: at its own endpoint or the provider's, always with its own key.</summary>
    /// <returns><c>null</c> when the host may not be called.</returns>
    public LiteLlmDeployment? Own(Brand brand, Tenant tenant, (string Id, Json Value) provider, (string Id, Json Value) model)
    {
        var own = provider.Value.Member("own");
        var host = own.Member("host").Text() ?? provider.Value.Member("host").Text();
        if (host is null || !installation.Allows(host))
            return null;
        var endpoint = new Endpoint("", host, ("litellm_credential_name", Credential(tenant, provider.Id)), null)
        {
            ApiVersion = own.Member("apiVersion").Text(),
            ModelName = own.Member("deployments").Member(model.Id).Text(),
            IsOwn = true,
        };
        return Of(new Place($"t.{tenant.Id}", brand.Id.Text, provider.Id, model.Id), provider.Value, model.Value, endpoint);
    }

    /// <summary>The name of a tenant's credential for a provider.</summary>
    public static string Credential(Tenant tenant, string provider) => $"strata-{tenant.Id}--{provider}";

    private IEnumerable<Endpoint> Endpoints(Brand brand, Json provider)
    {
        var parameter = ProviderKind.Of(provider).KeyParameter;
        var replicas = provider.Member("replicas").Entries().Where(replica => replica.Value.Member("enabled").IsTrue()).ToArray();
        foreach (var (replica, value) in replicas.Prepend(KeyValuePair.Create("", provider)))
        {
            if (value.Member("host").Text() is { } host && installation.Allows(host) && (value.Member("credential") ?? provider.Member("credential")) is { } credential)
                yield return new Endpoint(replica, host, (parameter, $"os.environ/{secrets[brand, credential]}"), replicas.Length == 0 ? null : value.Member("weight").Number() ?? 1);
        }
    }

    private static LiteLlmDeployment Of(Place place, Json provider, Json model, Endpoint endpoint)
    {
        var (price, limits) = (model.Member("price"), endpoint.IsOwn ? null : model.Member("limits"));
        var port = provider.Member("port").Number() is { } number and not 443 ? $":{number}" : "";
        var parameters = JsonObject.Of(
            ("api_base", Json.Of($"https://{endpoint.Host}{port}{provider.Member("basePath").Text()}")),
            (endpoint.Key.Parameter, Json.Of(endpoint.Key.Value)),
            ("api_version", endpoint.ApiVersion is { } version ? Json.Of(version) : provider.Member("apiVersion")),
            ("cache_read_input_token_cost", PerToken(price.Member("cachedInputUsdPerMillion"))),
            ("input_cost_per_token", PerToken(price.Member("inputUsdPerMillion"))),
            ("model", Json.Of($"{ProviderKind.Of(provider).Prefix}/{endpoint.ModelName ?? model.Member("upstreamName").Text()}")),
            ("output_cost_per_token", PerToken(price.Member("outputUsdPerMillion"))),
            ("rpm", limits.Member("requestsPerMinute")),
            ("timeout", provider.Member("timeoutSeconds")),
            ("tpm", limits.Member("tokensPerMinute")),
            ("weight", endpoint.Weight is { } weight ? Json.Of(weight) : null));
        var info = JsonObject.Of(
            ("max_input_tokens", model.Member("contextTokens")),
            ("max_output_tokens", model.Member("maxOutputTokens")),
            ("mode", Json.Of(Mode(model.Member("mode").Text()))),
            ("strata_platform", Json.Of(place.Platform)));
        return new LiteLlmDeployment(StableId.Of($"litellm/deployment/{place.Scope}/{place.Provider}/{place.Model}/{endpoint.Name}"), place.Group, parameters, info);
    }

    // Divided as decimals: 0.075 / 1e6 is 7.5e-8 then, not 7.499999999999999e-8.
    private static Json? PerToken(Json? usdPerMillion) => usdPerMillion.Number() is { } price ? Json.Of((double)((decimal)price / 1_000_000m)) : null;

    private static string Mode(string? mode) => mode switch
    {
        "image" => "image_generation",
        "audio" => "audio_transcription",
        _ => mode ?? "chat",
    };

    /// <summary>What is deployed for whom.</summary>
    private sealed record Place(string Scope, string Platform, string Provider, string Model)
    {
        public string Group => $"{Scope}--{Provider}--{Model}";
    }

    /// <summary>Where it is deployed, and the parameter that holds or names the key.</summary>
    private sealed record Endpoint(string Name, string Host, (string Parameter, string Value) Key, double? Weight)
    {
        public string? ApiVersion { get; init; }

        public string? ModelName { get; init; }

        public bool IsOwn { get; init; }
    }
}

/// <summary>What LiteLLM calls a kind of provider.</summary>
/// <param name="Prefix">The prefix of <c>litellm_params.model</c>.</param>
/// <param name="KeyParameter">The parameter that takes its key.</param>
internal sealed record ProviderKind(string Prefix, string KeyParameter)
{
    /// <summary>The kind of a provider entry.</summary>
    public static ProviderKind Of(Json provider) => provider.Member("kind").Text() switch
    {
        "azure" => new("azure", "api_key"),
        "anthropic" => new("anthropic", "api_key"),
        "gemini" => new("gemini", "api_key"),
        "vertexAi" => new("vertex_ai", "vertex_credentials"),
        "bedrock" => new("bedrock", "api_key"),
        "groq" => new("groq", "api_key"),
        "mistral" => new("mistral", "api_key"),
        _ => new("openai", "api_key"),
    };
}
