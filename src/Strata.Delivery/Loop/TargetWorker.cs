using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Strata.Model.Delivery;

namespace Strata.Delivery.Loop;

/// <summary>
/// Works off the due units of one target, a few at once. Any number of servers share the queue: a unit is claimed with a lease, and what a worker
/// says counts only while its claim is the last one.
/// </summary>
internal sealed partial class TargetWorker(
    ITarget target, IDeliveryStore store, DeliverySignal signal, DeliveryOptions options, TimeProvider time, ILogger<TargetWorker> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        target.Pace.Mode == TargetMode.Off ? Task.CompletedTask : Task.WhenAll(Enumerable.Range(0, target.Pace.Lanes).Select(_ => WorkAsync(stoppingToken)));

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var signalled = signal.Next;
            try
            {
                if (await store.ClaimAsync(target.Id, options.Lease, stoppingToken) is { } claim)
                {
                    await AttemptAsync(claim, stoppingToken);
                    continue;
                }
            }
            catch (Exception trouble) when (!stoppingToken.IsCancellationRequested)
            {
                QueueAway(target.Id, trouble);
            }
            await Task.WhenAny(signalled, Task.Delay(options.PollInterval, time, stoppingToken));
        }
    }

    private async Task AttemptAsync(Claim claim, CancellationToken stoppingToken)
    {
        using var held = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var renewing = RenewAsync(claim, held);
        try
        {
            var completion = await ConcludeAsync(claim, held.Token);
            if (!await store.CompleteAsync(claim, completion, stoppingToken))
                Overtaken(claim.Key);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await store.ReleaseAsync(claim, CancellationToken.None);
        }
        catch (OperationCanceledException) when (held.IsCancellationRequested)
        {
            Overtaken(claim.Key);
        }
        finally
        {
            await held.CancelAsync();
            await renewing;
        }
    }

    private async Task<Completion> ConcludeAsync(Claim claim, CancellationToken cancellationToken)
    {
        var conclusion = new Conclusion(claim, target.Pace, options);
        try
        {
            var prepared = await target.PrepareAsync(new Attempt(claim.Key, claim.Memory, IsExplained: false), cancellationToken);
            if (prepared.Plan.IsEmpty)
                return conclusion.Of(prepared, Outcome.Applied(prepared.Notes));
            if (target.Pace.Mode == TargetMode.Report)
                return conclusion.Reported(prepared);
            if (claim.Memory.Refused == prepared.Desired)
                return conclusion.StillRefused(prepared);
            if (Guard.Check(prepared.Plan, target.Pace) is { } why && claim.Memory.Approved != prepared.Plan.Hash)
                return conclusion.Blocked(prepared, why);
            var outcome = await prepared.ApplyAsync(cancellationToken);
            Tell(claim, prepared.Plan, outcome);
            return conclusion.Of(prepared, outcome);
        }
        catch (Exception trouble) when (!cancellationToken.IsCancellationRequested)
        {
            Troubled(claim.Key, claim.Attempts + 1, trouble);
            return conclusion.Of(trouble);
        }
    }

    /// <summary>Keeps the claim while the work lasts; the work is cancelled when somebody else has taken it over.</summary>
    private async Task RenewAsync(Claim claim, CancellationTokenSource held)
    {
        using var timer = new PeriodicTimer(options.Lease / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(held.Token))
            {
                if (!await store.RenewAsync(claim, options.Lease, held.Token))
                    await held.CancelAsync();
            }
        }
        catch (Exception) when (held.IsCancellationRequested)
        {
            // The work has ended.
        }
        catch (Exception trouble)
        {
            // Nobody knows whose it is now.
            QueueAway(target.Id, trouble);
            await held.CancelAsync();
        }
    }

    private void Tell(Claim claim, Plan plan, Outcome outcome)
    {
        if (outcome.Kind == OutcomeKind.Applied)
            Applied(claim.Key, plan.Operations.Length);
        else if (outcome.Kind == OutcomeKind.Waiting)
            Waiting(claim.Key, outcome.Message);
        else
            NotApplied(claim.Key, outcome.Kind, outcome.Message);
    }

    [LoggerMessage(LogLevel.Information, "Delivered {Key}: {Operations} operations, proven")]
    private partial void Applied(DeliveryKey key, int operations);

    [LoggerMessage(LogLevel.Debug, "Delivering {Key} takes a while: {Message}")]
    private partial void Waiting(DeliveryKey key, string message);

    [LoggerMessage(LogLevel.Warning, "Delivering {Key} ended as {Outcome}: {Message}")]
    private partial void NotApplied(DeliveryKey key, OutcomeKind outcome, string message);

    [LoggerMessage(LogLevel.Warning, "Delivering {Key} failed {Attempts} times and is tried again")]
    private partial void Troubled(DeliveryKey key, int attempts, Exception trouble);

    [LoggerMessage(LogLevel.Warning, "Another worker has taken {Key} over; what this one did counts as not done")]
    private partial void Overtaken(DeliveryKey key);

    [LoggerMessage(LogLevel.Warning, "The queue of {Target} cannot be reached and is tried again")]
    private partial void QueueAway(TargetId target, Exception trouble);
}
