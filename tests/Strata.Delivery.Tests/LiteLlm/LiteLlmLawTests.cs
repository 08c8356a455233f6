using CsCheck;
using Strata.Delivery.LiteLlm;
using Strata.Delivery.Rendering;
using Strata.Delivery.Tests.Rendering;
using Strata.Model.Documents;

namespace Strata.Delivery.Tests.LiteLlm;

public sealed class LiteLlmLawTests
{
    [Fact]
    public void Only_options_that_the_proxy_knows_are_rendered() => Holds(installation =>
    {
        var files = LiteLlmFiles.Render(installation, new LiteLlmFacts());
        return !LiteLlmOptions.Unknown(Yaml.ReadOne(files[0].Text), Yaml.ReadOne(files[1].Text)).Any();
    });

    [Fact]
    public void The_order_of_the_input_does_not_matter() => Holds(installation =>
    {
        var mirrored = new Installation([.. installation.Brands.Reverse().Select(brand => brand with { Tenants = [.. brand.Tenants.Reverse()] })], installation.Allowlist);
        return LiteLlmFiles.Render(installation, new LiteLlmFacts()).Select(file => file.Text).SequenceEqual(LiteLlmFiles.Render(mirrored, new LiteLlmFacts()).Select(file => file.Text));
    });

    [Fact]
    public void No_team_may_call_everything() => Holds(installation => Of(installation).Tenants.All(tenant => tenant.Team["models"].Texts().Length > 0));

    [Fact]
    public void A_team_calls_groups_that_exist_and_are_its_brand_s_or_its_own() => Holds(installation =>
    {
        var desired = Of(installation);
        var shared = desired.Shared.Select(deployment => deployment.Group).ToHashSet(StringComparer.Ordinal);
        return desired.Tenants.All(tenant => tenant.Team["models"].Texts().Where(model => model.Contains("--", StringComparison.Ordinal)).All(group =>
            tenant.Deployments.Any(own => own.Group == group && group.StartsWith($"t.{tenant.Id}--", StringComparison.Ordinal))
            || (shared.Contains(group) && group.StartsWith($"{tenant.Team["metadata"].Member("strata").Member("platform").Text()}--", StringComparison.Ordinal))));
    });

    [Fact]
    public void Every_alias_and_every_fallback_is_among_the_models() => Holds(installation => Of(installation).Tenants.All(tenant =>
    {
        var models = tenant.Team["models"].Texts();
        var fallbacks = ((JsonArray)tenant.Team["router_settings"].Member("fallbacks")!).Items.SelectMany(fallback => fallback.Entries());
        return tenant.Team["model_aliases"].Entries().All(alias => models.Contains(alias.Key) && models.Contains(alias.Value.Text()!))
            && fallbacks.All(fallback => models.Contains(fallback.Key) && fallback.Value.Texts().All(models.Contains));
    }));

    [Fact]
    public void No_host_outside_the_allowlist_is_rendered() => Holds(installation =>
    {
        var desired = Of(installation);
        return desired.Shared.Concat(desired.Tenants.SelectMany(tenant => tenant.Deployments))
            .All(deployment => installation.Allows(new Uri(deployment.Parameters["api_base"].Text()!).Host));
    });

    [Fact]
    public void Who_is_not_active_is_blocked() => Holds(installation =>
    {
        var active = installation.Brands.SelectMany(brand => brand.Tenants).Where(tenant => tenant.IsActive).Select(tenant => tenant.Id).ToHashSet();
        return Of(installation).Tenants.All(tenant => tenant.Team["blocked"].IsTrue() != active.Contains(tenant.Id));
    });

    [Fact]
    public void Limits_are_the_effective_quotas() => Holds(installation =>
    {
        var quotas = installation.Brands.SelectMany(brand => brand.Tenants).ToDictionary(tenant => tenant.Id, tenant => tenant.Document["quotas"]);
        return Of(installation).Tenants.All(tenant =>
            Equals(tenant.Team["rpm_limit"], quotas[tenant.Id].Member("requestsPerMinute")) && Equals(tenant.Team["tpm_limit"], quotas[tenant.Id].Member("tokensPerMinute")));
    });

    private static LiteLlmConfiguration Of(Installation installation) => LiteLlmDesired.Of(installation, new LiteLlmFacts());

    private static void Holds(Func<Installation, bool> law) => GeneratedInstallations.Any.Sample(
        law, iter: 200, print: installation => string.Concat(LiteLlmFiles.Render(installation, new LiteLlmFacts()).Select(file => file.Text)));
}
