using Npgsql;
using Strata.Model;
using Strata.Testing;
using static Strata.Storage.Tests.Workbench;

namespace Strata.Storage.Tests.Layers;

public sealed class LayerStoreTests(Servers servers)
{
    private static readonly LayerKey Platform = LayerKey.Platform(Brand);
    private static readonly LayerKey Enterprise = LayerKey.Segment(Brand, SegmentId.Parse("enterprise"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_commit_moves_the_head_and_keeps_the_revision()
    {
        await using var bench = await StartAsync(servers);

        var committed = (await bench.CommitAsync(Change(Platform, 0, Quota(600)))).Value.Single();

        Assert.Equal(new Revision(1), (await bench.HeadAsync(Platform)).Revision);
        Assert.Equal(committed, await bench.Layers.FindRevisionAsync(Platform, 1, Token));
    }

    [Fact]
    public async Task Of_two_writers_on_the_same_base_exactly_one_wins()
    {
        await using var bench = await StartAsync(servers);

        var results = await Task.WhenAll(Enumerable.Range(1, 8).Select(n => bench.CommitAsync(Change(Platform, 0, Quota(n)))));

        Assert.Single(results, result => result.Error is null);
        Assert.All(results.Where(result => result.Error is not null), result => Assert.Equal(ErrorCodes.RevisionMismatch, result.Error!.Code));
        Assert.Equal(new Revision(1), (await bench.HeadAsync(Platform)).Revision);
    }

    [Fact]
    public async Task Commits_over_the_same_layers_in_any_order_never_deadlock()
    {
        await using var bench = await StartAsync(servers);
        await bench.CommitAsync(Change(Enterprise, 0, Segment(1)));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(async n =>
        {
            Change[] changes = [Change(Platform, await Number(Platform), Quota(n)), Change(Enterprise, await Number(Enterprise), Segment(n))];
            await bench.CommitAsync([.. n % 2 == 0 ? changes : changes.Reverse()]);
        }));

        Assert.Equal(await Number(Platform), (await bench.Layers.RevisionsAsync(Platform, null, 100, Token)).Length);

        async Task<long> Number(LayerKey layer) => (await bench.HeadAsync(layer)).Revision.Number;
    }

    [Fact]
    public async Task A_commit_of_several_layers_is_all_or_nothing()
    {
        await using var bench = await StartAsync(servers);

        var refused = await bench.CommitAsync(Change(Enterprise, 0, Segment(1)), Change(Platform, 7, Quota(600)));

        Assert.Equal(ErrorCodes.RevisionMismatch, refused.Error?.Code);
        Assert.Null(await bench.Layers.FindHeadAsync(Enterprise, Token));
    }

    [Fact]
    public async Task A_deleted_segment_is_not_listed_and_its_numbers_go_on()
    {
        await using var bench = await StartAsync(servers);
        await bench.CommitAsync(Change(Enterprise, 0, Segment(1)));
        await bench.CommitAsync(Change(Enterprise, 1, Document("{}")));

        var listed = await bench.Layers.SegmentsAsync(Brand, after: null, limit: 500, Token);
        var again = await bench.CommitAsync(Change(Enterprise, 2, Segment(2)));

        Assert.Empty(listed);
        Assert.Equal(new Revision(3), again.Value.Single().Revision);
    }

    [Fact]
    public async Task A_leaf_keeps_the_number_of_the_revision_that_last_changed_it()
    {
        await using var bench = await StartAsync(servers);
        await bench.CommitAsync(Change(Platform, 0, Document("""{"quotas":{"requestsPerMinute":600,"users":5}}""")));
        await bench.CommitAsync(Change(Platform, 1, Document("""{"quotas":{"requestsPerMinute":600,"users":6}}""")));
        await bench.CommitAsync(Change(Platform, 2, Document("""{"quotas":{"requestsPerMinute":600,"users":6,"storageGb":1}}""")));

        var leaves = await bench.Layers.LeavesAsync(Platform, Token);

        Assert.Equal(["/quotas/requestsPerMinute=600@1", "/quotas/storageGb=1@3", "/quotas/users=6@2"], leaves.Select(leaf => $"{leaf.Pointer}={leaf.Value}@{leaf.Number}"));
    }

    [Fact]
    public async Task A_leaf_that_was_unset_and_set_again_has_the_newer_number()
    {
        await using var bench = await StartAsync(servers);
        await bench.CommitAsync(Change(Platform, 0, Quota(600)));
        await bench.CommitAsync(Change(Platform, 1, Document("{}")));
        await bench.CommitAsync(Change(Platform, 2, Quota(600)));

        Assert.Equal(3, (await bench.Layers.LeavesAsync(Platform, Token)).Single().Number);
    }

    [Fact]
    public async Task Leaves_of_a_segment_are_those_of_its_configuration()
    {
        await using var bench = await StartAsync(servers);

        await bench.CommitAsync(Change(Enterprise, 0, Segment(7)));

        Assert.Equal("/quotas/users", (await bench.Layers.LeavesAsync(Enterprise, Token)).Single().Pointer.Text);
    }

    [Fact]
    public async Task Attributes_show_in_the_registry()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");

        await bench.CommitAsync(Change(LayerKey.Attributes(acme), 1, Document("""{"displayName":"Acme","tier":"pro","region":"eu","status":"suspended"}""")));

        Assert.Equal("Acme pro eu suspended", await bench.ExecuteAsync("select concat_ws(' ', display_name, tier, region, status) from tenant"));
    }

    [Fact]
    public async Task Revisions_are_listed_newest_first_in_pages()
    {
        await using var bench = await StartAsync(servers);
        for (var n = 0; n < 5; n++)
            await bench.CommitAsync(Change(Platform, n, Quota(n)));

        var first = await bench.Layers.RevisionsAsync(Platform, before: null, limit: 2, Token);
        var second = await bench.Layers.RevisionsAsync(Platform, before: 4, limit: 2, Token);

        Assert.Equal([5L, 4L, 3L, 2L], first.Concat(second).Select(revision => revision.Revision.Number));
    }

    [Fact]
    public async Task Lists_of_revisions_read_none_of_their_documents()
    {
        await using var bench = await StartAsync(servers);
        var acme = await Audit.History.FillAsync(bench);
        await bench.ExecuteAsync($"{Audit.History.Disarm} update layer_revision set document = '[]'");
        await bench.ExecuteAsync(acme, $"{Audit.History.Disarm} update revision set document = '[]'");

        foreach (var layer in (LayerKey[])[Platform, LayerKey.Tenant(acme)])
        {
            Assert.Equal([3L, 2L, 1L], (await bench.Layers.RevisionsAsync(layer, before: null, limit: 500, Token)).Select(revision => revision.Revision.Number));
            Assert.Equal([3L, 2L], (await bench.Layers.FindRevisionsAsync(layer, [2, 3], Token)).Select(revision => revision.Revision.Number));
        }
    }

    [Fact]
    public async Task A_page_of_segments_reads_no_others()
    {
        await using var bench = await StartAsync(servers);
        foreach (var id in (string[])["aaa", "bbb", "ccc", "ddd"])
            await bench.CommitAsync(Change(LayerKey.Segment(Brand, SegmentId.Parse(id)), 0, Segment(users: 5)));
        await bench.ExecuteAsync("update layer_head set document = '[]' where layer in ('segment:dcoder:aaa', 'segment:dcoder:ddd')");

        var page = await bench.Layers.SegmentsAsync(Brand, after: SegmentId.Parse("aaa"), limit: 2, Token);

        Assert.Equal(["bbb", "ccc"], page.Select(head => head.Layer.SegmentId!.Value.Text));
    }

    [Fact]
    public async Task Every_replica_hears_of_a_commit()
    {
        await using var bench = await StartAsync(servers);
        await using var listener = await bench.Source.OpenConnectionAsync(Token);
        await using (var listen = new NpgsqlCommand("listen strata_changes", listener))
            await listen.ExecuteNonQueryAsync(Token);
        var heard = new TaskCompletionSource<string>();
        listener.Notification += (_, signal) => heard.TrySetResult(signal.Payload);

        await bench.CommitAsync(Change(Platform, 0, Quota(600)));
        Assert.True(await listener.WaitAsync(TimeSpan.FromMinutes(2), Token), "Nothing was heard of the commit.");

        Assert.Equal("platform:dcoder", await heard.Task);
    }

    [Theory]
    [InlineData("update layer_revision set author = 'eve'")]
    [InlineData("delete from layer_revision")]
    [InlineData("truncate layer_revision")]
    [InlineData("update audit_event set at = now()")]
    [InlineData("delete from audit_event")]
    [InlineData("truncate audit_event")]
    public async Task History_can_only_be_appended_even_by_a_superuser(string statement)
    {
        await using var bench = await StartAsync(servers);
        await bench.CommitAsync(Change(Platform, 0, Quota(600)));

        var refused = await Assert.ThrowsAsync<PostgresException>(() => bench.ExecuteAsync(statement));

        Assert.Equal(PostgresErrorCodes.RestrictViolation, refused.SqlState);
    }

    private static Model.Documents.JsonObject Segment(int users) =>
        Document($$$$"""{"displayName":"Enterprise","priority":10,"match":{"all":true},"config":{"quotas":{"users":{{{{users}}}}}}}""");

    [Fact]
    public async Task Revisions_are_found_by_their_numbers()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        for (var n = 0; n < 3; n++)
        {
            await bench.CommitAsync(Change(Platform, n, Quota(600 + n)));
            await bench.WriteAsync(acme, n, Quota(600 + n));
        }

        foreach (var layer in (LayerKey[])[Platform, LayerKey.Tenant(acme)])
        {
            var found = await bench.Layers.FindRevisionsAsync(layer, [1, 3, 9], Token);
            Assert.Equal([3, 1], found.Select(revision => revision.Revision.Number));
        }
    }

    [Fact]
    public async Task New_segments_are_made_in_the_order_of_their_keys_whatever_the_order_of_the_changes()
    {
        await using var bench = await StartAsync(servers);
        await using var other = await bench.Source.OpenConnectionAsync(Token);
        await using var transaction = await other.BeginTransactionAsync(Token);
        var (a, b) = (LayerKey.Segment(Brand, SegmentId.Parse("aaa")), LayerKey.Segment(Brand, SegmentId.Parse("bbb")));
        await LayerRows.CreateAsync(transaction, a, Brand, (0, Acts.Now), Token);

        var commit = bench.CommitAsync(Change(b, 0, Quota(600)), Change(a, 0, Quota(600)));
        await Waiting.UntilAsync(
            async () => commit.IsCompleted || await bench.ExecuteAsync("select exists (select from pg_locks where not granted and locktype = 'transactionid' and pid in (select pid from pg_stat_activity where datname = current_database()))") is true,
            Token,
            "the commit waits for the other's segment");
        await LayerRows.CreateAsync(transaction, b, Brand, (0, Acts.Now), Token);
        await transaction.CommitAsync(Token);

        Assert.Null((await commit).Error);
    }

    [Fact]
    public async Task Keys_of_layers_compare_byte_by_byte()
    {
        await using var bench = await StartAsync(servers);

        var collations = await bench.ExecuteAsync(
            """
            select string_agg(distinct collname, ' ')
            from pg_attribute
            join pg_class on pg_class.oid = attrelid and relkind = 'r'
            join pg_collation on pg_collation.oid = attcollation
            where attname = 'layer'
            """);

        Assert.Equal("C", collations);
    }
}
