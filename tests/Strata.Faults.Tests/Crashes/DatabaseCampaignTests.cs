using Strata.Testing;

namespace Strata.Faults.Tests.Crashes;

/// <summary>PostgreSQL is killed with SIGKILL while a server stands still at a named step; then both go on.</summary>
public sealed class DatabaseCampaignTests(Servers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_killed_at_any_step_loses_nothing_acknowledged_and_leaves_nothing_half_done()
    {
        await using var postgres = await MortalPostgres.StartAsync(Token);
        var campaign = new Campaign(nameof(A_database_killed_at_any_step_loses_nothing_acknowledged_and_leaves_nothing_half_done))
        {
            NewWorldAsync = async () => new World(await postgres.CreateDatabaseAsync(Token), await servers.RedisAsync(Token)) { KillDatabaseAsync = postgres.KillAsync },
        };
        await campaign.RunAsync(Seeds.Of(few: 3, many: 200).Select(Plan.OfDatabase), Token);
    }
}
