using Strata.Model.Documents;

namespace Strata.Model.Policies;

/// <summary>A rule that spans sections, checked on the effective document.</summary>
/// <param name="Id">Its stable id, e.g. <c>policy/air-gap-private-only</c>.</param>
/// <param name="Reads">
/// What its verdict depends on, as pointers in which <c>*</c> stands for any key: the index of impact groups tenants by their values there.
/// </param>
/// <param name="Check">Reports violations and withholds entries.</param>
public sealed record Policy(string Id, string[] Reads, Action<Policy, PolicyContext> Check)
{
    /// <summary>Whether the verdict depends on the tenant's id or attributes, too.</summary>
    public bool ReadsTenant { get; init; }
}

/// <summary>
/// All policies in their fixed order. Each only switches entries off, so one pass ends, and what a later one reads of an earlier one's entries
/// is final.
/// </summary>
public sealed class PolicySet
{
    private readonly PluginPolicies _plugins = new();

    /// <summary>The policies in the order in which they run.</summary>
    public IReadOnlyList<Policy> All => field ??=
    [
        ProviderPolicies.HostAllowed,
        ProviderPolicies.ProviderAllowed,
        ProviderPolicies.InResidency,
        NetworkPolicies.AirGap,
        ProviderPolicies.OwnEndpoint,
        ProviderPolicies.ByoCredential,
        ProviderPolicies.CredentialPresent,
        GrantPolicies.Granted,
        GrantPolicies.VariantExists,
        _plugins.Ready,
        ModelReferences.Policy,
        SpendPolicies.QuotaWindows,
        SpendPolicies.Budget,
        NetworkPolicies.EndpointHost,
    ];

    /// <summary>Runs every policy.</summary>
    public void Run(PolicyContext context)
    {
        foreach (var policy in All)
            policy.Check(policy, context);
    }
}

/// <summary>Host lists as policies read them.</summary>
internal static class HostLists
{
    /// <summary>Whether a list of host patterns covers a host.</summary>
    public static bool Covers(Json? patterns, string host) => patterns.Texts().Any(pattern => Overrides.Bound.Covers(pattern, host));

    /// <summary>Whether a host may be reached by plugins and telemetry: on <c>egress.allowedHosts</c> and not denied. Absent means nothing may.</summary>
    public static bool MayReach(JsonObject document, string host) =>
        Covers(document["egress"].Member("allowedHosts"), host) && !Covers(document["egress"].Member("deniedHosts"), host);

    /// <summary>Whether a host is one of the tenant's private endpoints.</summary>
    public static bool IsPrivate(JsonObject document, string host) =>
        document["egress"].Member("privateEndpoints").Entries().Any(endpoint => endpoint.Value.Member("host").Text() == host);
}
