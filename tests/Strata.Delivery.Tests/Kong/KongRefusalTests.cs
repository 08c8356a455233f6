using Strata.Delivery.Kong;
using Strata.Delivery.Tests.Rendering;
using Strata.Model.Documents;

namespace Strata.Delivery.Tests.Kong;

public sealed class KongRefusalTests
{
    private static readonly JsonObject Document = KongFile.Document(KongDesired.Of(Installations.Committed(), new KongFacts()));

    private static readonly string Acme = ((JsonArray)Document["consumers"]!).Items[1].Member("username").Text()!;

    [Fact]
    public void A_fault_by_position_is_traced_to_its_tenant() =>
        Says("""{"consumers":[null,{"plugins":[{"config":{"minute":"expected a number"}}]}]}""", $"plugin {Acme}/rate-limiting config.minute (/quotas/requestsPerMinute): expected a number", Acme);

    [Fact]
    public void A_fault_by_name_is_traced_to_its_tenant() => Says($$"""{ "consumers": { "{{Acme}}": "uniqueness violation" } }""", $"consumer {Acme}: uniqueness violation", Acme);

    [Fact]
    public void A_fault_of_a_service_is_traced_to_its_brand() =>
        Says("""{"services":[{"host":"invalid hostname"}]}""", $"service {Service} host (/llm/providers/{Service.Split('.')[1].Split("--")[0]}/host of {Service.Split('.')[0]}): invalid hostname", null);

    [Fact]
    public void A_fault_of_the_document_is_told_as_it_is() => Says("""{"error":"failed parsing declarative configuration"}""", "the document error: failed parsing declarative configuration", null);

    [Fact]
    public void An_answer_without_faults_leaves_Kong_s_words()
    {
        var refusal = KongRefusal.Of(new KongAnswer(400, JsonObject.Of(("message", Json.Of("expected a declarative configuration"))), null), Document);

        Assert.Equal("Kong refuses the configuration (400: expected a declarative configuration)", refusal.Message);
    }

    private static string Service => ((JsonArray)Document["services"]!).Items[0].Member("name").Text()!;

    private static void Says(string fields, string fault, string? tenant)
    {
        var refusal = KongRefusal.Of(new KongAnswer(400, JsonObject.Of(("code", Json.Of(14)), ("fields", Json.Trusted(fields))), null), Document);

        var condition = Assert.Single(refusal.Conditions);
        Assert.Equal($"Kong refuses {fault}", condition.Message);
        Assert.Equal(tenant, condition.Tenant?.Text);
    }
}
