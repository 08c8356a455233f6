using Strata.Model.Documents;

namespace Strata.Model.Tests.Resolution;

public sealed class ResolutionTests
{
    private static readonly Brand DCoder = Brand.Of("""{"quotas":{"requestsPerMinute":600}}""");

    [Fact]
    public void A_tenant_below_the_ceiling_gets_what_it_asks() =>
        Assert.Equal(Json.Of(300), DCoder.Overrides("""{"quotas":{"requestsPerMinute":300}}""").Value("/quotas/requestsPerMinute"));

    [Fact]
    public void A_ceiling_lowered_later_narrows_the_tenant()
    {
        var leaf = DCoder.Overrides("""{"quotas":{"requestsPerMinute":900}}""").Leaf("/quotas/requestsPerMinute");

        Assert.Equal((Json.Of(600), LayerName.Platform, true), (leaf.Value, leaf.Layer, leaf.IsNarrowed));
        Assert.Equal(new LayerValueOf("tenant", "900"), Assert.Single(leaf.Shadowed.Select(value => new LayerValueOf(value.Layer.Text, value.Value.ToString()))));
    }

    [Fact]
    public void A_higher_segment_may_give_back_what_a_lower_one_took()
    {
        var brand = DCoder
            .Segment("everybody", 0, """{"all":true}""", """{"quotas":{"requestsPerMinute":60}}""")
            .Segment("pro", 10, """{"tier":["pro"]}""", """{"quotas":{"requestsPerMinute":500}}""");

        Assert.Equal((Json.Of(500), "segment.pro"), (brand.Value("/quotas/requestsPerMinute"), brand.Leaf("/quotas/requestsPerMinute").Layer.Text));
    }

    [Fact]
    public void A_segment_never_exceeds_the_platform()
    {
        var brand = DCoder.Segment("pro", 10, """{"tier":["pro"]}""", """{"quotas":{"requestsPerMinute":5000}}""");

        Assert.Equal(Json.Of(600), brand.Value("/quotas/requestsPerMinute"));
        Assert.Equal("segment.pro", Assert.Single(brand.Effective.Narrowed).Layer.Text);
    }

    [Fact]
    public void Defaults_of_the_schemas_are_there_with_provenance_core() =>
        Assert.Equal((LayerName.Core, Json.Of(2)), (DCoder.Leaf("/llm/routing/retries").Layer, DCoder.Value("/llm/routing/retries")));

    [Fact]
    public void Defaults_inside_map_entries_are_there_too() =>
        Assert.Equal(Json.Of(600), Brand.Of("""{"llm":{"providers":{"openai":{"host":"api.openai.com","regions":["us"]}}}}""").Value("/llm/providers/openai/timeoutSeconds"));

    [Fact]
    public void A_catalogue_entry_that_only_a_tenant_has_is_dropped_and_reported()
    {
        var brand = DCoder.Overrides("""{"plugins":{"gone":{"enabled":true}}}""");

        Assert.Null(brand.Value("/plugins/gone"));
        Assert.Equal("/plugins/gone", Assert.Single(brand.Effective.Narrowed).Pointer.Text);
    }

    [Fact]
    public void Allowed_hosts_are_the_allowlist_where_nobody_says_more() =>
        Assert.Equal(["*.openai.azure.com", "api.anthropic.com", "api.openai.com"], DCoder.Value("/llm/allowedHosts").Texts());

    [Fact]
    public void The_allowlist_binds_platforms_too()
    {
        var brand = Brand.Of("""{"llm":{"allowedHosts":["api.openai.com","evil.example.com","acme.openai.azure.com"]}}""");

        Assert.Equal(["acme.openai.azure.com", "api.openai.com"], brand.Value("/llm/allowedHosts").Texts());
    }

    [Fact]
    public void A_reference_carries_the_scope_of_the_layer_that_set_it()
    {
        const string Credential = """{"llm":{"providers":{"openai":{"credential":{"$secret":{"store":"main","path":"llm/openai"}}}}}}""";
        var brand = Brand.Of("""{"llm":{"providers":{"openai":{"host":"api.openai.com","regions":["us"]}}}}""").Overrides(Credential);

        Assert.Equal(Json.Of("tenant"), brand.Value("/llm/providers/openai/credential/$secret/scope"));
    }

    [Fact]
    public void Arrays_under_a_set_rule_are_sorted_and_name_their_contributors()
    {
        var brand = Brand.Of("""{"logging":{"redactFields":["ssn","iban"]}}""").Overrides("""{"logging":{"redactFields":["phone"]}}""");
        var leaf = brand.Leaf("/logging/redactFields");

        Assert.Equal(["iban", "phone", "ssn"], leaf.Value.Texts());
        Assert.Equal((LayerName.Tenant, false), (leaf.Layer, leaf.IsNarrowed));
        Assert.Contains(LayerName.Platform, leaf.Contributors);
    }

    private sealed record LayerValueOf(string Layer, string Value);
}
