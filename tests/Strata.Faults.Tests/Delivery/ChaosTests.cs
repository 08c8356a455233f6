using Strata.Testing;

namespace Strata.Faults.Tests.Delivery;

/// <summary>Random changes, while nodes fail, lose answers, restart and are edited by hand, and servers are killed.</summary>
public sealed class ChaosTests(Servers servers)
{
    private const int Steps = 50;

    [Fact]
    public async Task When_it_calms_down_every_target_serves_the_desired_state_and_no_synced_was_false()
    {
        foreach (var seed in Seeds.Of(few: 1, many: 30))
        {
            try
            {
                await using var chaos = await Chaos.StartAsync(servers, seed, TestContext.Current.CancellationToken);
                for (var step = 0; step < Steps; step++)
                    await chaos.StepAsync();
                await chaos.CalmAsync();
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                throw new InvalidOperationException($"Seed {seed} fails: {Seeds.Reproduction(seed, nameof(When_it_calms_down_every_target_serves_the_desired_state_and_no_synced_was_false))}\n{failure.Message}", failure);
            }
        }
    }
}
