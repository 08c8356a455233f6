using Microsoft.Extensions.DependencyInjection;
using Strata.Model;
using Strata.Testing;
using static Strata.Storage.Tests.Workbench;

namespace Strata.Storage.Tests.Tenants;

/// <summary>A cluster is away in the worst way: who calls it waits. What happens on other clusters goes on meanwhile, and nobody calls it twice in a pass.</summary>
public sealed class ClusterAwayTests(Servers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writes_of_other_clusters_are_finished_meanwhile_and_it_is_called_once()
    {
        await using var silent = new SilentServer();
        await using var bench = await StartAsync(servers);
        bench.CrashAt("tenant.commit.committed");
        foreach (var id in (string[])["acme", "bolt", "cave"])
        {
            var tenant = await bench.TenantAsync(id);
            await Assert.ThrowsAsync<CrashException>(() => bench.WriteAsync(tenant, 0, Quota(700)));
        }
        await bench.ExecuteAsync("update intent set lease_until = now() - case tenant when 'cave' then interval '0' else interval '1 minute' end");
        await bench.ExecuteAsync("update tenant set cluster = 'silent' where id <> 'cave'");
        await using var another = bench.Another(("Clusters:silent:ConnectionString", silent.ConnectionString));

        var sweep = another.Sweeper.SweepAsync(Token);
        await Waiting.UntilAsync(async () => silent.Calls > 0 && (await bench.HeadAsync(LayerKey.Tenant(TenantId.Parse("cave")))).Revision.Number == 1, Token);
        silent.HangUp();
        await sweep;

        Assert.Equal(1, silent.Calls);
        Assert.Equal("acme bolt", await bench.ExecuteAsync("select string_agg(tenant, ' ' order by tenant) from intent"));
    }

    [Fact]
    public async Task Tenants_of_other_clusters_are_made_meanwhile_and_it_is_called_once()
    {
        await using var silent = new SilentServer();
        await using var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();
        string[] away = [.. Enumerable.Range(0, 20).Select(static number => $"tenant-{number}")];
        await using (var dying = strata.Replica(static services => services.AddSingleton(new Checkpoints(static step => step == "provisioning.reserved" ? throw new CrashException(step) : default))))
        {
            foreach (var id in away.Append("cave"))
                await Assert.ThrowsAsync<CrashException>(() => dying.TryTenantAsync(id));
        }
        await strata.SharedAsync("update tenant_creation set lease_until = now() - case tenant when 'cave' then interval '0' else interval '1 minute' end");
        await strata.SharedAsync("update tenant set cluster = 'silent' where id <> 'cave'");
        await using var another = strata.Replica(configure: null, ("Clusters:silent:ConnectionString", silent.ConnectionString));

        var resume = another.Get<Provisioning>().ResumeAsync(Token);
        await Waiting.UntilAsync(async () => silent.Calls > 0 && await strata.SharedAsync("select status from tenant where id = 'cave'") is "active", Token);
        silent.HangUp();
        await resume;

        Assert.Equal(1, silent.Calls);
    }
}
