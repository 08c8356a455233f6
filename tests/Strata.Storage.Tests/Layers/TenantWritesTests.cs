using Npgsql;
using Strata.Model;
using Strata.Testing;
using static Strata.Storage.Tests.Workbench;

namespace Strata.Storage.Tests.Layers;

public sealed class TenantWritesTests(Servers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_commit_is_durable_at_the_tenant_and_published_in_the_shared_database()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");

        var committed = (await bench.WriteAsync(acme, 0, Quota(60))).Value;

        Assert.Equal(committed, await bench.Layers.FindRevisionAsync(LayerKey.Tenant(acme), 1, Token));
        Assert.Equal((new Revision(1, 1), Quota(60)), await PublishedAsync(bench, acme));
        Assert.Equal(0L, await bench.ExecuteAsync("select count(*) from intent"));
    }

    [Fact]
    public async Task Of_two_writers_on_the_same_base_exactly_one_wins()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");

        var results = await Task.WhenAll(Enumerable.Range(1, 8).Select(n => bench.WriteAsync(acme, 0, Quota(n))));

        Assert.Single(results, result => result.Error is null);
        Assert.All(results.Where(result => result.Error is not null), result => Assert.Equal(ErrorCodes.RevisionMismatch, result.Error!.Code));
        Assert.Equal(1L, await bench.ExecuteAsync(acme, "select count(*) from revision"));
    }

    [Fact]
    public async Task A_commit_onto_a_revision_that_does_not_exist_yet_is_refused()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");

        var refused = await bench.WriteAsync(acme, 5, Quota(60));

        Assert.Equal(ErrorCodes.RevisionMismatch, refused.Error?.Code);
    }

    [Fact]
    public async Task A_refused_commit_leaves_no_intent()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");

        await bench.WriteAsync(acme, 5, Quota(60));

        Assert.Equal(0L, await bench.ExecuteAsync("select count(*) from intent"));
    }

    [Fact]
    public async Task A_request_that_is_cancelled_before_the_revision_is_durable_leaves_nothing()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        using var request = new CancellationTokenSource();
        bench.At["tenant.commit.prepared"] = request.CancelAsync;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => bench.Writes.CommitAsync(Change(LayerKey.Tenant(acme), 0, Quota(60)), Act(), Answer(), request.Token));

        Assert.Equal(0L, await bench.ExecuteAsync("select count(*) from intent"));
        Assert.Equal(0L, await bench.ExecuteAsync(acme, "select count(*) from revision"));
    }

    [Fact]
    public async Task A_request_that_is_cancelled_after_the_revision_is_durable_is_finished()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        using var request = new CancellationTokenSource();
        bench.At["tenant.commit.committed"] = request.CancelAsync;

        await bench.Writes.CommitAsync(Change(LayerKey.Tenant(acme), 0, Quota(60)), Act(), Answer(), request.Token);

        Assert.Equal((new Revision(1, 1), Quota(60)), await PublishedAsync(bench, acme));
    }

    [Fact]
    public async Task Publishing_late_never_takes_the_head_back()
    {
        await using var bench = await StartAsync(servers);
        await using var slow = bench.Another();
        var acme = await bench.TenantAsync("acme");
        var (reached, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        slow.At["tenant.commit.committed"] = () => (reached.TrySetResult(), go.Task).Task;

        var late = slow.WriteAsync(acme, 0, Quota(1));
        await reached.Task.InTimeAsync(Token);
        await bench.WriteAsync(acme, 1, Quota(2));
        go.SetResult();
        var committed = await late;

        Assert.Null(committed.Error);
        Assert.Equal((new Revision(1, 2), Quota(2)), await PublishedAsync(bench, acme));
        Assert.Equal(2, (await bench.Layers.LeavesAsync(LayerKey.Tenant(acme), Token)).Single().Number);
    }

    [Fact]
    public async Task A_writer_that_was_abandoned_meanwhile_commits_nothing()
    {
        await using var bench = await StartAsync(servers);
        await using var slow = bench.Another();
        var acme = await bench.TenantAsync("acme");
        slow.At["tenant.commit.intended"] = () => bench.Sweeper.SweepAsync(Token);

        var written = await slow.WriteAsync(acme, 0, Quota(60));

        Assert.Equal(ErrorCodes.Unavailable, written.Error?.Code);
        Assert.Equal(0L, await bench.ExecuteAsync(acme, "select count(*) from revision"));
    }

    [Fact]
    public async Task A_write_that_was_judged_before_its_tenant_was_suspended_commits_nothing_unless_it_may()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        await bench.CommitAsync(Change(LayerKey.Attributes(acme), 1, Document("""{"displayName":"Acme","status":"suspended"}""")));

        var late = await bench.WriteAsync(acme, 0, Quota(60));
        var allowed = await bench.Writes.CommitAsync(Change(LayerKey.Tenant(acme), 0, Quota(70)) with { MayWriteSuspended = true }, Act(), Answer(), Token);

        Assert.Equal(ErrorCodes.Conflict, late.Error?.Code);
        Assert.Equal(new Revision(1, 1), allowed.Value.Revision);
        Assert.Equal(0L, await bench.ExecuteAsync("select count(*) from intent"));
    }

    [Fact]
    public async Task Settling_gives_up_what_is_not_durable_yet_and_publishes_what_is()
    {
        await using var bench = await StartAsync(servers);
        await using var slow = bench.Another();
        var (acme, bolt) = (await bench.TenantAsync("acme"), await bench.TenantAsync("bolt"));
        slow.At["tenant.commit.intended"] = () => bench.Writes.SettleAsync(acme, Token);
        var given = await slow.WriteAsync(acme, 0, Quota(60));
        slow.At.Remove("tenant.commit.intended");
        slow.CrashAt("tenant.commit.committed");
        await Assert.ThrowsAsync<CrashException>(() => slow.WriteAsync(bolt, 0, Quota(60)));

        await bench.Writes.SettleAsync(bolt, Token);

        Assert.Equal(ErrorCodes.Unavailable, given.Error?.Code);
        Assert.Equal(new Revision(1, 0), (await bench.HeadAsync(LayerKey.Tenant(acme))).Revision);
        Assert.Equal(new Revision(1, 1), (await bench.HeadAsync(LayerKey.Tenant(bolt))).Revision);
    }

    [Fact]
    public async Task A_failing_publication_leaves_the_outcome_unknown_and_the_next_reader_finishes_it()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        await bench.ExecuteAsync("alter table layer_leaf rename to layer_leaf_away");

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => bench.WriteAsync(acme, 0, Quota(60)));
        await bench.ExecuteAsync("alter table layer_leaf_away rename to layer_leaf");
        var head = await bench.Writes.CurrentHeadAsync(acme, Token);

        Assert.Equal(new Revision(1, 1), head.Revision);
        Assert.Equal((new Revision(1, 1), Quota(60)), await PublishedAsync(bench, acme));
    }

    [Fact]
    public async Task A_tenant_database_older_than_what_was_published_takes_no_writes()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        await bench.WriteAsync(acme, 0, Quota(60));
        await bench.ExecuteAsync("update layer_head set number = 9 where layer = 'tenant:acme'");

        await Assert.ThrowsAsync<OlderCopyException>(() => bench.Writes.CurrentHeadAsync(acme, Token));
        await Assert.ThrowsAsync<OlderCopyException>(() => bench.WriteAsync(acme, 1, Quota(61)));
    }

    [Fact]
    public async Task A_restored_tenant_is_published_as_its_new_incarnation()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        await bench.WriteAsync(acme, 0, Quota(60));
        await bench.ExecuteAsync("update layer_head set number = 9 where layer = 'tenant:acme'");
        await bench.ExecuteAsync(acme, "update tenant_identity set incarnation = 2");

        await bench.Writes.CurrentHeadAsync(acme, Token);
        var next = await bench.WriteAsync(acme, 1, Quota(61));

        Assert.Equal(new Revision(2, 2), next.Value.Revision);
        Assert.Equal((new Revision(2, 2), Quota(61)), await PublishedAsync(bench, acme));
    }

    [Theory]
    [InlineData("update revision set author = 'eve'")]
    [InlineData("delete from audit_event")]
    [InlineData("truncate revision")]
    public async Task A_tenants_history_can_only_be_appended_even_by_a_superuser(string statement)
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        await bench.WriteAsync(acme, 0, Quota(60));

        var refused = await Assert.ThrowsAsync<PostgresException>(() => bench.ExecuteAsync(acme, statement));

        Assert.Equal(PostgresErrorCodes.RestrictViolation, refused.SqlState);
    }

    private static async Task<(Revision, Model.Documents.JsonObject)> PublishedAsync(Workbench bench, TenantId tenant)
    {
        var head = await bench.HeadAsync(LayerKey.Tenant(tenant));
        return (head.Revision, head.Document);
    }
}
