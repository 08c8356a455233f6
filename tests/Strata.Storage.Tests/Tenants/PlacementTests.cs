using Strata.Model;
using Strata.Testing;

namespace Strata.Storage.Tests.Tenants;

public sealed class PlacementTests(Servers servers)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_clusters_the_shared_server_takes_any_region()
    {
        await using var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();

        var tenant = (await strata.TryTenantAsync("acme", "us")).Value;

        Assert.Equal(("default", "us"), (tenant.Cluster, tenant.Attributes.Region));
    }

    [Fact]
    public async Task A_tenant_lives_in_its_region()
    {
        await using var strata = await CreateAsync(("eu-1", "eu", null), ("us-1", "us", null));

        var tenant = (await strata.TryTenantAsync("acme", "us")).Value;

        Assert.Equal("us-1", tenant.Cluster);
    }

    [Fact]
    public async Task A_tenant_without_a_region_gets_that_of_the_first_cluster()
    {
        await using var strata = await CreateAsync(("eu-1", "eu", null), ("us-1", "us", null));

        var tenant = (await strata.TryTenantAsync("acme")).Value;

        Assert.Equal(("eu-1", "eu"), (tenant.Cluster, tenant.Attributes.Region));
    }

    [Fact]
    public async Task A_region_without_a_cluster_is_refused_with_those_that_there_are()
    {
        await using var strata = await CreateAsync(("eu-1", "eu", null), ("us-1", "us", null));

        var refused = await strata.TryTenantAsync("acme", "mars");

        Assert.Equal((ErrorCodes.InvalidArgument, "There is no cluster in region 'mars' (there are clusters in: eu, us)."), (refused.Error?.Code, refused.Error?.Message));
    }

    [Fact]
    public async Task The_emptiest_cluster_of_a_region_is_taken_and_a_full_one_never()
    {
        await using var strata = await CreateAsync(("eu-1", "eu", 1), ("eu-2", "eu", 2));

        var taken = new List<string>();
        foreach (var id in (string[])["one", "two", "three"])
            taken.Add((await strata.TryTenantAsync(id, "eu")).Value.Cluster);
        var refused = await strata.TryTenantAsync("four", "eu");

        Assert.Equal(["eu-1", "eu-2", "eu-2"], taken);
        Assert.Equal(ErrorCodes.Conflict, refused.Error?.Code);
        Assert.Null(await strata.Get<TenantRegistry>().FindAsync(TenantId.Parse("four"), Cancel));
    }

    [Fact]
    public async Task Tenants_from_before_there_were_clusters_stay_reachable()
    {
        await using var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();
        await strata.TenantAsync("acme");
        await using var grown = Installation.Open(strata.ConnectionString, Settings(strata.ConnectionString, [("eu-1", "eu", null)]));

        await using var rented = await grown.Get<TenantConnections>().RentAsync(TenantId.Parse("acme"), Cancel);

        Assert.Equal("acme", rented.Tenant.Text);
    }

    [Theory]
    [InlineData("us")]
    [InlineData(null)]
    public async Task A_cluster_without_a_region_takes_tenants_of_any(string? region)
    {
        await using var strata = await CreateAsync(("anywhere", "", null));

        var tenant = (await strata.TryTenantAsync("acme", region)).Value;

        Assert.Equal(("anywhere", region), (tenant.Cluster, tenant.Attributes.Region));
    }

    private async Task<Installation> CreateAsync(params (string Name, string Region, int? Capacity)[] clusters)
    {
        var server = await servers.PostgresAsync(Cancel);
        var strata = await Installation.CreateAsync(servers, Settings(server, clusters));
        await strata.PlatformAsync();
        return strata;
    }

    /// <summary>Clusters that are all the one server of the tests.</summary>
    private static (string Setting, string Value)[] Settings(string server, (string Name, string Region, int? Capacity)[] clusters) =>
    [
        .. clusters.SelectMany(cluster => ((string, string)[])
        [
            ($"Clusters:{cluster.Name}:ConnectionString", server),
            ($"Clusters:{cluster.Name}:Region", cluster.Region),
            .. cluster.Capacity is { } capacity ? [($"Clusters:{cluster.Name}:Capacity", $"{capacity}")] : ((string, string)[])[],
        ]),
    ];
}
