using Strata.Model.Documents;

namespace Strata.Model.Tests.Judgement;

public sealed class JudgeTests
{
    private static readonly Brand DCoder = Brand.Of("""
        {
          "quotas": {"requestsPerMinute": 600},
          "egress": {"allowedHosts": ["*.atlassian.net", "api.openai.com", "api.anthropic.com"]},
          "llm": {"providers": {
            "openai": {"host": "api.openai.com", "regions": ["us"], "kind": "openai", "models": {"gpt": {"upstreamName": "gpt", "mode": "chat"}}},
            "anthropic": {"host": "api.anthropic.com", "regions": ["us"], "kind": "anthropic", "models": {"opus": {"upstreamName": "opus", "mode": "chat"}}}}},
          "plugins": {"jira": {"name": "Jira", "version": "1.0.0", "hosts": ["*.atlassian.net"], "requiredSecrets": ["token"],
            "configSchema": {"type": "object", "required": ["site"]}}}
        }
        """);

    [Theory]
    [InlineData(599)]
    [InlineData(600)]
    public void A_value_at_or_below_the_ceiling_is_accepted(int value) =>
        Assert.Null(DCoder.Set($$"""{"quotas":{"requestsPerMinute":{{value}} } }""").Refusal);

    [Fact]
    public void A_value_above_the_ceiling_is_refused_with_pointer_rule_inherited_value_and_layer()
    {
        var refusal = DCoder.Set("""{"quotas":{"requestsPerMinute":601}}""").Refusal!;
        var violation = Assert.Single(refusal.Violations);

        Assert.Equal(ErrorCodes.OverrideNotAllowed, refusal.Code);
        Assert.Equal(("/quotas/requestsPerMinute", "atMost", "600", "platform"), (violation.Pointer.Text, violation.Rule, violation.Inherited!.ToString(), violation.Layer!.Value.Text));
    }

    [Fact]
    public void An_older_value_that_no_longer_fits_does_not_block_another_edit() =>
        Assert.Null(DCoder.Overrides("""{"quotas":{"requestsPerMinute":900}}""").Set("""{"branding":{"productName":"Acme Code"}}""").Refusal);

    [Fact]
    public void A_rollback_restores_a_value_above_todays_ceiling_narrowed() =>
        Assert.Null(DCoder.Set("""{"quotas":{"requestsPerMinute":900}}""", RevisionKind.Rollback).Refusal);

    [Fact]
    public void A_locked_place_cannot_even_be_set_to_what_it_is() =>
        Assert.Equal("locked", Assert.Single(DCoder.Set("""{"llm":{"providers":{"openai":{"host":"api.openai.com"}}}}""").Violations).Rule);

    [Fact]
    public void A_catalogue_entry_of_a_tenants_own_is_refused_at_its_anchor()
    {
        var violation = Assert.Single(DCoder.Set("""{"plugins":{"mine":{"enabled":true}}}""").Violations);

        Assert.Equal(("/plugins/mine/name", "locked"), (violation.Pointer.Text, violation.Rule));
    }

    [Fact]
    public void All_violations_are_named_not_only_the_first()
    {
        var refusal = DCoder.Set("""{"quotas":{"requestsPerMinute":601,"users":-1},"nonsense":{"a":1}}""").Refusal!;

        Assert.Equal(ErrorCodes.SchemaViolation, refusal.Code);
        Assert.Equal(["/nonsense", "/quotas/requestsPerMinute", "/quotas/users"], refusal.Violations.Select(violation => violation.Pointer.Text).Order());
    }

    [Fact]
    public void A_credential_in_a_plain_field_is_refused_without_repeating_it()
    {
        var refusal = DCoder.Set("""{"plugins":{"jira":{"config":{"site":"acme","nested":{"apiKey":"0123456789abcdef"}}}}}""").Refusal!;

        Assert.Equal(ErrorCodes.PlaintextSecret, refusal.Code);
        Assert.Equal("/plugins/jira/config/nested/apiKey", refusal.Violations[0].Pointer.Text);
        Assert.DoesNotContain("0123456789abcdef", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_looks_like_a_credential_does_not_even_show_in_a_dry_run()
    {
        var verdict = DCoder.Set("""{"plugins":{"jira":{"config":{"site":"acme","apiKey":"0123456789abcdef"}}}}""");

        Assert.Equal(Json.Of("***"), verdict.Shown.At(JsonPointer.Parse("/plugins/jira/config/apiKey")));
        Assert.Equal("""{"apiKey":"***","site":"acme"}""", Assert.Single(verdict.ShownDiff).After!.ToString());
    }

    [Theory]
    [InlineData("""{"llm":{"aliases":{"fast":"sk-proj-abcdefghijklmnop"}}}""", "/llm/aliases/fast")]
    [InlineData("""{"llm":{"aliases":{"sk-proj-abcdefghijklmnop":"openai/gpt"}}}""", "/llm/aliases")]
    [InlineData("""{"sk-proj-abcdefghijklmnop":{"a":1}}""", "")]
    [InlineData("""{"plugins":{"jira":{"config":{"deep":[{"sk-proj-abcdefghijklmnop":1}]}}}}""", "/plugins/jira/config/deep")]
    [InlineData("""{"llm":{"providers":{"openai":{"credential":{"$secret":{"store":"main","path":"sk-proj-abcdefghijklmnop"}}}}}}""", "/llm/providers/openai/credential/$secret/path")]
    public void A_credential_is_found_as_a_value_and_as_a_name_and_nothing_else_is_said_of_it(string patch, string pointer)
    {
        var verdict = DCoder.Set(patch);

        Assert.Equal([(pointer, "plaintext")], verdict.Violations.Select(violation => (violation.Pointer.Text, violation.Rule)));
        Assert.DoesNotContain("sk-proj", $"{verdict.Shown} {string.Join(' ', verdict.ShownDiff)} {verdict.Refusal!.Message}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Basic Subscription", false)]
    [InlineData("Basic dXNlcjpwYXNz", true)]
    [InlineData("Authorization: Bearer 8f14e45fceea167a5a36", true)]
    [InlineData("key_sk-abcdefghijklmnopqrst", true)]
    [InlineData("acme-sk-bratislava-plant-01", false)]
    public void Words_are_told_from_credentials(string text, bool isCredential) => Assert.Equal(isCredential, References.IsPlaintext(text));

    [Theory]
    [InlineData("disk-usage-of-all-tenants")]
    [InlineData("task-force-international")]
    [InlineData("acme-sk-bratislava-plant-01")]
    public void A_name_that_only_ends_like_the_beginning_of_a_credential_is_none(string id) =>
        Assert.Null(DCoder.Set("""{"dashboards":{"@":{"title":"@"}}}""".Replace("@", id, StringComparison.Ordinal)).Refusal);

    [Fact]
    public void Who_turns_on_what_stays_off_hears_of_it()
    {
        var brand = Brand.Of("""{"features":{"agents":{"type":"boolean","enabled":true,"segments":["enterprise"]}}}""");

        var verdict = brand.Set("""{"features":{"agents":{"enabled":true}}}""");

        Assert.Equal(("/features/agents", "policy/granted"), (verdict.Withheld.Single().Pointer.Text, verdict.Warnings.Single().Policy));
    }

    [Fact]
    public void A_scope_in_a_reference_is_refused() => Assert.Equal(
        "/llm/providers/openai/credential/$secret/scope",
        Assert.Single(DCoder.Set("""{"llm":{"providers":{"openai":{"credential":{"$secret":{"store":"main","path":"p","scope":"platform"}}}}}}""").Violations).Pointer.Text);

    [Fact]
    public void A_plugin_that_is_not_ready_cannot_be_turned_on()
    {
        var refusal = DCoder.Set("""{"plugins":{"jira":{"enabled":true}}}""").Refusal!;

        Assert.Equal(ErrorCodes.PolicyViolation, refusal.Code);
        Assert.Equal(["/plugins/jira/config", "/plugins/jira/secrets"], refusal.Violations.Select(violation => violation.Pointer.Text).Order());
    }

    [Fact]
    public void A_plugin_that_is_ready_can_be_turned_on() => Assert.Null(DCoder.Set(
        """{"plugins":{"jira":{"enabled":true,"config":{"site":"acme"},"secrets":{"token":{"$secret":{"store":"main","path":"jira"}}}}}}""").Refusal);

    [Fact]
    public void A_provider_host_outside_the_allowlist_cannot_be_saved() => Assert.Equal(
        ["policy/provider-host-allowed"],
        DCoder.SetPlatform("""{"llm":{"providers":{"evil":{"host":"evil.example.com","regions":["us"],"models":{"m":{"upstreamName":"m","mode":"chat"}}}}}}""").Violations.Select(violation => violation.Rule));

    [Fact]
    public void A_platform_that_tightens_is_not_refused_for_its_tenants_sake() => Assert.Null(DCoder.SetPlatform("""{"quotas":{"requestsPerMinute":100}}""").Refusal);

    [Fact]
    public void Only_a_tenant_may_set_what_is_tenantOnly() =>
        Assert.Equal("tenantOnly", DCoder.SetPlatform("""{"branding":{"customHosts":["code.acme.com"]}}""").Violations.Single().Rule);

    [Fact]
    public void A_segment_above_the_platform_is_refused_at_its_config()
    {
        var document = Brand.Read("""{"displayName":"Pro","priority":10,"match":{"tier":["pro"]},"config":{"quotas":{"requestsPerMinute":700}}}""");

        var violation = Assert.Single(Brand.Judge.Segment(DCoder.Layers, SegmentId.Parse("pro"), JsonObject.Empty, document).Violations);

        Assert.Equal(("/config/quotas/requestsPerMinute", "atMost"), (violation.Pointer.Text, violation.Rule));
    }

    [Fact]
    public void Overrides_have_a_size()
    {
        var link = JsonObject.Of(("type", Json.Of("link")), ("title", Json.Of(new string('t', 80))), ("href", Json.Of("https://example.com/x")));
        var tiles = JsonObject.Of(Enumerable.Range(0, 20).Select(i => KeyValuePair.Create($"t{i}", (Json)link)));
        var dashboards = JsonObject.Of(Enumerable.Range(0, 150).Select(i => KeyValuePair.Create($"d{i}", (Json)JsonObject.Of(("title", Json.Of("D")), ("tiles", tiles)))));

        var violation = DCoder.Set(JsonObject.Of(("dashboards", dashboards)).ToString()).Violations[0];

        Assert.Equal(("maxBytes", "262144"), (violation.Rule, violation.Limit!.ToString()));
    }

    [Theory]
    [InlineData("(")]
    [InlineData("[z-a]")]
    public void A_pattern_that_does_not_compile_is_refused(string pattern) => Assert.Equal(
        "/logging/redactPatterns", Assert.Single(DCoder.Set($$"""{"logging":{"redactPatterns":["{{pattern}}"]} }""").Violations).Pointer.Text);

    [Fact]
    public void A_write_that_changes_nothing_has_no_diff() =>
        Assert.Empty(DCoder.Overrides("""{"quotas":{"users":5}}""").Set("""{"quotas":{"users":5.0}}""").Diff);
}
