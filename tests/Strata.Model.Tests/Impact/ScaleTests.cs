using System.Collections.Immutable;
using Strata.Model.Documents;
using Strata.Model.Impact;

namespace Strata.Model.Tests.Impact;

/// <summary>Many generated tenants (2,000; with STRATA_LONG=1, 100,000) against arithmetic that knows nothing of layers. STRATA_SEED repeats a run.</summary>
public sealed class ScaleTests
{
    private static readonly int Count = Environment.GetEnvironmentVariable("STRATA_LONG") == "1" ? 100_000 : 2_000;

    private readonly int _seed = Seeds.One();

    [Fact]
    public void Every_tenant_gets_what_arithmetic_says()
    {
        var (layers, tenants) = (Layers(600), Tenants());

        foreach (var tenant in tenants)
        {
            var document = Brand.Resolver.Resolve(layers, tenant.Layers).Document;

            Assert.True(document.At(JsonPointer.Parse("/quotas/requestsPerMinute"))!.Equals(Json.Of(tenant.Expected(600))), Told($"{tenant} gets {document["quotas"]}"));
            Assert.True(document.At(JsonPointer.Parse("/branding/productName"))!.Equals(Json.Of(tenant.Name ?? "Brand")), Told($"{tenant} is called {document["branding"]}"));
        }
    }

    [Fact]
    public void Impact_of_a_lowered_ceiling_is_what_counting_finds()
    {
        var (before, after, tenants) = (Layers(600), Layers(350), Tenants());
        var scope = ImpactScope.Of(Brand.Sections, before, after);
        var groups = tenants.GroupBy(tenant => scope.KeyOf(tenant.Layers.Id, tenant.Layers.Attributes, Brand.Sections.Leaves(tenant.Layers.Overrides)))
            .Select(static group => new TenantGroup(group.First().Layers, [.. group.Select(static tenant => tenant.Layers.Id)])).ToList();

        var report = new ImpactAnalysis(Brand.Sections, Brand.Resolver).Of(before, after, groups);

        var changed = tenants.Count(static tenant => tenant.Expected(600) != tenant.Expected(350));
        var narrowed = tenants.Count(static tenant => tenant.Own > tenant.Granted(350) && tenant.Expected(600) != tenant.Expected(350));
        Assert.True(report.TenantsAffected == changed, Told($"{report.TenantsAffected} affected, {changed} counted"));
        Assert.True(report.Changes.Single() is { Pointer.Text: "/quotas/requestsPerMinute" } change && change.Tenants == changed, Told($"{report.Changes[0]}"));
        Assert.True(report.Narrowed.Count == narrowed, Told($"{report.Narrowed.Count} narrowed, {narrowed} counted"));
        Assert.True(groups.Count < 200, Told($"{groups.Count} groups are resolved"));
    }

    private string Told(string what) => $"{what}\nSTRATA_SEED={_seed} STRATA_LONG={(Count > 2_000 ? 1 : 0)} dotnet run --project tests/Strata.Model.Tests -- -class '*{nameof(ScaleTests)}'";

    private static PlatformLayers Layers(int ceiling) => Brand.Of($$"""{"branding":{"productName":"Brand"},"quotas":{"requestsPerMinute":{{ceiling}}} }""")
        .Segment("free", 1, """{"tier":["free"]}""", """{"quotas":{"requestsPerMinute":100}}""")
        .Segment("pilots", 2, """{"labels.pilot":["yes"]}""", """{"quotas":{"requestsPerMinute":400}}""")
        .Layers;

    private ImmutableArray<Generated> Tenants()
    {
        var random = new Random(_seed);
        return [.. Enumerable.Range(0, Count).Select(i => new Generated(
            i, random.Next(2) == 0, random.Next(4) == 0, random.Next(3) == 0 ? null : random.Next(1, 14) * 50, random.Next(2) == 0 ? null : $"Name {random.Next(5)}"))];
    }

    private sealed record Generated(int Index, bool IsFree, bool IsPilot, int? Own, string? Name)
    {
        public TenantLayers Layers { get; } = new(
            TenantId.Parse($"tenant-{Index}"),
            TenantAttributes.Read(Brand.Read($$"""{"displayName":"T","tier":"{{(IsFree ? "free" : "pro")}}","region":"eu"{{(IsPilot ? ",\"labels\":{\"pilot\":\"yes\"}" : "")}}}""")),
            MergePatch.Apply(
                Brand.Sections.Root,
                Own is { } own ? Brand.Read($$"""{"quotas":{"requestsPerMinute":{{own}}} }""") : JsonObject.Empty,
                Name is null ? JsonObject.Empty : Brand.Read($$"""{"branding":{"productName":"{{Name}}"} }""")).Value);

        /// <summary>The pilots' segment gives back what the free one took, and the platform bounds both.</summary>
        public int Granted(int ceiling) => Math.Min(ceiling, IsPilot ? 400 : IsFree ? 100 : ceiling);

        public int Expected(int ceiling) => Math.Min(Granted(ceiling), Own ?? int.MaxValue);
    }
}
