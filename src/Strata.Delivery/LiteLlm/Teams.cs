using Strata.Delivery.Rendering;
using Strata.Model.Documents;

namespace Strata.Delivery.LiteLlm;

/// <summary>A tenant's team, and what its keys are made with.</summary>
internal static class Teams
{
    /// <summary>The team as <c>/team/new</c> and <c>/team/update</c> take it.</summary>
    public static JsonObject Team(Brand brand, Tenant tenant, ServedModels served, LiteLlmFacts facts)
    {
        var (quotas, budget) = (tenant.Document["quotas"], Budget(tenant.Document["budgets"]));
        var indexes = tenant.Document["rag"].Member("assigned").Texts().Select(corpus => Index(brand, tenant, corpus)).ToArray();
        return JsonObject.Of(
            ("allowed_vector_store_indexes", indexes.Length == 0 ? null : new JsonArray([.. indexes])),
            ("blocked", Json.Of(!tenant.IsActive)),
            ("budget_duration", budget.Max is null && budget.Soft is null ? null : Json.Of(budget.Duration)),
            ("max_budget", Number(budget.Max)),
            ("metadata", Marker(brand, tenant)),
            ("model_aliases", JsonObject.Of(served.PublicNames.Select(name => KeyValuePair.Create(name.Key, Json.Of(name.Value))))),
            ("models", Json.Of(served.Allowed)),
            ("router_settings", Router(tenant, served, facts)),
            ("rpm_limit", quotas.Member("requestsPerMinute")),
            ("soft_budget", Number(budget.Soft)),
            ("team_alias", Json.Of(tenant.Attributes.DisplayName)),
            ("team_id", Json.Of(Id(tenant))),
            ("tpm_limit", quotas.Member("tokensPerMinute")));
    }

    /// <summary>What every virtual key is made with; teams ignore <c>max_parallel_requests</c>, so that holds for each key.</summary>
    public static JsonObject Keys(Brand brand, Tenant tenant)
    {
        var limit = tenant.Document["budgets"].Member("perKeyLimitUsd");
        return JsonObject.Of(
            ("budget_duration", limit is null ? null : Json.Of(Budget(tenant.Document["budgets"]).Duration)),
            ("key_type", Json.Of("llm_api")),
            ("max_budget", limit),
            ("max_parallel_requests", tenant.Document["quotas"].Member("concurrentRequests")),
            ("metadata", Marker(brand, tenant)),
            ("models", Json.Of(["all-team-models"])),
            ("team_id", Json.Of(Id(tenant))));
    }

    private static string Id(Tenant tenant) => $"strata-{tenant.Id}";

    private static JsonObject Marker(Brand brand, Tenant tenant) => JsonObject.Of(
        ("strata", JsonObject.Of(("managed", Json.True), ("platform", Json.Of(brand.Id.Text)), ("tenant", Json.Of(tenant.Id.Text)))));

    private static JsonObject Router(Tenant tenant, ServedModels served, LiteLlmFacts facts)
    {
        var routing = tenant.Document["llm"].Member("routing");
        var isOn = routing.Member("failover").Member("enabled").IsTrue() && !facts.FailoverCeilingReached.Contains(tenant.Id);
        return JsonObject.Of(
            ("fallbacks", isOn ? Fallbacks(routing.Member("fallbacks"), served) : new JsonArray([])),
            ("num_retries", routing.Member("retries")),
            ("timeout", routing.Member("timeoutSeconds")));
    }

    /// <summary>By group, as the proxy has translated the public name by then; served models only, so that none leaves the tenant's regions.</summary>
    private static JsonArray Fallbacks(Json? configured, ServedModels served)
    {
        var byGroup = new SortedDictionary<string, Json>(StringComparer.Ordinal);
        foreach (var (name, targets) in configured.Entries())
        {
            if (!served.PublicNames.TryGetValue(name, out var group))
                continue;
            var groups = targets.Texts().Select(served.GroupOf).OfType<string>().Where(target => target != group).ToArray();
            if (groups.Length > 0)
                byGroup.TryAdd(group, Json.Of(groups));
        }
        return new JsonArray([.. byGroup.Select(fallback => JsonObject.Of((fallback.Key, fallback.Value)))]);
    }

    private static (double? Max, double? Soft, string Duration) Budget(Json? budgets)
    {
        var duration = budgets.Member("period").Text() switch
        {
            "daily" => "1d",
            "weekly" => "7d",
            _ => "1mo",
        };
        if (budgets.Member("limitUsd").Number() is not { } limit)
            return (null, null, duration);
        var lowest = (budgets.Member("alertThresholds") as JsonArray)?.Items.Select(threshold => threshold.Number()).Min();
        var soft = lowest is { } ratio ? (double?)Math.Round((double)((decimal)limit * (decimal)ratio), 2) : null;
        return (budgets.Member("hardStop").IsTrue() ? limit : null, soft < limit ? soft : null, duration);
    }

    private static JsonObject Index(Brand brand, Tenant tenant, string corpus)
    {
        var id = corpus[(corpus.IndexOf('/', StringComparison.Ordinal) + 1)..];
        var owner = corpus.StartsWith("own/", StringComparison.Ordinal) ? $"t.{tenant.Id}" : brand.Id.Text;
        return JsonObject.Of(("index_name", Json.Of($"{owner}--{id}")), ("index_permissions", Json.Of(["read"])));
    }

    private static Json? Number(double? value) => value is { } number ? Json.Of(number) : null;
}
