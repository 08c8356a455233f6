using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Model.Documents;
using Strata.Testing;
using static Strata.Storage.Tests.Workbench;

namespace Strata.Storage.Tests.Delivery;

public sealed class OutboxTests(Servers servers)
{
    private static readonly LayerKey Platform = LayerKey.Platform(Brand);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_platforms_change_is_one_event_with_the_number_of_tenants_affected()
    {
        await using var bench = await StartAsync(servers);

        var revision = (await bench.CommitAsync(Change(Platform, 0, Quota(600)) with { TenantsAffected = 7 })).Value.Single();

        var told = await BodyAsync(bench, "platform:dcoder");
        Assert.Equal("config.changed", told["type"].Text());
        Assert.Equal(revision.ChangeId.ToString(), told["correlationId"].Text());
        Assert.Equal(revision.Author, told["actor"].Text());
        Assert.Equal("dcoder", told["platformId"].Text());
        Assert.Equal(Json.Null, told["tenantId"]);
        Assert.Equal("1", told["sequence"]!.ToString());
        var payload = (JsonObject)told["payload"]!;
        Assert.Equal("7", payload["tenantsAffected"]!.ToString());
        Assert.Equal(["/quotas/requestsPerMinute"], payload["pointers"].Texts());
        Assert.EndsWith(";platform:1", payload["revision"].Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_says_where_and_never_what()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");

        await bench.WriteAsync(acme, 0, Document("""{"branding":{"productName":"Confidential"}}"""));

        Assert.DoesNotContain("Confidential", (string)(await bench.ExecuteAsync("select string_agg(body, ' ') from event"))!, StringComparison.Ordinal);
        Assert.Equal(["/branding/productName"], ((JsonObject)(await BodyAsync(bench, "tenant:acme"))["payload"]!)["pointers"].Texts());
    }

    [Fact]
    public async Task The_life_of_a_tenant_is_told_from_its_documents()
    {
        await using var bench = await StartAsync(servers);
        var attributes = LayerKey.Attributes(await bench.TenantAsync("acme"));
        foreach (var (number, status, name) in (IEnumerable<(long, string, string)>)[(1, "suspended", "A"), (2, "active", "A"), (3, "active", "B")])
            await bench.CommitAsync(Change(attributes, number, Document($$"""{"displayName":"{{name}}","status":"{{status}}"}""")));

        Assert.Equal(
            ["1 tenant.created attributes:acme@1", "2 tenant.suspended attributes:acme@2", "3 tenant.resumed attributes:acme@3", "4 tenant.changed attributes:acme@4"],
            await bench.EventsAsync("tenant:acme"));
    }

    [Fact]
    public async Task Every_scope_has_a_sequence_of_its_own()
    {
        await using var bench = await StartAsync(servers);
        await bench.TenantAsync("acme");
        await bench.TenantAsync("bolt");

        await bench.CommitAsync(Change(Platform, 0, Quota(600)), Change(LayerKey.Allowlist, 0, Document("{}")));

        Assert.Equal("all:1 platform:dcoder:1 tenant:acme:1 tenant:bolt:1", await bench.ExecuteAsync("select string_agg(scope || ':' || sequence, ' ' order by scope) from event"));
    }

    [Fact]
    public async Task Old_events_are_forgotten_in_order_and_the_verifier_knows_it()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        for (var n = 0; n < 4; n++)
            await bench.WriteAsync(acme, n, Quota(60 + n));
        await bench.ExecuteAsync("update event set at = now() - interval '100 days', body = body where scope = 'tenant:acme' and sequence < 4");
        var before = await bench.ExecuteAsync("select count(*) from event where scope = 'tenant:acme'");

        var forgotten = await bench.Purge.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal((5L, 3), (before, forgotten));
        Assert.Equal(["4 config.changed tenant:acme@3", "5 config.changed tenant:acme@4"], await bench.EventsAsync("tenant:acme"));
        await bench.WriteAsync(acme, 4, Quota(70));
        Assert.Equal(["shared ", "tenant:acme "], await bench.Verifier.VerifyAllAsync(Token).Select(verdict => $"{verdict.Scope} {verdict.Reason}").ToListAsync(Token));
        await bench.ExecuteAsync("delete from event where sequence = 4");
        Assert.Equal("Event 4 of 'tenant:acme' is missing.", (await bench.Verifier.VerifySharedAsync(TestContext.Current.CancellationToken)).Reason);
    }

    [Fact]
    public async Task What_a_dead_letter_may_send_once_more_is_kept_until_the_letter_is_old()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        for (var n = 0; n < 3; n++)
            await bench.WriteAsync(acme, n, Quota(60 + n));
        await bench.ExecuteAsync(
            """
            update event set at = now() - interval '100 days';
            insert into dead_letter (webhook, event_id, attempts, error, at) select 'billing', id, 9, 'no', now() from event where scope = 'tenant:acme' and sequence = 2;
            """);

        await bench.Purge.RunAsync(TestContext.Current.CancellationToken);
        var kept = await bench.EventsAsync("tenant:acme");
        await bench.ExecuteAsync("update dead_letter set at = now() - interval '100 days'");
        await bench.Purge.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal((3, 1), (kept.Length, (await bench.EventsAsync("tenant:acme")).Length));
    }

    [Fact]
    public async Task A_commit_that_is_rolled_back_leaves_no_event_and_no_gap()
    {
        await using var bench = await StartAsync(servers);
        bench.CrashAt("shared.commit.prepared");
        await Assert.ThrowsAsync<CrashException>(() => bench.CommitAsync(Change(Platform, 0, Quota(600))));
        bench.At.Clear();

        await bench.CommitAsync(Change(Platform, 0, Quota(700)));

        Assert.Equal(["1 config.changed platform:dcoder@1"], await bench.EventsAsync("platform:dcoder"));
    }

    [Fact]
    public async Task Commits_over_the_same_brands_in_any_order_never_wait_in_a_circle()
    {
        await using var bench = await StartAsync(servers);
        LayerKey[] segments = [.. Enumerable.Range(0, 8).Select(n => LayerKey.Segment(Brand, SegmentId.Parse($"seg-{n}")))];

        var results = await Task.WhenAll(segments.Select(segment => bench.CommitAsync(Change(segment, 0, Document("""{"displayName":"S","priority":1,"match":{"all":true}}""")))));

        Assert.All(results, result => Assert.Null(result.Error));
        Assert.Equal(Enumerable.Range(1, 8), (await bench.EventsAsync("platform:dcoder")).Select(told => int.Parse(told.Split(' ')[0], null)));
    }

    [Fact]
    public async Task A_restored_tenant_is_told_as_a_revision_without_author()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        await bench.WriteAsync(acme, 0, Quota(60));
        await bench.ExecuteAsync(acme, "update tenant_identity set incarnation = 2");

        await bench.Writes.CurrentHeadAsync(acme, Token);

        var told = await BodyAsync(bench, "tenant:acme");
        Assert.Equal(Json.Null, told["actor"]);
        Assert.Equal(2, await bench.ExecuteAsync("select incarnation from event order by sequence desc limit 1"));
    }

    [Theory]
    [InlineData("kong", "1 sync.degraded|2 sync.recovered")]
    [InlineData("events.billing", "")]
    public async Task Health_that_turns_is_told_once_but_not_that_of_events_themselves(string target, string expected)
    {
        await using var bench = await StartAsync(servers);
        var store = bench.Queue;
        var key = new DeliveryKey(TargetId.Parse(target), Scope.Platform(Brand), "node-1");
        await store.MarkAsync(new Mark(key.Scope, Brand), Token);
        await store.TakeMarksAsync((_, _) => [key], Token);

        foreach (var health in (SyncHealth[])[SyncHealth.Healthy, SyncHealth.Degraded, SyncHealth.Degraded, SyncHealth.Healthy, SyncHealth.Healthy])
            Assert.True(await store.CompleteAsync((await store.ClaimAsync(key.Target, [key.Part], TimeSpan.FromMinutes(1), Token))!, Ended(health), Token));

        Assert.Equal(expected, string.Join('|', await bench.EventsAsync("platform:dcoder")));
    }

    [Fact]
    public async Task What_is_told_of_health_wakes_only_those_who_carry_events()
    {
        await using var bench = await StartAsync(servers);
        var store = bench.Queue;
        var key = new DeliveryKey(TargetId.Parse("kong"), Scope.Platform(Brand), "");
        await store.MarkAsync(new Mark(key.Scope, Brand), Token);
        await store.TakeMarksAsync((_, _) => [key], Token);
        ImmutableArray<Mark> woken = [];

        await store.CompleteAsync((await store.ClaimAsync(key.Target, [key.Part], TimeSpan.FromMinutes(1), Token))!, Ended(SyncHealth.Degraded), Token);
        await store.TakeMarksAsync((marks, _) => (woken = marks, Keys: (IEnumerable<DeliveryKey>)[]).Keys, Token);

        Assert.Equal([new Mark(key.Scope, Brand) { Kind = "events" }], woken);
    }

    private static Completion Ended(SyncHealth health) => new()
    {
        Status = SyncStatus.OutOfSync,
        Health = health,
        Message = "",
        Pause = TimeSpan.Zero,
        Memory = DeliveryMemory.None,
    };

    /// <summary>The newest event of a scope, as it is sent.</summary>
    private static async Task<JsonObject> BodyAsync(Workbench bench, string scope) =>
        Document((string)(await bench.ExecuteAsync($"select body from event where scope = '{scope}' order by sequence desc limit 1"))!);
}
