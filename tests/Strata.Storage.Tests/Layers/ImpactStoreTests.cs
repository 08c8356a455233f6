using Strata.Model;
using Strata.Model.Documents;
using Strata.Testing;
using static Strata.Storage.Tests.Workbench;

namespace Strata.Storage.Tests.Layers;

public sealed class ImpactStoreTests(Servers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Overrides_at_or_below_a_place_come_by_tenant_and_pointer()
    {
        await using var bench = await StartAsync(servers);
        await bench.WriteAsync(await bench.TenantAsync("bolt"), 0, Document("""{"quotas":{"users":5,"requestsPerMinute":60},"residency":{"dataRegions":["eu"]}}"""));
        await bench.WriteAsync(await bench.TenantAsync("acme"), 0, Document("""{"quotas":{"users":7}}"""));

        var overrides = await OverridesAsync(bench, "/quotas", "/quotas/users");

        Assert.Equal(["acme /quotas/users 7", "bolt /quotas/requestsPerMinute 60", "bolt /quotas/users 5"], overrides);
    }

    [Fact]
    public async Task A_place_inside_an_opaque_value_finds_the_value()
    {
        await using var bench = await StartAsync(servers);
        await bench.WriteAsync(await bench.TenantAsync("acme"), 0, Document("""{"residency":{"dataRegions":["eu"]}}"""));

        Assert.Equal(["""acme /residency/dataRegions ["eu"]"""], await OverridesAsync(bench, "/residency/dataRegions/0"));
    }

    [Fact]
    public async Task A_place_whose_name_only_starts_alike_does_not_count()
    {
        await using var bench = await StartAsync(servers);
        await bench.WriteAsync(await bench.TenantAsync("acme"), 0, Document("""{"quotas":{"users":7}}"""));

        Assert.Empty(await OverridesAsync(bench, "/quotas/use", "/quota"));
    }

    [Fact]
    public async Task The_root_finds_every_override()
    {
        await using var bench = await StartAsync(servers);
        await bench.WriteAsync(await bench.TenantAsync("acme"), 0, Document("""{"quotas":{"users":7}}"""));

        Assert.Equal(["acme /quotas/users 7"], await OverridesAsync(bench, ""));
    }

    [Fact]
    public async Task Every_tenant_of_the_platform_comes_once_with_its_attributes_whatever_it_overrides()
    {
        await using var bench = await StartAsync(servers);
        await bench.TenantAsync("bolt");
        var acme = await bench.TenantAsync("acme");
        await bench.WriteAsync(acme, 0, Document("""{"quotas":{"requestsPerMinute":60,"users":7}}"""));
        await bench.CommitAsync(Change(LayerKey.Attributes(acme), 1, Document("""{"displayName":"Acme","status":"suspended"}""")));

        var tenants = await bench.Impact.TenantsAsync(Brand, [JsonPointer.Parse("/quotas")], Token).OrderBy(tenant => tenant.Id.Text, StringComparer.Ordinal).ToListAsync(Token);

        Assert.Equal(["acme Suspended 2", "bolt Active 0"], tenants.Select(tenant => $"{tenant.Id} {tenant.Attributes.Status} {tenant.Overrides.Count}"));
    }

    private static async Task<List<string>> OverridesAsync(Workbench bench, params string[] places) =>
        await bench.Impact.TenantsAsync(Brand, [.. places.Select(JsonPointer.Parse)], Token)
            .OrderBy(tenant => tenant.Id.Text, StringComparer.Ordinal)
            .SelectMany(tenant => tenant.Overrides.Select(leaf => $"{tenant.Id} {leaf.Pointer} {leaf.Value}"))
            .ToListAsync(Token);
}
