using Strata.Testing;

namespace Strata.Faults.Tests.Crashes;

/// <summary>The server is killed with SIGKILL at every step that has a name, and at none in particular.</summary>
public sealed class CrashCampaignTests(Servers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_server_killed_at_any_step_loses_nothing_acknowledged_and_leaves_nothing_half_done()
    {
        var campaign = new Campaign(nameof(A_server_killed_at_any_step_loses_nothing_acknowledged_and_leaves_nothing_half_done))
        {
            NewWorldAsync = async () => new World(await servers.CreateDatabaseAsync(Token), await servers.RedisAsync(Token)),
        };
        return campaign.RunAsync(Seeds.Of(few: Plan.Round, many: 1000).Select(Plan.Of), Token);
    }
}
