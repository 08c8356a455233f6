using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Strata.Storage;

/// <summary>
/// What tenants' databases need in the background: half-made tenants are finished, the fleet is migrated, idle connections are closed. Any number of
/// replicas may run it at once.
/// </summary>
internal sealed partial class TenantWorker(
    Provisioning provisioning, FleetMigration fleet, TenantConnections connections, StorageOptions options, TimeProvider clock, ILogger<TenantWorker> logger)
    : BackgroundService
{
    // Each by itself: a long migration of the fleet holds up nothing.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RepeatAsync(provisioning.ResumeAsync, stoppingToken),
        RepeatAsync(fleet.WorkAsync, stoppingToken),
        RepeatAsync(_ => connections.CloseIdleAsync(), stoppingToken));

    private async Task RepeatAsync(Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.SweepInterval, clock);
        try
        {
            do
            {
                try
                {
                    await work(stoppingToken);
                }
                catch (Exception lost) when (lost is NpgsqlException or OutcomeUnknownException or TimeoutException)
                {
                    Lost(lost);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; what is left over is the next start's.
        }
    }

    [LoggerMessage(LogLevel.Warning, "A database is away; background work goes on when it is back")]
    private partial void Lost(Exception lost);
}
