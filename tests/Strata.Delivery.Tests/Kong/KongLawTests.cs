using System.Globalization;
using CsCheck;
using Strata.Delivery.Kong;
using Strata.Delivery.Rendering;
using Strata.Delivery.Tests.Rendering;
using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Delivery.Tests.Kong;

public sealed class KongLawTests
{
    [Fact]
    public void Every_rendering_is_one_that_Kong_loads() => GeneratedInstallations.Any.Sample(
        installation => KongValidator.Check(Rendered(installation)).Count == 0, iter: 200, print: Print);

    [Fact]
    public void The_order_of_the_input_does_not_matter() => GeneratedInstallations.Any.Sample(
        installation =>
        {
            var mirrored = new Installation(
                [.. installation.Brands.Reverse().Select(brand => brand with { Tenants = [.. brand.Tenants.Reverse()] })], installation.Allowlist);
            return KongFile.Render(installation, new KongFacts()).Text == KongFile.Render(mirrored, new KongFacts()).Text;
        },
        iter: 200,
        print: Print);

    [Fact]
    public void A_tenant_s_slice_is_all_that_counts() => GeneratedInstallations.Any.Sample(
        installation =>
        {
            var sliced = new Installation(
                [.. installation.Brands.Select(brand => brand with { Tenants = [.. brand.Tenants.Select(tenant => tenant with { Document = KongSlice.Of(tenant) })] })], installation.Allowlist);
            return KongFile.Render(installation, new KongFacts()).Text == KongFile.Render(sliced, new KongFacts()).Text;
        },
        iter: 200,
        print: Print);

    [Fact]
    public void Only_active_tenants_are_in_a_group() => GeneratedInstallations.Any.Sample(
        installation =>
        {
            var active = installation.Brands.SelectMany(brand => brand.Tenants).Where(tenant => tenant.Attributes.Status == TenantStatus.Active).Select(tenant => tenant.Id);
            var grouped = KongDesired.Of(installation, new KongFacts()).Consumers.Where(consumer => consumer.Groups.Length > 0).Select(consumer => consumer.Tenant);
            return active.ToHashSet().SetEquals(grouped);
        },
        iter: 200,
        print: Print);

    [Fact]
    public void A_tenant_is_admitted_to_exactly_the_providers_that_serve_it() => GeneratedInstallations.Any.Sample(
        installation =>
        {
            var kong = KongDesired.Of(installation, new KongFacts());
            return installation.Brands.All(brand => brand.Tenants.Where(tenant => tenant.IsActive).All(tenant =>
            {
                var groups = kong.Consumers.Single(consumer => consumer.Tenant == tenant.Id).Groups;
                return kong.Services.Where(service => service.Platform == brand.Id).All(service =>
                    Allowed(service).Any(groups.Contains) == Serves(tenant, service.Name[(brand.Id.Text.Length + 1)..].Split("--")[0]));
            }));
        },
        iter: 200,
        print: Print);

    [Fact]
    public void No_host_outside_the_allowlist_is_rendered() => GeneratedInstallations.Any.Sample(
        installation => KongDesired.Of(installation, new KongFacts()).Services.All(service => installation.Allows(service.Upstream.Host)), iter: 200, print: Print);

    [Fact]
    public void No_rendered_quota_exceeds_the_effective_one() => GeneratedInstallations.Any.Sample(
        installation =>
        {
            var consumers = KongDesired.Of(installation, new KongFacts()).Consumers.ToDictionary(consumer => consumer.Tenant);
            return installation.Brands.SelectMany(brand => brand.Tenants).Where(tenant => tenant.Exists).All(tenant =>
            {
                var limits = consumers[tenant.Id].Plugins.FirstOrDefault(plugin => plugin.Name == "rate-limiting")?.Config;
                return Within(limits?["minute"], tenant.Document["quotas"].Member("requestsPerMinute"))
                    && Within(limits?["month"], tenant.Document["quotas"].Member("requestsPerMonth"));
            });
        },
        iter: 200,
        print: Print);

    [Fact]
    public void Forty_providers_and_a_thousand_tenants_load()
    {
        var providers = string.Concat(Enumerable.Range(0, 40).Select(i => $"      p{i}: {{ host: h{i}.models.example, regions: [eu], credential: {{ $secret: {{ store: main, path: p{i} }} }} }}\n"));
        var tenants = Enumerable.Range(0, 1000).Select(i => string.Create(CultureInfo.InvariantCulture,
            $"---\n{{ kind: tenant, id: tenant-{i}, platform: big, document: {{ displayName: T, llm: {{ providers: {{ p{i % 40}: {{ enabled: false }} }} }} }} }}\n"));
        var installation = Installations.Read(
            $"kind: platform\nid: big\ndocument:\n  llm:\n    providers:\n{providers}{string.Concat(tenants)}",
            "kind: allowlist\ndocument: { hosts: { '*.models.example': { owner: x, reason: x } } }");

        var document = Rendered(installation);

        Assert.Empty(KongValidator.Check(document));
        Assert.Equal(40, ((JsonArray)document["services"]!).Items.Length);
        Assert.Equal(1000, ((JsonArray)document["consumers"]!).Items.Length);
    }

    private static JsonObject Rendered(Installation installation) => Yaml.ReadOne(KongFile.Render(installation, new KongFacts()).Text);

    private static string Print(Installation installation) => KongFile.Render(installation, new KongFacts()).Text;

    private static IEnumerable<string> Allowed(KongService service) => service.Plugins.Single(plugin => plugin.Name == "acl").Config["allow"].Texts();

    private static bool Serves(Tenant tenant, string provider) => tenant.Document["llm"].Member("providers").Member(provider).Member("enabled").IsTrue();

    private static bool Within(Json? rendered, Json? effective) => effective is null ? rendered is null : rendered.Number() <= effective.Number();
}
