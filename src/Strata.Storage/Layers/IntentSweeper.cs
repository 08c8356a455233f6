using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Strata.Model;

namespace Strata.Storage;

/// <summary>Finishes or abandons writes that their servers did not live to finish, and forgets old answers. Any number of replicas may run it at once.</summary>
public sealed partial class IntentSweeper(
    TenantWrites writes, IdempotencyStore idempotency, WriteOptions options, TimeProvider clock, ILogger<IntentSweeper> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.SweepInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TrySweepAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; what is left over is the next start's.
        }
    }

    /// <summary>One pass.</summary>
    /// <exception cref="NpgsqlException">The shared database is away.</exception>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var (tenant, cause) in await writes.FinishDueAsync(cancellationToken))
            Unfinished(tenant, cause);
        await idempotency.PurgeAsync(cancellationToken);
    }

    private async Task TrySweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SweepAsync(cancellationToken);
        }
        catch (Exception away) when (away is NpgsqlException or IOException or TimeoutException)
        {
            Away(away);
        }
    }

    [LoggerMessage(LogLevel.Warning, "A write of tenant {Tenant} could not be finished yet and is tried again")]
    private partial void Unfinished(TenantId tenant, Exception cause);

    [LoggerMessage(LogLevel.Warning, "Unfinished writes could not be looked for and are tried again")]
    private partial void Away(Exception cause);
}
