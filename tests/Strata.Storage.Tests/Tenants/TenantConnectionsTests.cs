using System.Collections.Concurrent;
using System.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Strata.Model;
using Strata.Testing;

namespace Strata.Storage.Tests.Tenants;

public sealed class TenantConnectionsTests(Servers servers)
{
    private static readonly TenantId Acme = TenantId.Parse("acme");
    private static readonly TenantId Globex = TenantId.Parse("globex");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_idle_connection_of_the_tenant_is_used_again()
    {
        await using var strata = await CreateAsync(ceiling: 2, Acme);
        var connections = strata.Get<TenantConnections>();

        var first = await ProcessAsync(connections, Acme);
        var second = await ProcessAsync(connections, Acme);

        Assert.Equal(first, second);
    }

    [Fact]
    public async Task A_tenant_at_the_ceiling_takes_the_place_of_an_idle_one()
    {
        await using var strata = await CreateAsync(ceiling: 1, Acme, Globex);
        var connections = strata.Get<TenantConnections>();
        var first = await ProcessAsync(connections, Acme);

        var second = await ProcessAsync(connections, Globex);

        Assert.NotEqual(first, second);
        await Waiting.UntilAsync(async () => await CountAsync(strata) == 1, Cancel);
    }

    [Fact]
    public async Task At_the_ceiling_a_caller_waits_until_a_connection_comes_back()
    {
        await using var strata = await CreateAsync(ceiling: 1, Acme, Globex);
        var connections = strata.Get<TenantConnections>();
        var held = await connections.RentAsync(Acme, Cancel);

        var waiting = connections.RentAsync(Globex, Cancel).AsTask();
        Assert.False(waiting.IsCompleted);
        await held.DisposeAsync();
        await using var rented = await waiting;

        Assert.Equal(Globex, rented.Tenant);
    }

    [Fact]
    public async Task A_caller_that_gives_up_waiting_takes_nothing_away()
    {
        await using var strata = await CreateAsync(ceiling: 1, Acme, Globex);
        var connections = strata.Get<TenantConnections>();
        await using (await connections.RentAsync(Acme, Cancel))
        {
            using var impatient = new CancellationTokenSource();
            var waiting = connections.RentAsync(Globex, impatient.Token).AsTask();
            await impatient.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        Assert.NotEqual(0, await ProcessAsync(connections, Globex));
    }

    [Fact]
    public async Task A_tenant_that_does_not_exist_takes_nothing_away()
    {
        await using var strata = await CreateAsync(ceiling: 1, Acme);
        var connections = strata.Get<TenantConnections>();

        await Assert.ThrowsAsync<InvalidOperationException>(() => connections.RentAsync(Globex, Cancel).AsTask());

        Assert.NotEqual(0, await ProcessAsync(connections, Acme));
    }

    [Fact]
    public async Task A_connection_that_comes_back_closed_is_not_used_again()
    {
        await using var strata = await CreateAsync(ceiling: 1, Acme);
        var connections = strata.Get<TenantConnections>();
        int first;
        await using (var rented = await connections.RentAsync(Acme, Cancel))
        {
            first = rented.Connection.ProcessID;
            await rented.Connection.CloseAsync();
        }

        Assert.NotEqual(first, await ProcessAsync(connections, Acme));
    }

    [Fact]
    public async Task A_connection_that_the_server_closed_while_it_rested_is_replaced()
    {
        var clock = new FakeTimeProvider();
        await using var strata = await CreateAsync(ceiling: 1, Acme);
        await using var replica = strata.Replica(services => services.AddSingleton<TimeProvider>(clock));
        var connections = replica.Get<TenantConnections>();
        var first = await ProcessAsync(connections, Acme);
        await strata.SharedAsync($"select pg_terminate_backend({first}, 5000)");
        clock.Advance(TimeSpan.FromSeconds(2));

        await using var rented = await connections.RentAsync(Acme, Cancel);

        Assert.Single(await rented.Connection.Command("select 1").ReadAsync(reader => reader.GetInt32(0), Cancel));
    }

    [Fact]
    public async Task Idle_connections_are_closed_after_their_time()
    {
        var clock = new FakeTimeProvider();
        await using var strata = await CreateAsync(ceiling: 8, Acme, Globex);
        await using var replica = strata.Replica(services => services.AddSingleton<TimeProvider>(clock));
        var connections = replica.Get<TenantConnections>();
        await ProcessAsync(connections, Acme);
        clock.Advance(TimeSpan.FromSeconds(40));
        var young = await ProcessAsync(connections, Globex);
        clock.Advance(TimeSpan.FromSeconds(40));

        await connections.CloseIdleAsync(Cancel);

        await Waiting.UntilAsync(async () => await CountAsync(strata) == 1, Cancel);
        Assert.Equal(young, await ProcessAsync(connections, Globex));
    }

    [Fact]
    public async Task Fifty_tenants_at_once_stay_under_the_ceiling()
    {
        const int Ceiling = 8;
        var tenants = Enumerable.Range(0, 50).Select(index => TenantId.Parse($"tenant-{index}")).ToArray();
        await using var strata = await CreateAsync(Ceiling, tenants);
        var connections = strata.Get<TenantConnections>();
        var known = new ConcurrentDictionary<NpgsqlConnection, TenantId>();
        var open = 0;

        var counts = await Task.WhenAll(Enumerable.Range(0, 400).Select(async index =>
        {
            var tenant = tenants[index * 7 % tenants.Length];
            await using var rented = await connections.RentAsync(tenant, Cancel);
            if (known.TryAdd(rented.Connection, tenant))
            {
                Interlocked.Increment(ref open);
                rented.Connection.StateChange += (_, change) => Interlocked.Add(ref open, change.CurrentState == ConnectionState.Closed ? -1 : 0);
            }
            var now = Volatile.Read(ref open);
            var names = await rented.Connection.Command("select tenant from tenant_identity").ReadAsync(reader => reader.GetString(0), Cancel);
            Assert.Equal([tenant.Text], names);
            return now;
        }));

        Assert.Equal(Ceiling, counts.Max());
        // A server process outlives the connection that it served by a moment.
        await Waiting.UntilAsync(async () => await CountAsync(strata) <= Ceiling, Cancel);
    }

    private async Task<Installation> CreateAsync(int ceiling, params TenantId[] tenants)
    {
        var strata = await Installation.CreateAsync(servers, ("Storage:MaxTenantConnections", $"{ceiling}"));
        await strata.PlatformAsync();
        await Task.WhenAll(tenants.Select(tenant => strata.TenantAsync(tenant.Text)));
        return strata;
    }

    private static async Task<int> ProcessAsync(TenantConnections connections, TenantId tenant)
    {
        await using var rented = await connections.RentAsync(tenant, Cancel);
        return rented.Connection.ProcessID;
    }

    private static async Task<long> CountAsync(Installation strata) =>
        (long)(await strata.SharedAsync("select count(*) from pg_stat_activity where usename in (select role_name from tenant)"))!;
}
