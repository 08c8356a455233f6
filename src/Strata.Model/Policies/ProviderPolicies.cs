using Strata.Model.Documents;

namespace Strata.Model.Policies;

/// <summary>What decides whether a provider is served.</summary>
internal static class ProviderPolicies
{
    private static readonly JsonPointer Providers = JsonPointer.Parse("/llm/providers");

    /// <summary>Every host that a provider uses is on <c>llm.allowedHosts</c>, on <c>egress.allowedHosts</c> where that is set, and not denied.</summary>
    public static readonly Policy HostAllowed = new(
        "policy/provider-host-allowed",
        ["/llm/providers/*/enabled", "/llm/providers/*/host", "/llm/providers/*/own/host", "/llm/providers/*/replicas", "/llm/allowedHosts", "/egress/allowedHosts", "/egress/deniedHosts"],
        static (policy, context) =>
        {
            foreach (var provider in All(context))
            {
                // What is switched off cannot reach anything, but a platform may not even save a foreign host.
                if (!provider.IsEnabled && context.Subject is not null)
                    continue;
                foreach (var (at, entry, host) in Hosts(provider))
                {
                    if (WhyNot(context.Merged, host) is not { } reason)
                        continue;
                    var message = $"'{host}' {reason}";
                    context.Report(policy.Id, Severity.Deny, at, message);
                    context.Withhold(policy.Id, entry, message);
                }
            }
        });

    /// <summary>The provider is among <c>llm.allowedProviders</c>; absent allows all.</summary>
    public static readonly Policy ProviderAllowed = new(
        "policy/provider-allowed",
        ["/llm/providers/*/enabled", "/llm/allowedProviders"],
        static (policy, context) =>
        {
            if (context.Merged["llm"].Member("allowedProviders") is not { } allowed)
                return;
            foreach (var provider in All(context))
                Switch(policy, context, provider, allowed.Texts().Contains(provider.Id) ? null : "is not among llm.allowedProviders");
        });

    /// <summary>Everything where the provider may process lies within <c>residency.processingRegions</c>; the tenant's own region within <c>dataRegions</c>.</summary>
    public static readonly Policy InResidency = new(
        "policy/provider-in-residency",
        ["/llm/providers/*/enabled", "/residency"],
        static (policy, context) =>
        {
            var residency = context.Merged["residency"];
            if (residency.Member("processingRegions") is { } regions)
            {
                foreach (var provider in All(context))
                {
                    var outside = provider.Value.Member("regions") is { } own ? own.Texts().Except(regions.Texts()).ToArray() : ["unknown regions"];
                    Switch(policy, context, provider, outside.Length == 0 ? null : $"may process in {string.Join(", ", outside)}, outside residency.processingRegions");
                }
            }
            if (residency.Member("dataRegions") is { } data && context.Subject?.Attributes.Region is { } home && !data.Texts().Contains(home))
            {
                context.Report(
                    policy.Id, Severity.Deny, JsonPointer.Parse("/residency/dataRegions"), $"must hold the tenant's region '{home}' (is {string.Join(", ", data.Texts())})");
            }
        })
    { ReadsTenant = true };

    /// <summary>An own host or own deployments only beside an own credential; else the platform's key would travel to the tenant's host.</summary>
    public static readonly Policy OwnEndpoint = new(
        "policy/own-endpoint-needs-own-credential",
        ["/llm/providers/*/own", "/llm/providers/*/credential?"],
        static (policy, context) =>
        {
            foreach (var provider in All(context))
            {
                if (provider.Value.Member("own") is not { } own || (own.Member("host") ?? own.Member("deployments")) is null || HasOwnCredential(provider.Value))
                    continue;
                const string Message = "needs a credential of the tenant's own beside it";
                context.Report(policy.Id, Severity.Deny, provider.Pointer.Append("own"), Message);
                context.Withhold(policy.Id, provider.Pointer, $"own endpoint {Message}");
            }
        });

    /// <summary>Where the platform requires it, a provider is served with the tenant's own credential only.</summary>
    public static readonly Policy ByoCredential = new(
        "policy/byo-credential-present",
        ["/llm/providers/*/enabled", "/llm/providers/*/credential?", "/llm/byo"],
        static (policy, context) =>
        {
            if (context.Subject is null || context.Merged["llm"].Member("byo").Text() != "required")
                return;
            foreach (var provider in All(context))
                Switch(policy, context, provider, HasOwnCredential(provider.Value) ? null : "needs a credential of the tenant's own (llm.byo is required)", "credential");
        });

    /// <summary>An enabled provider has a credential, the platform's or the tenant's.</summary>
    public static readonly Policy CredentialPresent = new(
        "policy/credential-present",
        ["/llm/providers/*/enabled", "/llm/providers/*/credential?"],
        static (policy, context) =>
        {
            if (context.Subject is null || context.Merged["llm"].Member("byo").Text() == "required")
                return;
            foreach (var provider in All(context))
                Switch(policy, context, provider, provider.Value.Member("credential") is not null ? null : "needs a credential", "credential");
        });

    /// <summary>The providers of the merged document.</summary>
    public static IEnumerable<Provider> All(PolicyContext context) =>
        context.Merged["llm"].Member("providers").Entries().Select(entry => new Provider(entry.Key, Providers.Append(entry.Key), entry.Value));

    private static void Switch(Policy policy, PolicyContext context, Provider provider, string? reason, string? member = null)
    {
        if (reason is null || !provider.IsEnabled)
            return;
        context.Report(policy.Id, Severity.Warn, member is null ? provider.Pointer : provider.Pointer.Append(member), $"provider '{provider.Id}' {reason}");
        context.Withhold(policy.Id, provider.Pointer, $"provider '{provider.Id}' {reason}");
    }

    private static bool HasOwnCredential(Json provider) => provider.Member("credential").Member("$secret").Member("scope").Text() == "tenant";

    private static string? WhyNot(JsonObject document, string host)
    {
        if (!HostLists.Covers(document["llm"].Member("allowedHosts"), host))
            return "is not on llm.allowedHosts";
        var egress = document["egress"];
        if (HostLists.Covers(egress.Member("deniedHosts"), host))
            return "is on egress.deniedHosts";
        return egress.Member("allowedHosts") is { } allowed && !HostLists.Covers(allowed, host) ? "is not on egress.allowedHosts" : null;
    }

    /// <summary>Every host of a provider, where it stands, and the entry that goes off with it.</summary>
    private static IEnumerable<(JsonPointer At, JsonPointer Entry, string Host)> Hosts(Provider provider)
    {
        var (pointer, value) = (provider.Pointer, provider.Value);
        if (value.Member("host").Text() is { } host)
            yield return (pointer.Append("host"), pointer, host);
        if (value.Member("own").Member("host").Text() is { } own)
            yield return (pointer.Append("own").Append("host"), pointer, own);
        foreach (var (id, replica) in value.Member("replicas").Entries())
        {
            var at = pointer.Append("replicas").Append(id);
            if (replica.Member("host").Text() is { } other)
                yield return (at.Append("host"), at, other);
        }
    }

    /// <summary>A provider of the merged document.</summary>
    /// <param name="Id">Its key.</param>
    /// <param name="Pointer">Where it stands.</param>
    /// <param name="Value">The entry.</param>
    public readonly record struct Provider(string Id, JsonPointer Pointer, Json Value)
    {
        /// <summary>Whether the layers leave it on.</summary>
        public bool IsEnabled => Value.Member("enabled").IsTrue();
    }
}
