using Strata.Model;
using Strata.Testing;
using static Strata.Storage.Tests.Workbench;

namespace Strata.Storage.Tests.Idempotency;

public sealed class IdempotencyStoreTests(Servers servers)
{
    private static readonly byte[] RequestHash = [1];
    private static readonly byte[] AnotherHash = [2];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_key_is_fresh()
    {
        await using var bench = await StartAsync(servers);

        Assert.Equal(ClaimState.Fresh, await ClaimAsync(bench, NewClaim()));
    }

    [Fact]
    public async Task A_key_without_an_answer_is_running()
    {
        await using var bench = await StartAsync(servers);
        await ClaimAsync(bench, NewClaim());

        Assert.Equal(ClaimState.Running, await ClaimAsync(bench, NewClaim()));
    }

    [Fact]
    public async Task A_key_of_another_caller_is_another_key()
    {
        await using var bench = await StartAsync(servers);
        await ClaimAsync(bench, NewClaim());

        Assert.Equal(ClaimState.Fresh, await ClaimAsync(bench, new IdempotencyClaim("bob", "key")));
    }

    [Fact]
    public async Task A_key_with_another_request_is_reused()
    {
        await using var bench = await StartAsync(servers);
        await ClaimAsync(bench, NewClaim());

        Assert.Equal(ClaimState.Reused, (await bench.Idempotency.ClaimAsync(NewClaim(), AnotherHash, Token)).State);
    }

    [Fact]
    public async Task A_completed_key_gives_the_same_answer()
    {
        await using var bench = await StartAsync(servers);
        var claim = NewClaim();
        await ClaimAsync(bench, claim);
        await bench.Idempotency.CompleteAsync(claim, Answer("\"first\"") with { Status = 409 }, Token);

        var repeated = await bench.Idempotency.ClaimAsync(NewClaim(), RequestHash, Token);

        Assert.Equal((ClaimState.Answered, 409), (repeated.State, repeated.Answer!.Status));
        Assert.Equal("\"first\""u8.ToArray(), repeated.Answer.Body.ToArray());
    }

    [Fact]
    public async Task A_commit_in_the_shared_database_stores_its_answer()
    {
        await using var bench = await StartAsync(servers);
        var claim = NewClaim();
        await ClaimAsync(bench, claim);
        await bench.Layers.CommitAsync([Change(LayerKey.Allowlist, 0, Document("{}"))], Act(claim), Answer("\"committed\""), Token);

        var repeated = await bench.Idempotency.ClaimAsync(NewClaim(), RequestHash, Token);

        Assert.Equal("\"committed\""u8.ToArray(), repeated.Answer?.Body.ToArray());
    }

    [Fact]
    public async Task A_crash_before_the_commit_frees_the_key_and_one_after_it_keeps_the_answer()
    {
        await using var bench = await StartAsync(servers);

        var states = new List<(ClaimState, long)>();
        foreach (var step in new[] { "shared.commit.prepared", "shared.commit.committed" })
        {
            await using var dying = bench.Another().CrashAt(step);
            var claim = NewClaim();
            await ClaimAsync(bench, claim);
            await Assert.ThrowsAsync<CrashException>(
                () => dying.Layers.CommitAsync([Change(LayerKey.Allowlist, 0, Document("{}"))], Act(claim), Answer(), Token));
            await bench.LeasesEndAsync();
            states.Add((await ClaimAsync(bench, NewClaim()), (await bench.HeadAsync(LayerKey.Allowlist)).Revision.Number));
            await bench.LeasesEndAsync();
        }

        Assert.Equal([(ClaimState.Fresh, 0), (ClaimState.Answered, 1)], states);
    }

    [Fact]
    public async Task Of_two_that_take_an_expired_key_over_one_gets_it()
    {
        await using var bench = await StartAsync(servers);
        await ClaimAsync(bench, NewClaim());
        await bench.LeasesEndAsync();

        var states = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => ClaimAsync(bench, NewClaim())));

        Assert.Single(states, ClaimState.Fresh);
        Assert.Equal(5, states.Count(state => state == ClaimState.Running));
    }

    [Fact]
    public async Task Who_lost_its_key_commits_nothing_in_the_shared_database()
    {
        await using var bench = await StartAsync(servers);
        var slow = NewClaim();
        await ClaimAsync(bench, slow);
        await bench.LeasesEndAsync();
        await ClaimAsync(bench, NewClaim());

        await Assert.ThrowsAsync<OutcomeUnknownException>(
            () => bench.Layers.CommitAsync([Change(LayerKey.Allowlist, 0, Document("{}"))], Act(slow), Answer(), Token));

        Assert.Equal(0, (await bench.HeadAsync(LayerKey.Allowlist)).Revision.Number);
    }

    [Fact]
    public async Task Who_lost_its_key_commits_nothing_at_a_tenant()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        var slow = NewClaim();
        await ClaimAsync(bench, slow);
        await bench.LeasesEndAsync();
        await ClaimAsync(bench, NewClaim());

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => bench.WriteAsync(acme, 0, Quota(60), slow));

        Assert.Equal(0L, await bench.ExecuteAsync(acme, "select count(*) from revision"));
    }

    [Fact]
    public async Task Who_lost_its_key_does_not_answer_for_the_new_holder()
    {
        await using var bench = await StartAsync(servers);
        var slow = NewClaim();
        await ClaimAsync(bench, slow);
        await bench.LeasesEndAsync();
        await ClaimAsync(bench, NewClaim());

        await bench.Idempotency.CompleteAsync(slow, Answer(), Token);

        Assert.Equal(ClaimState.Running, await ClaimAsync(bench, NewClaim()));
    }

    [Fact]
    public async Task An_abandoned_key_is_fresh_again()
    {
        await using var bench = await StartAsync(servers);
        var claim = NewClaim();
        await ClaimAsync(bench, claim);

        await bench.Idempotency.AbandonAsync(claim, Token);

        Assert.Equal(ClaimState.Fresh, await ClaimAsync(bench, NewClaim()));
    }

    [Fact]
    public async Task A_key_whose_write_has_an_unknown_outcome_cannot_be_abandoned()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        var claim = NewClaim();
        await ClaimAsync(bench, claim);
        bench.CrashAt("tenant.commit.committed");
        await Assert.ThrowsAsync<CrashException>(() => bench.WriteAsync(acme, 0, Quota(60), claim));

        await bench.Idempotency.AbandonAsync(claim, Token);

        Assert.Equal(ClaimState.Running, await ClaimAsync(bench, NewClaim()));
    }

    [Fact]
    public async Task A_claim_that_is_renewed_outlives_its_lease()
    {
        await using var bench = await StartAsync(servers);
        var claim = NewClaim();
        await ClaimAsync(bench, claim);
        await bench.LeasesEndAsync();

        await bench.Idempotency.RenewAsync(claim, Token);

        Assert.Equal(ClaimState.Running, await ClaimAsync(bench, NewClaim()));
    }

    [Fact]
    public async Task Whoever_fails_after_its_first_commit_frees_the_key_for_the_one_who_goes_on()
    {
        await using var bench = await StartAsync(servers);
        var (first, second) = (NewClaim(), NewClaim());
        await ClaimAsync(bench, first);
        var begun = await bench.Idempotency.BegunAsync(first, Token);
        await bench.Idempotency.RenewAsync(first, Token);

        await bench.Idempotency.AbandonAsync(first, Token);

        Assert.Equal(ClaimState.Fresh, await ClaimAsync(bench, second));
        Assert.Equal((begun.ChangeId, true), await bench.Idempotency.BegunAsync(second, Token));
    }

    [Fact]
    public async Task A_claim_that_was_taken_over_cannot_be_renewed()
    {
        await using var bench = await StartAsync(servers);
        var claim = NewClaim();
        await ClaimAsync(bench, claim);
        await bench.LeasesEndAsync();
        await ClaimAsync(bench, NewClaim());

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => bench.Idempotency.RenewAsync(claim, Token));
    }

    [Fact]
    public async Task Answers_are_forgotten_after_a_day()
    {
        await using var bench = await StartAsync(servers);
        await ClaimAsync(bench, NewClaim());
        await bench.ExecuteAsync("update idempotency set created_at = now() - interval '25 hours', lease_until = now() - interval '25 hours'");

        await bench.Sweeper.SweepAsync(Token);

        Assert.Equal(ClaimState.Fresh, (await bench.Idempotency.ClaimAsync(NewClaim(), AnotherHash, Token)).State);
    }

    private static IdempotencyClaim NewClaim() => new("ada", "key");

    private static async Task<ClaimState> ClaimAsync(Workbench bench, IdempotencyClaim claim) =>
        (await bench.Idempotency.ClaimAsync(claim, RequestHash, Token)).State;
}
