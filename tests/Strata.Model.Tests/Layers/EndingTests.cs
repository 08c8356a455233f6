using Strata.Model.Documents;

namespace Strata.Model.Tests.Layers;

public sealed class EndingTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(
        """{"hosts":{"a.example":{"expiresOn":"2026-11-22"},"b.example":{"expiresOn":"2026-11-23"},"c.example":{"expiresOn":"2026-11-24"},"d.example":{}}}""",
        """{"hosts":{"a.example":{"expiresOn":"2026-11-22","status":"expired"},"b.example":{"expiresOn":"2026-11-23","status":"expired"},"c.example":{"expiresOn":"2026-11-24"},"d.example":{}}}""",
        "/hosts/a.example /hosts/b.example")]
    [InlineData("""{"hosts":{"a.example":{"expiresOn":"2026-11-22","status":"expired"}}}""", """{"hosts":{"a.example":{"expiresOn":"2026-11-22","status":"expired"}}}""", "")]
    [InlineData("""{"hosts":{"a.example":{"expiresOn":"2027-11-22","status":"expired"}}}""", """{"hosts":{"a.example":{"expiresOn":"2027-11-22","status":"expired"}}}""", "")]
    [InlineData("""{"hosts":{"a.example":{"status":"expired"}}}""", """{"hosts":{"a.example":{"status":"expired"}}}""", "")]
    [InlineData(
        """{"guardrails":{"exemptions":{"a":{"expiresAt":"2026-11-23T13:00:00+01:00"},"b":{"expiresAt":"2026-11-23T12:00:01Z"}},"mode":"block"}}""",
        """{"guardrails":{"exemptions":{"b":{"expiresAt":"2026-11-23T12:00:01Z"}},"mode":"block"}}""", "/guardrails/exemptions/a")]
    [InlineData("""{"guardrails":{"exemptions":{"a":{"expiresAt":"2026-11-23T12:00:00Z"}},"mode":"block"}}""", """{"guardrails":{"mode":"block"}}""", "/guardrails/exemptions/a")]
    [InlineData("""{"guardrails":{"exemptions":{"a":{"expiresAt":"2016-12-31T23:59:60Z"}},"mode":"block"}}""", """{"guardrails":{"mode":"block"}}""", "/guardrails/exemptions/a")]
    public void What_is_over_ends_and_nothing_else(string before, string after, string names)
    {
        var ending = Ending.Of((JsonObject)Json.Trusted(before), Now);

        Assert.Equal((after, names), (ending.Document.ToString(), string.Join(' ', ending.Names)));
    }

    [Theory]
    [InlineData("""{"expiresOn":"2026-11-22"}""", """{"expiresOn":"2026-11-22","status":"expired"}""")]
    [InlineData("""{"expiresOn":"2026-11-22","status":"active"}""", """{"expiresOn":"2026-11-22","status":"expired"}""")]
    [InlineData("""{"expiresOn":"2027-11-22","status":"expired"}""", """{"expiresOn":"2027-11-22"}""")]
    [InlineData("""{"expiresOn":"2027-11-22"}""", """{"expiresOn":"2027-11-22"}""")]
    public void A_host_that_is_over_is_let_in_again_by_a_later_day_only(string written, string kept)
    {
        var before = Of("""{"hosts":{"a.example":{"expiresOn":"2026-11-22","status":"expired"}}}""");

        Assert.Equal($$$"""{"hosts":{"a.example":{{{kept}}}}}""", Ending.Kept(before, Of($$$"""{"hosts":{"a.example":{{{written}}}}}"""), Now).ToString());
    }

    [Fact]
    public void A_host_that_was_shut_out_early_stays_so()
    {
        var shut = Of("""{"hosts":{"a.example":{"expiresOn":"2027-11-22","status":"expired"}}}""");

        Assert.Equal((shut, shut), (Ending.Of(shut, Now).Document, Ending.Kept(shut, shut, Now)));
    }

    private static JsonObject Of(string text) => (JsonObject)Json.Trusted(text);
}
