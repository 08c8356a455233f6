using Strata.Model.Documents;

namespace Strata.Model.Policies;

/// <summary>Where plugins and telemetry may go, and what is left under air-gap mode.</summary>
internal static class NetworkPolicies
{
    private static readonly string[] Endpoints =
        ["/observability/traces/endpoint", "/observability/metrics/endpoint", "/observability/logs/endpoint", "/logging/access/endpoint"];

    /// <summary>Under <c>egress.airGap</c> only private endpoints are left.</summary>
    public static readonly Policy AirGap = new(
        "policy/air-gap-private-only",
        ["/egress/airGap", "/egress/privateEndpoints", "/llm/providers/*/enabled", "/llm/providers/*/own/host", "/plugins/*/enabled", .. Endpoints],
        static (policy, context) =>
        {
            var document = context.Merged;
            if (!document["egress"].Member("airGap").IsTrue())
                return;
            if (!document["egress"].Member("privateEndpoints").Entries().Any())
                context.Report(policy.Id, Severity.Deny, JsonPointer.Parse("/egress/privateEndpoints"), "must have at least one endpoint under air-gap mode");

            foreach (var provider in ProviderPolicies.All(context))
            {
                var host = provider.Value.Member("own").Member("host").Text() ?? provider.Value.Member("host").Text();
                if (!provider.IsEnabled || host is null || HostLists.IsPrivate(document, host))
                    continue;
                context.Report(policy.Id, Severity.Warn, provider.Pointer, $"'{host}' is no private endpoint");
                context.Withhold(policy.Id, provider.Pointer, $"'{host}' is no private endpoint");
            }
            foreach (var (id, plugin) in document["plugins"].Entries())
            {
                var pointer = JsonPointer.Of("plugins", id);
                if (!plugin.Member("enabled").IsTrue() || plugin.Member("hosts").Texts().FirstOrDefault(host => !HostLists.IsPrivate(document, host)) is not { } open)
                    continue;
                context.Report(policy.Id, Severity.Deny, pointer, $"reaches '{open}', which is no private endpoint");
                context.Withhold(policy.Id, pointer, $"'{open}' is no private endpoint");
            }
            foreach (var (pointer, host) in Hosts(document).Where(endpoint => !HostLists.IsPrivate(document, endpoint.Host)))
                context.Report(policy.Id, Severity.Deny, pointer, $"'{host}' is no private endpoint");
        });

    /// <summary>Telemetry and log endpoints are on <c>egress.allowedHosts</c> and not denied.</summary>
    public static readonly Policy EndpointHost = new(
        "policy/endpoint-host-allowed",
        ["/egress/allowedHosts", "/egress/deniedHosts", .. Endpoints],
        static (policy, context) =>
        {
            foreach (var (pointer, host) in Hosts(context.Merged).Where(endpoint => !HostLists.MayReach(context.Merged, endpoint.Host)))
                context.Report(policy.Id, Severity.Deny, pointer, $"'{host}' must be on egress.allowedHosts and not on egress.deniedHosts");
        });

    private static IEnumerable<(JsonPointer Pointer, string Host)> Hosts(JsonObject document) =>
        from text in Endpoints
        let pointer = JsonPointer.Parse(text)
        where Uri.TryCreate(document.At(pointer).Text(), UriKind.Absolute, out _)
        select (pointer, new Uri(document.At(pointer).Text()!).IdnHost);
}
