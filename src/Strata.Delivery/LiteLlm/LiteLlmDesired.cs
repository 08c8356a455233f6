using Strata.Delivery.Rendering;
using Strata.Model.Documents;

namespace Strata.Delivery.LiteLlm;

/// <summary>What the configuration of an installation means for LiteLLM. Pure; linear in tenants × models.</summary>
public static class LiteLlmDesired
{
    /// <summary>The desired configuration of a proxy.</summary>
    public static LiteLlmConfiguration Of(Installation installation, LiteLlmFacts facts)
    {
        var warnings = new List<RenderWarning>();
        var deployments = new Deployments(installation, SecretNames.Of(installation.Brands));
        var strictest = new Strictest();
        var shared = new List<LiteLlmDeployment>();
        var tenants = new List<LiteLlmTenant>();
        foreach (var brand in installation.Brands)
        {
            strictest.Add(brand);
            LiteLlmDeployment[] own = [.. deployments.Shared(brand)];
            shared.AddRange(own);
            var groups = own.Select(deployment => deployment.Group).ToHashSet(StringComparer.Ordinal);
            foreach (var tenant in brand.Tenants.Where(tenant => tenant.Exists))
            {
                strictest.Add(tenant);
                var served = new ServedModels(brand, tenant, groups, deployments);
                tenants.Add(Of(brand, tenant, served, facts));
                if (served.ForeignCredentials.Count > 0)
                {
                    warnings.Add(new RenderWarning(
                        $"{brand.Id}/{tenant.Id}", $"not served: {string.Join(", ", served.ForeignCredentials)}; the shared deployments have the brand's key, not the segment's"));
                }
            }
        }
        var proxy = strictest.Settings(shared, facts, warnings);
        return new LiteLlmConfiguration(
            [.. shared.OrderBy(deployment => deployment.Group, StringComparer.Ordinal)],
            [.. tenants.OrderBy(tenant => tenant.Id.Text, StringComparer.Ordinal)],
            proxy,
            [.. warnings.Distinct().OrderBy(warning => warning.Subject, StringComparer.Ordinal).ThenBy(warning => warning.Message, StringComparer.Ordinal)]);
    }

    private static LiteLlmTenant Of(Brand brand, Tenant tenant, ServedModels served, LiteLlmFacts facts) => new(
        tenant.Id,
        Teams.Team(brand, tenant, served, facts),
        Teams.Keys(brand, tenant),
        (int?)tenant.Document["quotas"].Member("virtualKeys").Number(),
        [.. served.Credentials.OrderBy(credential => credential.Name, StringComparer.Ordinal)],
        [.. served.Own.OrderBy(deployment => deployment.Group, StringComparer.Ordinal)]);
}
