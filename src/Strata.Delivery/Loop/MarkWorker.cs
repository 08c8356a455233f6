using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Strata.Model;
using Strata.Model.Delivery;

namespace Strata.Delivery.Loop;

/// <summary>Listens for changes and spreads their marks over the targets. Every server does; each mark is taken once.</summary>
internal sealed partial class MarkWorker(
    IEnumerable<ITarget> targets, IDeliveryStore store, DeliverySignal signal, DeliveryOptions options, TimeProvider time, ILogger<MarkWorker> logger) : BackgroundService
{
    private readonly ImmutableArray<ITarget> _targets = [.. targets.Where(target => target.Pace.Mode != TargetMode.Off)];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        AgainAsync(token => store.ListenAsync(signal.Set, token), stoppingToken),
        AgainAsync(SpreadAsync, stoppingToken));

    /// <summary>At the start nothing is known of what happened before.</summary>
    private async Task SpreadAsync(CancellationToken stoppingToken)
    {
        foreach (var target in _targets)
            await store.RetainAsync(target.Id, target.Parts, stoppingToken);
        await store.MarkAsync(new Mark(Scope.All, null), stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var signalled = signal.Next;
            while (await store.TakeMarksAsync((marks, platforms) => marks.SelectMany(mark => KeysOf(mark, platforms)), stoppingToken))
            {
                // There may be more.
            }
            await Task.WhenAny(signalled, Task.Delay(options.PollInterval, time, stoppingToken));
        }
    }

    private IEnumerable<DeliveryKey> KeysOf(Mark mark, ImmutableArray<PlatformId> platforms) =>
        _targets.Where(target => mark.Kind is null || mark.Kind == target.Id.Kind).SelectMany(target => target.KeysOf(mark, platforms));

    private async Task AgainAsync(Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await work(stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble)
            {
                Lost(trouble);
                await Task.WhenAny(Task.Delay(options.PollInterval, time, stoppingToken));
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Changes cannot be taken up for delivery at the moment")]
    private partial void Lost(Exception trouble);
}
