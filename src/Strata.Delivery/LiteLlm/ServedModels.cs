using Strata.Delivery.Rendering;
using Strata.Model.Documents;

namespace Strata.Delivery.LiteLlm;

/// <summary>The models that a tenant is served, and the names under which it calls them.</summary>
internal sealed class ServedModels
{
    private readonly Dictionary<string, string> _groups = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _public = new(StringComparer.Ordinal);

    /// <summary>Works out what is served.</summary>
    /// <param name="brand">The tenant's brand.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="shared">The brand's shared groups.</param>
    /// <param name="deployments">Makes the tenant's own.</param>
    public ServedModels(Brand brand, Tenant tenant, HashSet<string> shared, Deployments deployments)
    {
        var llm = tenant.Document["llm"];
        var enabled = llm.Member("providers").Entries().Where(provider => provider.Value.Member("enabled").IsTrue())
            .OrderBy(provider => provider.Value.Member("priority").Number() ?? 100).ThenBy(provider => provider.Key, StringComparer.Ordinal);
        foreach (var (id, provider) in enabled)
        {
            var credential = provider.Member("credential");
            var isOwn = credential.Member("$secret").Member("scope").Text() == "tenant";
            if (isOwn)
                Credentials.Add(new LiteLlmCredential(Deployments.Credential(tenant, id), credential!));
            else if (!Equals(credential, brand.Defaults["llm"].Member("providers").Member(id).Member("credential")))
                ForeignCredentials.Add(id); // a segment's key: the shared deployment has the brand's

            foreach (var (model, value) in provider.Member("models").Entries().Where(model => model.Value.Member("enabled").IsTrue()))
            {
                var group = $"{brand.Id}--{id}--{model}";
                if (isOwn && deployments.Own(brand, tenant, (id, provider), (model, value)) is { } own)
                {
                    Own.Add(own);
                    group = own.Group;
                }
                else if (isOwn || ForeignCredentials.Contains(id) || !shared.Contains(group))
                {
                    continue;
                }
                _groups[$"{id}/{model}"] = group;
                _public.TryAdd(model, group);
            }
        }
        foreach (var (alias, target) in llm.Member("aliases").Entries())
        {
            _public.Remove(alias); // an alias means its own model, even where that is not served
            if (_groups.TryGetValue(target.Text() ?? "", out var group))
                _public[alias] = group;
        }
    }

    /// <summary>The tenant's own keys.</summary>
    public List<LiteLlmCredential> Credentials { get; } = [];

    /// <summary>The deployments with them.</summary>
    public List<LiteLlmDeployment> Own { get; } = [];

    /// <summary>Providers that are not served because their key is neither the brand's nor the tenant's.</summary>
    public List<string> ForeignCredentials { get; } = [];

    /// <summary>Every public name with its group: aliases, and bare model ids.</summary>
    public IReadOnlyDictionary<string, string> PublicNames => _public;

    /// <summary>All that a team may call: names and groups. Never empty, which would mean everything.</summary>
    public IEnumerable<string> Allowed => _groups.Count == 0 ? ["no-default-models"] : _groups.Values.Concat(_public.Keys).Distinct().Order(StringComparer.Ordinal);

    /// <summary>The group of a model reference, <c>null</c> when it is not served.</summary>
    public string? GroupOf(string reference) => _groups.GetValueOrDefault(reference);
}
