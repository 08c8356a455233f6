using System.Collections.Concurrent;
using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Storage.Delivery;
using Strata.Testing;

namespace Strata.Storage.Tests.Delivery;

public sealed class DeliveryStoreTests(Servers servers)
{
    private static readonly TargetId Kong = TargetId.Parse("kong");
    private static readonly ImmutableArray<string> Parts = ["a", "early", "late", "old", "kept", .. Enumerable.Range(0, 60).Select(part => $"{part:d2}")];
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_commit_marks_whose_configuration_may_differ()
    {
        await using var bench = await QuietAsync();
        var tenant = await bench.TenantAsync("acme");
        await MarksAsync(bench.Queue);

        await bench.WriteAsync(tenant, 0, Workbench.Quota(5));
        await bench.CommitAsync(Workbench.Change(LayerKey.Platform(Workbench.Brand), 0, Workbench.Quota(9)));
        await bench.CommitAsync(Workbench.Change(LayerKey.Allowlist, 0, Workbench.Document("""{"hosts":{}}""")));

        Assert.Equal(
            [new Mark(Scope.All, null), new Mark(Scope.Platform(Workbench.Brand), Workbench.Brand), new Mark(Scope.Tenant(tenant), Workbench.Brand)],
            (await MarksAsync(bench.Queue)).OrderBy(mark => mark.Scope.Text, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Many_marks_of_a_unit_are_one_piece_of_work()
    {
        await using var bench = await QuietAsync();
        for (var i = 0; i < 3; i++)
            await DueAsync(bench.Queue, "a");

        Assert.NotNull(await bench.Queue.ClaimAsync(Kong, Parts, Lease, Cancel));
        Assert.Null(await bench.Queue.ClaimAsync(Kong, Parts, Lease, Cancel));
    }

    [Fact]
    public async Task Of_many_workers_only_one_holds_a_unit()
    {
        await using var bench = await QuietAsync();
        string[] parts = [.. Enumerable.Range(0, 60).Select(part => $"{part:d2}")];
        await DueAsync(bench.Queue, parts);
        var held = new ConcurrentBag<string>();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            while (await bench.Queue.ClaimAsync(Kong, Parts, Lease, Cancel) is { } claim)
                held.Add(claim.Key.Part);
        }));

        Assert.Equal(parts, held.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_change_during_the_work_makes_it_due_again()
    {
        await using var bench = await QuietAsync();
        await DueAsync(bench.Queue, "a");
        var claim = await ClaimAsync(bench.Queue);
        await DueAsync(bench.Queue, "a");

        Assert.True(await bench.Queue.CompleteAsync(claim, Done(Never), Cancel));

        Assert.NotNull(await bench.Queue.ClaimAsync(Kong, Parts, Lease, Cancel));
    }

    [Fact]
    public async Task A_unit_rests_after_its_work()
    {
        await using var bench = await QuietAsync();
        await DueAsync(bench.Queue, "a");

        await bench.Queue.CompleteAsync(await ClaimAsync(bench.Queue), Done(Never), Cancel);

        Assert.Null(await bench.Queue.ClaimAsync(Kong, Parts, Lease, Cancel));
    }

    [Fact]
    public async Task A_mark_waits_out_the_shortest_pause()
    {
        await using var bench = await QuietAsync();
        await DueAsync(bench.Queue, "a");
        await bench.Queue.CompleteAsync(await ClaimAsync(bench.Queue), Done(Never) with { MinPause = Never }, Cancel);

        await DueAsync(bench.Queue, "a");

        Assert.Null(await bench.Queue.ClaimAsync(Kong, Parts, Lease, Cancel));
    }

    [Fact]
    public async Task A_worker_whose_lease_ran_out_has_no_say_any_more()
    {
        await using var bench = await QuietAsync();
        await DueAsync(bench.Queue, "a");
        var slow = (await bench.Queue.ClaimAsync(Kong, Parts, TimeSpan.Zero, Cancel))!;
        var fast = await ClaimAsync(bench.Queue);

        Assert.False(await bench.Queue.RenewAsync(slow, Lease, Cancel));
        Assert.False(await bench.Queue.CompleteAsync(slow, Done(Never), Cancel));
        Assert.True(await bench.Queue.CompleteAsync(fast, Done(Never), Cancel));
    }

    [Fact]
    public async Task What_is_given_back_is_due_at_once()
    {
        await using var bench = await QuietAsync();
        await DueAsync(bench.Queue, "a");

        await bench.Queue.ReleaseAsync(await ClaimAsync(bench.Queue), Cancel);

        Assert.NotNull(await bench.Queue.ClaimAsync(Kong, Parts, Lease, Cancel));
    }

    [Fact]
    public async Task The_unit_that_waits_longest_comes_first()
    {
        await using var bench = await QuietAsync();
        await DueAsync(bench.Queue, "late");
        await DueAsync(bench.Queue, "early");
        await bench.ExecuteAsync("update delivery set due_at = now() - interval '1 minute' where part = 'early'");

        Assert.Equal("early", (await ClaimAsync(bench.Queue)).Key.Part);
    }

    [Fact]
    public async Task A_refusal_is_remembered_until_something_changes_or_somebody_asks()
    {
        await using var bench = await QuietAsync();
        await DueAsync(bench.Queue, "a");
        var claim = await ClaimAsync(bench.Queue);
        await bench.Queue.CompleteAsync(claim, Done(TimeSpan.Zero) with { Memory = DeliveryMemory.None with { Refused = "bad" } }, Cancel);
        Assert.Equal("bad", (await bench.Queue.RecallAsync(claim.Key, Cancel)).Refused);

        await ApproveAsync(bench.Queue, claim.Key);

        Assert.Equal((null, "plan"), await bench.Queue.RecallAsync(claim.Key, Cancel) is var memory ? (memory.Refused, memory.Approved) : default);
    }

    private static Task ApproveAsync(DeliveryStore queue, DeliveryKey unit) => queue.ApproveAsync(
        new Approval(Kong, Scope.All, "plan", [(unit, "plan")]), Acts.Of("approve"), Acts.Created, Cancel);

    [Fact]
    public async Task An_approval_given_during_the_work_counts_for_the_next_attempt()
    {
        await using var bench = await QuietAsync();
        await DueAsync(bench.Queue, "a");
        var claim = await ClaimAsync(bench.Queue);
        await ApproveAsync(bench.Queue, claim.Key);

        await bench.Queue.CompleteAsync(claim, Done(Never), Cancel);

        Assert.Equal("plan", (await ClaimAsync(bench.Queue)).Memory.Approved);
    }

    [Fact]
    public async Task A_lease_is_not_renewed_after_the_work_has_ended()
    {
        await using var bench = await QuietAsync();
        await DueAsync(bench.Queue, "a");
        var claim = await ClaimAsync(bench.Queue);
        await bench.Queue.CompleteAsync(claim, Done(TimeSpan.Zero), Cancel);

        Assert.False(await bench.Queue.RenewAsync(claim, Lease, Cancel));
        Assert.NotNull(await bench.Queue.ClaimAsync(Kong, Parts, Lease, Cancel));
    }

    [Fact]
    public async Task Marks_do_not_put_a_unit_behind_others_that_wait()
    {
        await using var bench = await QuietAsync();
        await DueAsync(bench.Queue, "early");
        await DueAsync(bench.Queue, "late");

        await DueAsync(bench.Queue, "early");

        Assert.Equal("early", (await ClaimAsync(bench.Queue)).Key.Part);
    }

    [Fact]
    public async Task Parts_that_the_settings_no_longer_name_are_forgotten()
    {
        await using var bench = await QuietAsync();
        await DueAsync(bench.Queue, "old", "kept");
        await bench.ExecuteAsync("update delivery set due_at = now() - interval '2 hours'");

        await bench.Queue.RetainAsync(Kong, ["kept"], Cancel);

        Assert.Equal(["kept"], (await StatesAsync(bench, "old", "kept")).Select(unit => unit.Key.Part));
    }

    [Fact]
    public async Task Of_parts_that_nobody_names_nothing_is_told()
    {
        await using var bench = await QuietAsync();
        await DueAsync(bench.Queue, "old", "kept");

        Assert.Equal("kept", Assert.Single(await StatesAsync(bench, "kept")).Key.Part);
    }

    [Fact]
    public async Task A_condition_keeps_the_moment_since_which_it_holds()
    {
        await using var bench = await QuietAsync();
        var drifted = new Condition("Drifted", true, "Edited", "somebody was here");
        await DueAsync(bench.Queue, "a");
        await bench.Queue.CompleteAsync(await ClaimAsync(bench.Queue), Done(TimeSpan.Zero) with { Conditions = [drifted] }, Cancel);
        var since = Assert.Single(await StatesAsync(bench, "a")).Conditions.Single().Since;

        await bench.Queue.CompleteAsync(await ClaimAsync(bench.Queue), Done(Never) with { Conditions = [drifted with { Message = "still" }] }, Cancel);

        Assert.Equal(drifted with { Message = "still", Since = since }, Assert.Single(await StatesAsync(bench, "a")).Conditions.Single());
    }

    [Fact]
    public async Task Only_what_the_proof_had_seen_counts_as_served()
    {
        await using var bench = await QuietAsync();
        var tenant = await bench.TenantAsync("acme");
        await bench.WriteAsync(tenant, 0, Workbench.Quota(5));
        var (seen, layer) = (await bench.Fleet.ChangesAsync(null, Cancel), LayerKey.Tenant(tenant));
        await DueAsync(bench.Queue, "a");
        await bench.Queue.CompleteAsync(await ClaimAsync(bench.Queue), Done(Never) with { Covers = seen.Covers }, Cancel);
        Assert.True((await bench.Sync.ProgressAsync(Kong, [(layer, new DeliveryKey(Kong, Scope.All, "a"))], Cancel)).Single().IsServed);

        await bench.WriteAsync(tenant, 1, Workbench.Quota(6));

        Assert.False((await bench.Sync.ProgressAsync(Kong, [(layer, new DeliveryKey(Kong, Scope.All, "a"))], Cancel)).Single().IsServed);
    }

    [Fact]
    public async Task Changes_since_a_moment_hold_also_what_was_uncommitted_then()
    {
        await using var bench = await QuietAsync();
        var tenant = await bench.TenantAsync("acme");
        await using var connection = await bench.Source.OpenConnectionAsync(Cancel);
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        await using (var slow = new Npgsql.NpgsqlCommand("update layer_head set number = number where layer = 'tenant:acme'", connection))
            await slow.ExecuteNonQueryAsync(Cancel);
        var before = await bench.Fleet.ChangesAsync(null, Cancel);
        await transaction.CommitAsync(Cancel);

        var after = await bench.Fleet.ChangesAsync(before.Covers, Cancel);

        Assert.Equal([tenant], after.Tenants.Select(changed => changed.Layers.Id));
        Assert.Empty((await bench.Fleet.ChangesAsync(after.Covers, Cancel)).Tenants);
    }

    /// <summary>An installation whose marks so far are taken.</summary>
    private async Task<Workbench> QuietAsync()
    {
        var bench = await Workbench.StartAsync(servers);
        await MarksAsync(bench.Queue);
        return bench;
    }

    private static async Task<IEnumerable<SyncState>> StatesAsync(Workbench bench, params string[] parts) =>
        (await bench.Sync.StatesAsync([.. parts.Select(part => (Kong, part))], null, Cancel))[Kong];

    private static async Task<ImmutableArray<Mark>> MarksAsync(DeliveryStore queue)
    {
        ImmutableArray<Mark> all = [];
        await queue.TakeMarksAsync((marks, _) => { all = marks; return []; }, Cancel);
        return all;
    }

    private static async Task DueAsync(DeliveryStore queue, params string[] parts)
    {
        await queue.MarkAsync(new Mark(Scope.All, null), Cancel);
        await queue.TakeMarksAsync((_, _) => parts.Select(part => new DeliveryKey(Kong, Scope.All, part)), Cancel);
    }

    private static async Task<Claim> ClaimAsync(DeliveryStore queue) =>
        await queue.ClaimAsync(Kong, Parts, Lease, Cancel) ?? throw new InvalidOperationException("Nothing is due.");

    private static Completion Done(TimeSpan pause) =>
        new() { Status = SyncStatus.Synced, Health = SyncHealth.Healthy, Message = "", Pause = pause, Memory = DeliveryMemory.None };
}
