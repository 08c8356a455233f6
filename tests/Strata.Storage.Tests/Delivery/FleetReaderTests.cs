using Strata.Testing;
using static Strata.Storage.Tests.Workbench;

namespace Strata.Storage.Tests.Delivery;

public sealed class FleetReaderTests(Servers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reading_what_changed_needs_one_connection_at_a_time()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        await using var small = bench.Another(("Storage:MaxSharedConnections", "2"));
        await using var taken = await small.Source.OpenConnectionAsync(Token);

        var changes = await small.Fleet.ChangesAsync(since: null, Token);

        Assert.Equal([acme], changes.Tenants.Select(tenant => tenant.Layers.Id));
    }

    [Fact]
    public async Task A_row_that_names_no_layer_keeps_nobody_from_being_delivered()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        await bench.ExecuteAsync("insert into layer_head (layer, number, document, changed_at) values ('nothing', 1, '{}', now())");

        var changes = await bench.Fleet.ChangesAsync(since: null, Token);

        Assert.Equal([acme], changes.Tenants.Select(tenant => tenant.Layers.Id));
    }
}
