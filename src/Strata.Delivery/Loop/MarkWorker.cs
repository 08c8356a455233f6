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
    // A lone change is spread at once; a few that follow each other are gathered.
    private const int Few = 100;
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(50);

    private readonly ImmutableArray<ITarget> _targets = [.. targets.Where(target => target.Pace.Mode != TargetMode.Off)];
    private readonly DeliverySignal _marked = new();
    private bool _hasBegun;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        AgainAsync(token => store.ListenAsync(_marked.Set, signal.Set, token), stoppingToken),
        AgainAsync(SpreadAsync, stoppingToken));

    private async Task SpreadAsync(CancellationToken stoppingToken)
    {
        await BeginAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var signalled = _marked.Next;
            var taken = await store.TakeMarksAsync(Spread, stoppingToken);
            if (taken == 0)
                await Task.WhenAny(signalled, Task.Delay(options.PollInterval, time, stoppingToken));
            else if (taken < Few)
                await Task.Delay(Gathering, time, stoppingToken);
        }
    }

    /// <summary>Once: at the start nothing is known of what happened before.</summary>
    private async Task BeginAsync(CancellationToken stoppingToken)
    {
        if (_hasBegun)
            return;
        foreach (var target in _targets)
            await store.RetainAsync(target.Id, target.Parts, stoppingToken);
        await store.MarkAsync(new Mark(Scope.All, null), stoppingToken);
        _hasBegun = true;
    }

    private IEnumerable<DeliveryKey> Spread(ImmutableArray<Mark> marks, ImmutableArray<PlatformId> platforms) => _targets
        .SelectMany(target => marks.Where(mark => mark.Kind is null || mark.Kind == target.Id.Kind).SelectMany(mark => target.KeysOf(mark, platforms)));

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
