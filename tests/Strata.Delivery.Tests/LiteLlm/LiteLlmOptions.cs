using Strata.Model.Documents;

namespace Strata.Delivery.Tests.LiteLlm;

/// <summary>The options that the real proxy knows. It ignores others without a word, so a misspelt one would go unnoticed.</summary>
internal static class LiteLlmOptions
{
    private static readonly string[] File =
    [
        "environment_variables", "environment_variables/OTEL_ENDPOINT", "environment_variables/OTEL_EXPORTER", "environment_variables/OTEL_SERVICE_NAME",
        "general_settings", "general_settings/database_url", "general_settings/disable_auto_add_proxy_admin_to_teams", "general_settings/key_management_system",
        "general_settings/master_key", "general_settings/store_model_in_db", "general_settings/user_api_key_cache_ttl",
        "guardrails", "guardrails/guardrail_name", "guardrails/litellm_params", "guardrails/litellm_params/default_on", "guardrails/litellm_params/guardrail",
        "guardrails/litellm_params/mode", "guardrails/litellm_params/patterns", "guardrails/litellm_params/patterns/action", "guardrails/litellm_params/patterns/name",
        "guardrails/litellm_params/patterns/pattern", "guardrails/litellm_params/patterns/pattern_name", "guardrails/litellm_params/patterns/pattern_type",
        "guardrails/litellm_params/categories", "guardrails/litellm_params/categories/action", "guardrails/litellm_params/categories/category",
        "guardrails/litellm_params/categories/enabled", "guardrails/litellm_params/categories/severity_threshold",
        "litellm_settings", "litellm_settings/cache", "litellm_settings/cache_params", "litellm_settings/callbacks", "litellm_settings/turn_off_message_logging",
        "litellm_settings/cache_params/host", "litellm_settings/cache_params/mode", "litellm_settings/cache_params/namespace", "litellm_settings/cache_params/password",
        "litellm_settings/cache_params/port", "litellm_settings/cache_params/redis_semantic_cache_embedding_model", "litellm_settings/cache_params/similarity_threshold",
        "litellm_settings/cache_params/ttl", "litellm_settings/cache_params/type",
        "model_list", .. Deployment("model_list"),
        "router_settings", "router_settings/default_fallbacks", "router_settings/enable_pre_call_checks", "router_settings/fallbacks", "router_settings/num_retries",
        "router_settings/redis_host", "router_settings/redis_password", "router_settings/redis_port", "router_settings/routing_strategy", "router_settings/timeout",
    ];

    private static readonly string[] Tenant =
    [
        "credentials", "credentials/credential_name", "credentials/credential_value", "credentials/credential_value/$secret",
        "credentials/credential_value/$secret/field", "credentials/credential_value/$secret/path", "credentials/credential_value/$secret/scope",
        "credentials/credential_value/$secret/store", "credentials/credential_value/$secret/version",
        "deployments", .. Deployment("deployments"), "maximum_keys",
        "keys", "keys/budget_duration", "keys/key_type", "keys/max_budget", "keys/max_parallel_requests", "keys/models", "keys/team_id", .. Marker("keys"),
        "team", "team/allowed_vector_store_indexes", "team/allowed_vector_store_indexes/index_name", "team/allowed_vector_store_indexes/index_permissions",
        "team/blocked", "team/budget_duration", "team/max_budget", "team/model_aliases", "team/models", "team/router_settings", "team/router_settings/fallbacks",
        "team/router_settings/num_retries", "team/router_settings/timeout", "team/rpm_limit", "team/soft_budget", "team/team_alias", "team/team_id", "team/tpm_limit",
        .. Marker("team"),
    ];

    // Names of one's own: aliases by their name, fallbacks by their group.
    private static readonly string[] Free = ["team/model_aliases/", "team/router_settings/fallbacks/"];

    public static IEnumerable<string> Unknown(JsonObject config, JsonObject keys) =>
        Paths(config, "").Except(File).Concat(
            keys["tenants"].Entries().SelectMany(tenant => Paths(tenant.Value, "")).Except(Tenant).Where(path => !Free.Any(free => path.StartsWith(free, StringComparison.Ordinal))));

    private static IEnumerable<string> Paths(Json value, string at) => value switch
    {
        JsonObject members => members.Members.ToArray().SelectMany(member => Paths(member.Value, $"{at}{member.Key}/").Prepend($"{at}{member.Key}")),
        JsonArray array => array.Items.SelectMany(item => Paths(item, at)),
        _ => [],
    };

    private static IEnumerable<string> Marker(string at) =>
        new[] { "metadata", "metadata/strata", "metadata/strata/managed", "metadata/strata/platform", "metadata/strata/tenant" }.Select(path => $"{at}/{path}");

    private static IEnumerable<string> Deployment(string at) => new[]
    {
        "litellm_params", "litellm_params/api_base", "litellm_params/api_key", "litellm_params/api_version", "litellm_params/cache_read_input_token_cost",
        "litellm_params/input_cost_per_token", "litellm_params/litellm_credential_name", "litellm_params/model", "litellm_params/output_cost_per_token",
        "litellm_params/rpm", "litellm_params/timeout", "litellm_params/tpm", "litellm_params/vertex_credentials", "litellm_params/weight",
        "model_info", "model_info/id", "model_info/max_input_tokens", "model_info/max_output_tokens", "model_info/mode", "model_info/strata_platform", "model_name",
    }.Select(path => $"{at}/{path}");
}
