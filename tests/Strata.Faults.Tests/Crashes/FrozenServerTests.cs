using System.Net;
using Strata.Faults.Tests.Processes;
using Strata.Testing;

namespace Strata.Faults.Tests.Crashes;

/// <summary>A whole server stands still in the middle of a write, as in a long collection of garbage or a moved machine, and wakes when others have gone on.</summary>
public sealed class FrozenServerTests(Servers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("tenant.commit.intended", false)]
    [InlineData("tenant.commit.committed", true)]
    public async Task A_server_that_wakes_after_its_write_was_resolved_by_others_does_no_harm(string step, bool isDurable)
    {
        await using var world = new World(await servers.CreateDatabaseAsync(Token), await servers.RedisAsync(Token));
        var slow = await world.StartAsync(null, Token);
        using var admin = await Caller.AdminAsync(slow, Token);
        await admin.InsistAsync(slow, new Ask("POST", "/v1/platforms", $$"""{"id":"{{World.Brand}}","displayName":"Brand"}"""), Token);
        Deed[] made = [Deed.Creation("make", "acme", World.Brand), Deed.Overrides("slow", "acme", 1, "\"tenant.1.0\"")];
        made[0].Answer = await admin.InsistAsync(slow, made[0].Ask, Token);
        await slow.ObeyAsync(new Ambush(step, 1).Freezing);

        var late = admin.SendAsync(slow, made[1].Ask, Token);
        await slow.Reached.InTimeAsync(Token);
        var other = await world.StartAsync(null, Token);
        await world.LeasesEndAsync(Token);
        var next = Deed.Overrides("next", "acme", 2, isDurable ? "\"tenant.1.1\"" : "\"tenant.1.0\"");
        next.Answer = await admin.InsistAsync(other, next.Ask, Token);
        await slow.ContinueUntilAsync(late, Token);
        var woken = await late;
        made[1].Answer = await admin.InsistAsync(slow, made[1].Ask, Token);

        Assert.True(next.Answer.IsOk, next.Answer.ToString());
        Assert.Equal(isDurable ? HttpStatusCode.OK : HttpStatusCode.PreconditionFailed, woken.Status);
        Assert.Empty(await new Checks(world, slow, admin, Token).RunAsync([.. made, next]));
    }

    [Theory]
    [InlineData("tenant.commit.intended")]
    [InlineData("tenant.commit.prepared")]
    public async Task A_write_that_was_under_way_when_its_tenant_was_suspended_is_in_history_at_the_answer_or_never(string step)
    {
        await using var world = new World(await servers.CreateDatabaseAsync(Token), await servers.RedisAsync(Token));
        var (slow, other) = (await world.StartAsync(null, Token), await world.StartAsync(null, Token));
        using var admin = await Caller.AdminAsync(slow, Token);
        await admin.InsistAsync(slow, new Ask("POST", "/v1/platforms", $$"""{"id":"{{World.Brand}}","displayName":"Brand"}"""), Token);
        await admin.InsistAsync(slow, Deed.Creation("make", "acme", World.Brand).Ask, Token);
        await slow.ObeyAsync(new Ambush(step, 1).Freezing);

        var late = admin.SendAsync(slow, Deed.Overrides("slow", "acme", 1, "\"tenant.1.0\"").Ask, Token);
        await slow.Reached.InTimeAsync(Token);
        var suspending = admin.InsistAsync(other, new Ask("POST", "/v1/tenants/acme/suspend", "{}"), Token);
        if (step == "tenant.commit.prepared") // what is prepared holds the outcome, so the suspension waits for it
            await slow.ContinueUntilAsync(suspending, Token);
        var suspended = await suspending;
        var history = await admin.GetAsync(other, "/v1/tenants/acme/revisions", Token);
        await slow.ContinueUntilAsync(late, Token);
        var woken = await late;

        Assert.True(suspended.IsOk, suspended.ToString());
        Assert.Equal(step == "tenant.commit.prepared", woken.IsOk);
        Assert.Equal(history.Text, (await admin.GetAsync(other, "/v1/tenants/acme/revisions", Token)).Text);
    }
}
