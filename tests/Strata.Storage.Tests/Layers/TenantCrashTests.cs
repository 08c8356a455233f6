using Strata.Model;
using Strata.Testing;
using static Strata.Storage.Tests.Workbench;

namespace Strata.Storage.Tests.Layers;

/// <summary>A server dies at each step of a tenant's write; another one picks the pieces up.</summary>
public sealed class TenantCrashTests(Servers servers)
{
    private const string Intended = "tenant.commit.intended";
    private const string Prepared = "tenant.commit.prepared";
    private const string Committed = "tenant.commit.committed";
    private const string Published = "tenant.commit.published";

    private static readonly byte[] RequestHash = [1, 2, 3];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Intended, 0)]
    [InlineData(Prepared, 0)]
    [InlineData(Committed, 1)]
    [InlineData(Published, 1)]
    public async Task The_sweeper_finishes_what_was_durable_and_abandons_the_rest(string step, long durable)
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        await CrashAsync(bench, step, acme);

        await bench.LeasesEndAsync();
        await bench.Sweeper.SweepAsync(Token);

        Assert.Equal(durable, (await bench.HeadAsync(LayerKey.Tenant(acme))).Revision.Number);
        Assert.Equal(0L, await bench.ExecuteAsync("select count(*) from intent"));
        Assert.Equal(Events(durable), await bench.EventsAsync("tenant:acme"));
    }

    [Theory]
    [InlineData(Intended, 0)]
    [InlineData(Prepared, 0)]
    [InlineData(Committed, 1)]
    public async Task The_next_writer_sees_and_publishes_what_was_durable_at_once(string step, long durable)
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        await CrashAsync(bench, step, acme);

        var head = await bench.Writes.CurrentHeadAsync(acme, Token);
        var next = await bench.WriteAsync(acme, head.Revision.Number, Quota(61));

        Assert.Equal(durable, head.Revision.Number);
        Assert.Equal(durable + 1, next.Value.Revision.Number);
        Assert.Equal(Quota(61), (await bench.HeadAsync(LayerKey.Tenant(acme))).Document);
        Assert.Equal(Events(durable + 1), await bench.EventsAsync("tenant:acme"));
    }

    [Theory]
    [InlineData(Committed)]
    [InlineData(Published)]
    public async Task The_same_key_gets_the_answer_of_what_was_durable(string step)
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        await CrashAsync(bench, step, acme);

        await bench.LeasesEndAsync();
        var repeated = await bench.Idempotency.ClaimAsync(new IdempotencyClaim("ada", "key"), RequestHash, Token);

        Assert.Equal(ClaimState.Answered, repeated.State);
        Assert.Equal(Answer().Body.ToArray(), repeated.Answer!.Body.ToArray());
        Assert.Equal("\"tenant.1.1\"", repeated.Answer.Headers["etag"]);
    }

    [Theory]
    [InlineData(Intended)]
    [InlineData(Prepared)]
    public async Task The_same_key_is_fresh_again_after_what_was_not_durable(string step)
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        await CrashAsync(bench, step, acme);
        var claim = new IdempotencyClaim("ada", "key");

        await bench.LeasesEndAsync();
        var repeated = await bench.Idempotency.ClaimAsync(claim, RequestHash, Token);
        var written = await bench.WriteAsync(acme, 0, Quota(60), claim);

        Assert.Equal(ClaimState.Fresh, repeated.State);
        Assert.Equal(1, written.Value.Revision.Number);
    }

    [Fact]
    public async Task The_same_key_is_running_while_the_lease_lasts()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        await CrashAsync(bench, Committed, acme);

        var repeated = await bench.Idempotency.ClaimAsync(new IdempotencyClaim("ada", "key"), RequestHash, Token);

        Assert.Equal(ClaimState.Running, repeated.State);
    }

    [Fact]
    public async Task Publication_finishes_several_revisions_in_order()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        await CrashAsync(bench, Committed, acme, onto: 0, """{"quotas":{"requestsPerMinute":60}}""");
        await CrashAsync(bench, Committed, acme, onto: 1, """{"quotas":{"requestsPerMinute":60,"users":5}}""");

        await bench.Writes.CurrentHeadAsync(acme, Token);

        var leaves = await bench.Layers.LeavesAsync(LayerKey.Tenant(acme), Token);
        Assert.Equal(["/quotas/requestsPerMinute@1", "/quotas/users@2"], leaves.Select(leaf => $"{leaf.Pointer}@{leaf.Number}"));
        Assert.Equal(Events(2), await bench.EventsAsync("tenant:acme"));
        Assert.True((await bench.Verifier.VerifyTenantAsync(acme, Token)).IsValid);
    }

    [Fact]
    public async Task A_sweeper_that_dies_half_way_is_finished_by_the_next()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        await CrashAsync(bench, Intended, acme);
        await bench.LeasesEndAsync();
        await using var dying = bench.Another().CrashAt("tenant.resolve.decided");
        await dying.Sweeper.SweepAsync(Token);

        await bench.Sweeper.SweepAsync(Token);

        Assert.Equal(0L, await bench.ExecuteAsync("select count(*) from intent"));
        Assert.Equal(0, (await bench.HeadAsync(LayerKey.Tenant(acme))).Revision.Number);
    }

    [Theory]
    [InlineData(Intended, 0)]
    [InlineData(Committed, 1)]
    public async Task Sweepers_that_meet_at_one_write_resolve_it_once(string step, long durable)
    {
        await using var bench = await StartAsync(servers);
        await using var other = bench.Another();
        var acme = await bench.TenantAsync("acme");
        await CrashAsync(bench, step, acme);
        await bench.LeasesEndAsync();
        var (here, there) = (new TaskCompletionSource(), new TaskCompletionSource());
        bench.At["tenant.resolve.decided"] = () => (here.TrySetResult(), there.Task.InTimeAsync(Token)).Item2;
        other.At["tenant.resolve.decided"] = () => (there.TrySetResult(), here.Task.InTimeAsync(Token)).Item2;

        await Task.WhenAll(bench.Sweeper.SweepAsync(Token), other.Sweeper.SweepAsync(Token));

        Assert.Equal(durable, (await bench.HeadAsync(LayerKey.Tenant(acme))).Revision.Number);
        Assert.Equal(0L, await bench.ExecuteAsync("select count(*) from intent"));
        Assert.True((await bench.Verifier.VerifyTenantAsync(acme, Token)).IsValid);
    }

    [Fact]
    public async Task A_tenant_whose_cluster_is_not_known_does_not_keep_others_from_being_finished()
    {
        await using var bench = await StartAsync(servers);
        var (acme, bolt) = (await bench.TenantAsync("acme"), await bench.TenantAsync("bolt"));
        bench.CrashAt("tenant.commit.committed");
        foreach (var tenant in (TenantId[])[acme, bolt])
            await Assert.ThrowsAsync<CrashException>(() => bench.WriteAsync(tenant, 0, Quota(700)));
        await bench.ExecuteAsync("update intent set lease_until = now() - case tenant when 'acme' then interval '1 minute' else interval '0' end");
        await bench.ExecuteAsync("update tenant set cluster = 'lost' where id = 'acme'");
        await using var another = bench.Another();

        await another.Sweeper.SweepAsync(Token);

        Assert.Equal("acme", await bench.ExecuteAsync("select string_agg(tenant, ' ') from intent"));
        Assert.Equal(1, (await bench.HeadAsync(LayerKey.Tenant(bolt))).Revision.Number);
    }

    /// <summary>One event for each of a tenant's revisions, after that of its creation.</summary>
    private static IEnumerable<string> Events(long revisions) =>
        Enumerable.Range(1, (int)revisions).Select(number => $"{number + 1} config.changed tenant:acme@{number}").Prepend("1 tenant.created attributes:acme@1");

    /// <summary>Another server process claims key `key` if it is free, writes and dies at the step.</summary>
    private static async Task CrashAsync(Workbench bench, string step, TenantId tenant, long onto = 0, string document = """{"quotas":{"requestsPerMinute":60}}""")
    {
        await using var dying = bench.Another().CrashAt(step);
        var claim = new IdempotencyClaim("ada", onto == 0 ? "key" : $"key {onto}");
        await bench.Idempotency.ClaimAsync(claim, RequestHash, Token);
        await Assert.ThrowsAsync<CrashException>(() => dying.WriteAsync(tenant, onto, Document(document), claim));
    }
}
