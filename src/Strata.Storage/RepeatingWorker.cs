using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Strata.Storage;

/// <summary>Work that is never done once and for all.</summary>
/// <param name="Name">What it is, for the log.</param>
/// <param name="Interval">From the end of one pass to the start of the next.</param>
/// <param name="RunAsync">One pass. Any number of replicas may be at it at once.</param>
public sealed record RepeatedWork(string Name, TimeSpan Interval, Func<CancellationToken, Task> RunAsync);

/// <summary>Does one kind of work again and again, at once after the start. A pass that fails is told and tried again; it never ends the worker or another one.</summary>
internal sealed partial class RepeatingWorker(RepeatedWork work, TimeProvider clock, ILogger<RepeatingWorker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(work.Interval, clock);
        try
        {
            do
                await TryAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; what is left over is the next start's.
        }
    }

    private async Task TryAsync(CancellationToken stoppingToken)
    {
        try
        {
            await work.RunAsync(stoppingToken);
        }
        catch (Exception cause) when (!stoppingToken.IsCancellationRequested)
        {
            Failed(work.Name, cause);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Work in the background failed and is tried again: {Work}")]
    private partial void Failed(string work, Exception cause);
}

/// <summary>Registers repeated work.</summary>
public static class RepeatedWorkServices
{
    /// <summary>Adds a worker of its own for one kind of work.</summary>
    public static IServiceCollection AddRepeated(this IServiceCollection services, Func<IServiceProvider, RepeatedWork> work) =>
        services.AddSingleton<IHostedService>(provider => ActivatorUtilities.CreateInstance<RepeatingWorker>(provider, work(provider)));
}
