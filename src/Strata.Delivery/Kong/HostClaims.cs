using System.Collections.Immutable;
using Strata.Delivery.Rendering;
using Strata.Model.Documents;

namespace Strata.Delivery.Kong;

/// <summary>
/// Which brand answers on which host: a brand's own hosts first, then verified hosts of its tenants. A host has one holder; a second claim is a warning.
/// </summary>
internal sealed class HostClaims
{
    private readonly Dictionary<string, string> _holders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<string>> _byBrand = new(StringComparer.Ordinal);
    private readonly List<RenderWarning> _warnings;

    public HostClaims(IEnumerable<Brand> brands, List<RenderWarning> warnings)
    {
        _warnings = warnings;
        foreach (var brand in brands)
        {
            _byBrand[brand.Id.Text] = new SortedSet<string>(StringComparer.Ordinal);
            Claim(brand, brand.Id.Text, brand.Defaults["branding"].Member("hosts").Texts());
        }
    }

    /// <summary>
    /// Claims what is proven to be the tenants', the first id first, and gives all hosts on which the brand answers, in order. A brand without hosts
    /// of its own answers on every host, so its tenants claim nothing.
    /// </summary>
    public ImmutableArray<string> Settle(Brand brand, IEnumerable<(string Tenant, string Host)> verified)
    {
        var hosts = _byBrand[brand.Id.Text];
        if (hosts.Count > 0)
        {
            foreach (var (tenant, host) in verified.Order())
                Claim(brand, $"{brand.Id}/{tenant}", [host]);
        }
        return [.. hosts];
    }

    /// <summary>The hosts that a tenant asks for and that are proven to be its own.</summary>
    public static IEnumerable<(string Tenant, string Host)> Verified(Tenant tenant) =>
        from host in tenant.Document["branding"].Member("customHosts").Texts()
        where tenant.Attributes.VerifiedHosts.Contains(host)
        select (tenant.Id.Text, host);

    private void Claim(Brand brand, string claimant, IEnumerable<string> hosts)
    {
        foreach (var host in hosts)
        {
            if (_holders.TryAdd(host, claimant))
                _byBrand[brand.Id.Text].Add(host);
            else
                _warnings.Add(new RenderWarning(claimant, $"the host '{host}' is held by {_holders[host]} and stays there"));
        }
    }
}
