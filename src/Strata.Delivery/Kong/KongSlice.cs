using System.Collections.Immutable;
using Strata.Delivery.Rendering;
using Strata.Model.Documents;

namespace Strata.Delivery.Kong;

/// <summary>What <see cref="KongDesired"/> reads of a tenant's document, and nothing else: it is kept in memory for every tenant.</summary>
internal static class KongSlice
{
    private static readonly ImmutableArray<string> Limits = ["requestSizeMb", "requestsPerMinute", "requestsPerMonth"];
    private static readonly JsonObject Enabled = JsonObject.Of(("enabled", Json.True));

    /// <summary>The slice of a tenant. Kong's configuration is the same for the slice as for the whole document.</summary>
    public static JsonObject Of(Tenant tenant)
    {
        var (document, quotas) = (tenant.Document, tenant.Document["quotas"]);
        var served = document["llm"].Member("providers").Entries().Where(provider => provider.Value.Member("enabled").IsTrue());
        return JsonObject.Of(
            ("branding", Some(JsonObject.Of(("customHosts", document["branding"].Member("customHosts"))))),
            ("llm", JsonObject.Of(("providers", JsonObject.Of(served.Select(provider => KeyValuePair.Create(provider.Key, (Json)Enabled)))))),
            ("quotas", Some(JsonObject.Of([.. Limits.Select(limit => (limit, quotas.Member(limit)))]))));
    }

    private static JsonObject? Some(JsonObject members) => members.Count > 0 ? members : null;
}
