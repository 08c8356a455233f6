using System.Collections.Immutable;
using CsCheck;
using Strata.Model.Documents;
using Strata.Model.Impact;
using Strata.Model.Overrides;

namespace Strata.Model.Tests.Impact;

public sealed class ImpactTests
{
    private static readonly ImpactAnalysis Analysis = new(Brand.Sections, Brand.Resolver);

    private static readonly string[] Platforms =
    [
        """{"quotas":{"requestsPerMinute":600},"llm":{"providers":{"openai":{"host":"api.openai.com","regions":["us"]},"azure-eu":{"host":"acme.openai.azure.com","regions":["eu"]}}}}""",
        """{"quotas":{"requestsPerMinute":300},"llm":{"providers":{"openai":{"host":"api.openai.com","regions":["us"]},"azure-eu":{"host":"acme.openai.azure.com","regions":["eu"]}}}}""",
        """{"quotas":{"requestsPerMinute":300,"users":10},"llm":{"providers":{"azure-eu":{"host":"acme.openai.azure.com","regions":["eu"]}}}}""",
        """{"llm":{"byo":"required","providers":{"openai":{"host":"api.openai.com","regions":["us"],"enabled":false},"azure-eu":{"host":"acme.openai.azure.com","regions":["eu","us"]}}}}""",
        """{"residency":{"processingRegions":["eu"]},"features":{"agents":{"type":"boolean","enabled":true,"rolloutPercent":50},"beta":{"type":"boolean","enabled":true,"segments":["pro"]}},"llm":{"providers":{"openai":{"host":"api.openai.com","regions":["us"]}}}}""",
        """{"features":{"agents":{"type":"boolean","enabled":true,"rolloutPercent":80},"beta":{"type":"boolean","enabled":true}},"egress":{"allowedHosts":["api.openai.com"]},"llm":{"allowedProviders":["openai"],"providers":{"openai":{"host":"api.openai.com","regions":["us"]}}}}""",
    ];

    private static readonly string[] Overrides =
    [
        "{}",
        """{"quotas":{"requestsPerMinute":450}}""",
        """{"quotas":{"requestsPerMinute":200,"users":20}}""",
        """{"llm":{"providers":{"openai":{"credential":{"$secret":{"store":"main","path":"a"}}}}}}""",
        """{"llm":{"providers":{"openai":{"credential":{"$secret":{"store":"main","path":"b"}}},"azure-eu":{"enabled":false}}}}""",
        """{"residency":{"processingRegions":["us"]},"features":{"beta":{"enabled":false}}}""",
        """{"egress":{"deniedHosts":["api.openai.com"]},"branding":{"productName":"Own"}}""",
    ];

    private static readonly Gen<PlatformLayers> Layers = Gen.Select(Gen.Int[0, Platforms.Length - 1], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Bool, (platform, free, pro, hasAzure) =>
        Brand.Of(Platforms[platform])
            .Segment("free", free, """{"tier":["free",""]}""", """{"quotas":{"requestsPerMinute":100}}""")
            .Segment("pro", pro, free > 1 ? """{"tier":["pro"]}""" : """{"region":["eu"]}""", pro > 1 ? """{"quotas":{"requestsPerMinute":250}}""" : """{"llm":{"allowedProviders":["azure-eu"]}}""")
            .Layers with
        { Allowlist = new Allowlist(hasAzure ? ["api.openai.com", "*.openai.azure.com"] : ["api.openai.com"]) });

    private static readonly Gen<ImmutableArray<TenantLayers>> Tenants =
        Gen.Select(Gen.Int[0, Overrides.Length - 1], Gen.Int[0, 2], Gen.Bool).Array[1, 40].Select(tenants => tenants.Select((tenant, index) => new TenantLayers(
            TenantId.Parse($"tenant-{index}"),
            TenantAttributes.Read(Brand.Read($$"""{"displayName":"T"{{(tenant.Item2 == 0 ? "" : tenant.Item2 == 1 ? ",\"tier\":\"free\"" : ",\"tier\":\"pro\"")}},"region":"{{(tenant.Item3 ? "eu" : "us")}}"}""")),
            Brand.Read(Overrides[tenant.Item1]))).ToImmutableArray());

    [Fact]
    public void What_is_predicted_is_what_resolving_everybody_finds() => Gen.Select(Layers, Layers, Tenants).Sample(
        (before, after, tenants) =>
        {
            var scope = ImpactScope.Of(Brand.Sections, before, after);
            var groups = tenants
                .GroupBy(tenant => scope.KeyOf(tenant.Id, tenant.Attributes, Brand.Sections.Leaves(tenant.Overrides)))
                .Select(group => new TenantGroup(group.First(), [.. group.Select(tenant => tenant.Id)]));

            var predicted = Analysis.Of(before, after, groups);
            var found = Analysis.Of(before, after, tenants.Select(tenant => new TenantGroup(tenant, [tenant.Id])));

            Assert.Equal(found.TenantsAffected, predicted.TenantsAffected);
            Assert.Equal(found.Changes, predicted.Changes);
            Assert.Equal(found.Narrowed.First.ToHashSet(), predicted.Narrowed.First.ToHashSet());
            Assert.Equal(found.Withheld.First.ToHashSet(), predicted.Withheld.First.ToHashSet());
            Assert.Equal(found.Invalid.Count, predicted.Invalid.Count);
            Assert.Equal(found.Joining.First.ToHashSet(), predicted.Joining.First.ToHashSet());
            Assert.Equal(found.Leaving.Count, predicted.Leaving.Count);
        },
        iter: 300);

    [Fact]
    public void The_tenants_that_change_are_those_whose_document_changes() => Gen.Select(Layers, Layers, Tenants).Sample(
        (before, after, tenants) =>
        {
            var report = Analysis.Of(before, after, tenants.Select(tenant => new TenantGroup(tenant, [tenant.Id])));

            Assert.Equal(
                tenants.Count(tenant => !Brand.Resolver.Resolve(before, tenant).Document.Equals(Brand.Resolver.Resolve(after, tenant).Document)),
                report.TenantsAffected);
        },
        iter: 100);

    [Fact]
    public void Tenants_that_override_alike_are_resolved_once()
    {
        var (before, after) = (Brand.Of(Platforms[0]).Layers, Brand.Of(Platforms[1]).Layers);
        var scope = ImpactScope.Of(Brand.Sections, before, after);
        var keys = Enumerable.Range(0, 100).Select(i => scope.KeyOf(
            TenantId.Parse($"tenant-{i}"), TenantAttributes.Read(JsonObject.Empty), Brand.Sections.Leaves(Brand.Read($$"""{"branding":{"productName":"Own {{i}}"},"quotas":{"requestsPerMinute":{{i % 2}} } }"""))));

        Assert.Equal(2, keys.Distinct().Count());
    }

    [Fact]
    public void A_narrowed_tenant_is_named_with_what_it_had_and_gets()
    {
        var tenant = Brand.Of(Platforms[0]).Overrides(Overrides[1]).Tenant;

        var report = Analysis.Of(Brand.Of(Platforms[0]).Layers, Brand.Of(Platforms[1]).Layers, [new TenantGroup(tenant, [tenant.Id])]);

        Assert.Equal(new NarrowedValue(tenant.Id, JsonPointer.Parse("/quotas/requestsPerMinute"), OverrideRule.AtMost, Json.Of(450), Json.Of(300)), Assert.Single(report.Narrowed.First));
    }
}
