using Strata.Model.Documents;

namespace Strata.Model.Tests.Policies;

public sealed class PolicyTests
{
    private const string Providers = """
        "openai": {"host": "api.openai.com", "regions": ["us"], "credential": {"$secret": {"store": "main", "path": "openai"}}},
        "azure-eu": {"host": "acme.openai.azure.com", "regions": ["eu"], "credential": {"$secret": {"store": "main", "path": "azure"}}}
        """;

    private static readonly Brand DCoder = Brand.Of($$"""{"llm":{"providers":{ {{Providers}} } } }""");

    [Fact]
    public void A_provider_whose_host_left_the_allowlist_is_withheld()
    {
        var brand = DCoder with { Layers = DCoder.Layers with { Allowlist = new Allowlist(["api.openai.com"]) } };

        Assert.Equal(["/llm/providers/azure-eu policy/provider-host-allowed"], brand.Withheld);
        Assert.Equal((Json.False, "policy/provider-host-allowed"), (brand.Value("/llm/providers/azure-eu/enabled"), brand.Leaf("/llm/providers/azure-eu/enabled").WithheldBy));
    }

    [Fact]
    public void A_provider_outside_the_processing_regions_is_withheld() => Assert.Equal(
        ["/llm/providers/openai policy/provider-in-residency"], DCoder.Overrides("""{"residency":{"processingRegions":["eu"]}}""").Withheld);

    [Fact]
    public void A_provider_that_is_not_allowed_is_withheld() => Assert.Equal(
        ["/llm/providers/azure-eu policy/provider-allowed"], DCoder.Overrides("""{"llm":{"allowedProviders":["openai"]}}""").Withheld);

    [Fact]
    public void Where_own_credentials_are_required_only_those_serve() => Assert.Equal(
        ["/llm/providers/openai policy/byo-credential-present"],
        Brand.Of($$"""{"llm":{"byo":"required","providers":{ {{Providers}} } } }""")
            .Overrides("""{"llm":{"providers":{"azure-eu":{"credential":{"$secret":{"store":"main","path":"own"}}}}}}""").Withheld);

    [Fact]
    public void A_provider_without_any_credential_is_withheld() => Assert.Equal(
        ["/llm/providers/bare policy/credential-present"],
        Brand.Of("""{"llm":{"providers":{"bare":{"host":"api.openai.com","regions":["us"]}}}}""").Withheld);

    [Fact]
    public void Under_air_gap_only_private_endpoints_serve() => Assert.Equal(
        ["/llm/providers/openai policy/air-gap-private-only"],
        DCoder.Overrides("""{"egress":{"airGap":true,"privateEndpoints":{"azure":{"host":"acme.openai.azure.com","port":443}}}}""").Withheld);

    [Fact]
    public void Air_gap_without_a_private_endpoint_is_refused() =>
        Assert.Contains(DCoder.Set("""{"egress":{"airGap":true}}""").Violations, violation => violation.Pointer.Text == "/egress/privateEndpoints");

    [Fact]
    public void A_feature_that_is_granted_to_other_segments_is_withheld()
    {
        var brand = Brand.Of("""{"features":{"agents":{"type":"boolean","enabled":true,"segments":["enterprise"]}}}""");

        Assert.Equal(["/features/agents policy/granted"], brand.Withheld);
        Assert.Empty(brand.Segment("enterprise", 1, """{"tier":["pro"]}""", "{}").Withheld);
    }

    [Fact]
    public void A_rollout_only_adds_tenants_as_it_grows()
    {
        bool[] steps = [.. Enumerable.Range(0, 101).Select(percent => Strata.Model.Policies.GrantPolicies.IsInRollout("agents", TenantId.Parse("acme"), percent))];

        Assert.Equal(steps.Order(), steps);
        Assert.Equal((false, true), (steps[0], steps[100]));
    }

    [Fact]
    public void An_own_host_without_an_own_credential_is_refused() => Assert.Equal(
        ["policy/own-endpoint-needs-own-credential"],
        DCoder.Set("""{"llm":{"providers":{"azure-eu":{"own":{"host":"mine.openai.azure.com"}}}}}""").Violations.Select(violation => violation.Rule));

    [Fact]
    public void An_alias_for_a_model_that_does_not_exist_is_refused() => Assert.Equal(
        "policy/model-reference", Assert.Single(DCoder.Set("""{"llm":{"aliases":{"fast":"openai/unknown"}}}""").Violations).Rule);

    [Fact]
    public void Fallbacks_that_lead_in_a_circle_are_refused()
    {
        var brand = Brand.Of("""{"llm":{"providers":{"openai":{"host":"api.openai.com","regions":["us"],"models":{"a":{"upstreamName":"a","mode":"chat"},"b":{"upstreamName":"b","mode":"chat"}}}}}}""");

        Assert.Contains(brand.Set("""{"llm":{"routing":{"fallbacks":{"a":["openai/b"],"b":["openai/a"]}}}}""").Violations, violation => violation.Rule == "policy/model-reference");
    }

    [Theory]
    [InlineData("""{"quotas":{"requestsPerMinute":10,"requestsPerMonth":9}}""", "policy/quota-windows-ordered")]
    [InlineData("""{"budgets":{"limitUsd":100,"perKeyLimitUsd":101}}""", "policy/budget-consistent")]
    [InlineData("""{"budgets":{"limitUsd":0.01,"alertThresholds":[0.99]}}""", "policy/budget-consistent")]
    [InlineData("""{"budgets":{"limitUsd":100},"llm":{"routing":{"failover":{"enabled":true,"spendCeilingUsd":200}}}}""", "policy/budget-consistent")]
    public void Numbers_that_contradict_one_another_are_refused(string overrides, string policy) =>
        Assert.Equal(policy, Assert.Single(DCoder.Set(overrides).Violations).Rule);

    [Fact]
    public void A_telemetry_endpoint_must_be_on_the_egress_list() => Assert.Equal(
        ["policy/endpoint-host-allowed"],
        DCoder.SetPlatform("""{"observability":{"traces":{"endpoint":"https://otel.example.com/v1/traces"}}}""").Violations.Select(violation => violation.Rule));

    [Fact]
    public void What_a_layer_asked_of_a_withheld_entry_is_not_forgotten()
    {
        var leaf = Brand.Of("""{"features":{"agents":{"type":"boolean","enabled":true,"segments":["enterprise"]}}}""").Leaf("/features/agents/enabled");

        Assert.Equal((LayerName.Platform, Json.True), (leaf.Shadowed[0].Layer, leaf.Shadowed[0].Value));
    }

    [Fact]
    public void What_is_withheld_comes_back_by_itself()
    {
        var brand = DCoder.Overrides("""{"llm":{"allowedProviders":["openai"]}}""");

        Assert.Equal(Json.True, brand.Overrides("{}").Value("/llm/providers/azure-eu/enabled"));
    }
}
