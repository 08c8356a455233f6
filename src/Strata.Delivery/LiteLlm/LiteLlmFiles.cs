using System.Collections.Immutable;
using Strata.Delivery.Rendering;
using Strata.Model.Documents;

namespace Strata.Delivery.LiteLlm;

/// <summary>
/// LiteLLM's <c>config.yaml</c>, which the proxy reads at its start, and <c>virtual-keys.yaml</c>, which says what delivery writes over the
/// management API: per tenant its team, its own deployments and credentials (references, never values) and what its keys are made with.
/// </summary>
public static class LiteLlmFiles
{
    /// <summary>Where the proxy's configuration lies in the repository.</summary>
    public const string ConfigPath = "services/litellm-proxy/config/config.yaml";

    /// <summary>Where the policies of virtual keys lie.</summary>
    public const string KeysPath = "services/litellm-proxy/config/virtual-keys.yaml";

    private static readonly ImmutableDictionary<string, string> ConfigComments = ImmutableDictionary.CreateRange(
    [
        KeyValuePair.Create("/general_settings/key_management_system", "Needs a licence (LITELLM_LICENSE). Rotation reaches the proxy through delivery, not through its refresh."),
        KeyValuePair.Create("/guardrails", "On for everybody: a choice by team needs a licence (LITELLM_LICENSE)."),
        KeyValuePair.Create("/litellm_settings/cache_params", "default_off: a request has to ask for the cache."),
        KeyValuePair.Create("/model_list", "Deployments with the brands' keys. Those with tenants' own keys come over the API."),
        KeyValuePair.Create("/router_settings/default_fallbacks", "Empty for good: a fallback for everybody would leave the regions of some. Fallbacks are each team's."),
    ]);

    private static readonly ImmutableDictionary<string, string> KeysComments = ImmutableDictionary.CreateRange(
    [
        KeyValuePair.Create(
            "/tenants",
            "team: as /team/new takes it; keys: what every virtual key is made with; credentials: references, resolved and pushed by delivery.\n"
            + "soft_budget: LiteLLM's own e-mails at this amount need a licence (LITELLM_LICENSE); Strata alerts by itself."),
    ]);

    /// <summary>Renders both files.</summary>
    public static ImmutableArray<GeneratedFile> Render(Installation installation, LiteLlmFacts facts)
    {
        var desired = LiteLlmDesired.Of(installation, facts);
        return
        [
            new GeneratedFile(ConfigPath, YamlText.Write(Config(desired, facts), ConfigComments), desired.Warnings),
            new GeneratedFile(KeysPath, YamlText.Write(Keys(desired), KeysComments), []),
        ];
    }

    private static JsonObject Config(LiteLlmConfiguration desired, LiteLlmFacts facts) => JsonObject.Of(
        ("environment_variables", desired.Proxy.Telemetry),
        ("general_settings", JsonObject.Of(
            ("database_url", Json.Of("os.environ/DATABASE_URL")),
            ("disable_auto_add_proxy_admin_to_teams", Json.True),
            ("key_management_system", facts is { IsLicensed: true, SecretManager: { } manager } ? Json.Of(manager) : null),
            ("master_key", Json.Of("os.environ/LITELLM_MASTER_KEY")),
            ("store_model_in_db", Json.True),
            ("user_api_key_cache_ttl", Json.Of(facts.CacheLifetimeSeconds)))),
        ("guardrails", desired.Proxy.Guardrails.IsEmpty ? null : new JsonArray([.. desired.Proxy.Guardrails])),
        ("litellm_settings", JsonObject.Of(
            ("cache", Json.Of(desired.Proxy.Cache is not null)),
            ("cache_params", desired.Proxy.Cache),
            ("callbacks", desired.Proxy.Telemetry is null ? null : Json.Of(["otel"])),
            ("turn_off_message_logging", Json.Of(!desired.Proxy.Logs)))),
        ("model_list", new JsonArray([.. desired.Shared.Select(deployment => deployment.ToJson())])),
        ("router_settings", desired.Proxy.Router));

    private static JsonObject Keys(LiteLlmConfiguration desired) => JsonObject.Of(
        ("tenants", JsonObject.Of(desired.Tenants.Select(tenant => KeyValuePair.Create<string, Json>(tenant.Id.Text, Policy(tenant))))));

    private static JsonObject Policy(LiteLlmTenant tenant) => JsonObject.Of(
        ("credentials", tenant.Credentials.IsEmpty ? null : new JsonArray([.. tenant.Credentials.Select(credential => JsonObject.Of(
            ("credential_name", Json.Of(credential.Name)), ("credential_value", credential.Reference)))])),
        ("deployments", tenant.Deployments.IsEmpty ? null : new JsonArray([.. tenant.Deployments.Select(deployment => deployment.ToJson())])),
        ("keys", tenant.Keys),
        ("maximum_keys", tenant.MaximumKeys is { } maximum ? Json.Of(maximum) : null),
        ("team", tenant.Team));
}
