using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Strata.Delivery.Rendering;
using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Delivery.Kong;

/// <summary>What the configuration of an installation means for Kong. Pure; time and space grow with tenants × providers of a brand.</summary>
public static class KongDesired
{
    private const string ActiveGroup = "active";

    /// <summary>The desired configuration of every node.</summary>
    public static KongConfiguration Of(Installation installation, KongFacts facts)
    {
        var warnings = new List<RenderWarning>();
        if (facts.SigningKey is null)
            warnings.Add(new RenderWarning("kong", "the issuer's key is not known here, so no token is accepted until delivery has added it"));

        var claims = new HostClaims(installation.Brands, warnings);
        var plugins = new KongPlugins(SecretNames.Of(installation.Brands), warnings);
        var consumers = new List<KongConsumer>();
        var services = new List<KongService>();
        foreach (var brand in installation.Brands)
        {
            var providers = Providers(installation, brand);
            var served = new ServedSets(brand.Id);
            var verified = new List<(string Tenant, string Host)>();
            foreach (var tenant in brand.Tenants.Where(tenant => tenant.Exists))
            {
                verified.AddRange(HostClaims.Verified(tenant));
                consumers.Add(Consumer(brand, tenant, served, facts));
            }
            var hosts = claims.Settle(brand, verified);
            var shared = plugins.OfBrand(brand, hosts, facts);
            services.AddRange(
                from provider in providers
                from endpoint in provider.Endpoints
                select Service(brand, provider, endpoint, hosts, [KongPlugins.Acl(served.With(provider.Id)), .. shared]));
        }
        return new KongConfiguration(
            [.. services.OrderBy(service => service.Name, StringComparer.Ordinal)],
            [.. consumers.OrderBy(consumer => consumer.Tenant.Text, StringComparer.Ordinal)],
            [.. warnings]);
    }

    private static List<Provider> Providers(Installation installation, Brand brand) =>
    [
        .. from entry in brand.Defaults["llm"].Member("providers").Entries()
           where entry.Value.Member("enabled").IsTrue()
           let endpoints = Endpoints(entry.Key, entry.Value).Where(endpoint => installation.Allows(endpoint.Host)).ToImmutableArray()
           where !endpoints.IsEmpty
           select new Provider(entry.Key, entry.Value, endpoints),
    ];

    private static IEnumerable<Endpoint> Endpoints(string id, Json provider)
    {
        if (provider.Member("host").Text() is { } host)
            yield return new Endpoint(id, host);
        foreach (var (replica, value) in provider.Member("replicas").Entries())
        {
            if (value.Member("enabled").IsTrue() && value.Member("host").Text() is { } other)
                yield return new Endpoint($"{id}--{replica}", other);
        }
    }

    private static KongService Service(Brand brand, Provider provider, Endpoint endpoint, ImmutableArray<string> hosts, ImmutableArray<KongPlugin> plugins) => new(
        $"{brand.Id}.{endpoint.Name}",
        brand.Id,
        new KongUpstream(
            endpoint.Host,
            (int)(provider.Value.Member("port").Number() ?? 443),
            provider.Value.Member("basePath").Text(),
            (int)(provider.Value.Member("timeoutSeconds").Number() ?? 600)),
        new KongRoute(hosts, hosts.IsEmpty ? $"/{brand.Id}/{endpoint.Name}/" : $"/{endpoint.Name}/"),
        [.. plugins.OrderBy(plugin => plugin.Name, StringComparer.Ordinal)]);

    private static KongConsumer Consumer(Brand brand, Tenant tenant, ServedSets served, KongFacts facts) => new(
        tenant.Id,
        brand.Id,
        tenant.IsActive ? [ActiveGroup, served.GroupOf(tenant.Document)] : [],
        [.. KongPlugins.Limits(tenant.Document["quotas"], facts)],
        facts.SigningKey);

    private sealed record Provider(string Id, Json Value, ImmutableArray<Endpoint> Endpoints);

    private sealed record Endpoint(string Name, string Host);

    /// <summary>
    /// The distinct sets of providers that a brand's tenants are served. Kong's <c>acl</c> admits on any listed group, so a tenant is in the group of
    /// its set, and a service lists the sets that hold it.
    /// </summary>
    private sealed class ServedSets(PlatformId platform)
    {
        private readonly Dictionary<string, string> _groups = new(StringComparer.Ordinal);
        private readonly Dictionary<string, SortedSet<string>> _byProvider = new(StringComparer.Ordinal);

        public string GroupOf(JsonObject document)
        {
            string[] served = [.. document["llm"].Member("providers").Entries().Where(entry => entry.Value.Member("enabled").IsTrue()).Select(entry => entry.Key)];
            var key = string.Join('\n', served);
            if (_groups.TryGetValue(key, out var known))
                return known;
            var group = $"{platform}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)), 0, 8)}";
            _groups[key] = group;
            foreach (var provider in served)
            {
                if (!_byProvider.TryGetValue(provider, out var groups))
                    _byProvider[provider] = groups = new SortedSet<string>(StringComparer.Ordinal);
                groups.Add(group);
            }
            return group;
        }

        /// <summary>The groups of the sets that hold a provider; one that nobody is in when there is none, as an empty list would be refused.</summary>
        public IEnumerable<string> With(string provider) => _byProvider.TryGetValue(provider, out var groups) ? groups : [$"{platform}.nobody"];
    }
}
