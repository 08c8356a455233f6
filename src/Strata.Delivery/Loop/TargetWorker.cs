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
                if (await store.ClaimAsync(target.Id, target.Parts, options.Lease, stoppingToken) is { } claim)
                {
                    await AttemptAsync(claim, stoppingToken);
                    continue;
                }
            }
            catch (Exception trouble) when (!stoppingToken.IsCancellationRequested)
            {
                QueueAway(target.Id, trouble);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            await Task.WhenAny(signalled, Task.Delay(options.PollInterval, time, stoppingToken));
        }
    }

    private async Task AttemptAsync(Claim claim, CancellationToken stoppingToken)
    {
        Completion? completion;
        await using (var lease = Lease.Hold(claim, store, options, time, stoppingToken))
            completion = await ConcludeAsync(claim, lease);
        if (completion is null && stoppingToken.IsCancellationRequested)
            await store.ReleaseAsync(claim, CancellationToken.None);
        else if (completion is null || !await store.CompleteAsync(claim, completion, CancellationToken.None))
            Overtaken(claim.Key);
    }

    /// <summary>Looks, compares and acts; <c>null</c> when the unit is no longer this worker's.</summary>
    private async Task<Completion?> ConcludeAsync(Claim claim, Lease lease)
    {
        var conclusion = new Conclusion(claim, target.Pace, options);
        using var limit = new CancellationTokenSource(options.AttemptTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(lease.Token, limit.Token);
        try
        {
            return await ReconcileAsync(claim, conclusion, both.Token);
        }
        catch (Exception) when (lease.Token.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception) when (limit.IsCancellationRequested)
        {
            return conclusion.Of(new TargetException($"The target took longer than {options.AttemptTimeout}."));
        }
        catch (Exception trouble)
        {
            Troubled(claim.Key, claim.Attempts + 1, trouble);
            return conclusion.Of(trouble);
        }
    }

    private async Task<Completion> ReconcileAsync(Claim claim, Conclusion conclusion, CancellationToken cancellationToken)
    {
        var prepared = await target.PrepareAsync(new Attempt(claim.Key, claim.Memory, IsExplained: false), cancellationToken);
        if (prepared.Plan.IsEmpty)
            return conclusion.Of(prepared, Outcome.Applied(prepared.Notes));
        if (target.Pace.Mode == TargetMode.Report)
            return conclusion.Reported(prepared);
        if (claim.Memory.Refused == prepared.Desired)
            return conclusion.StillRefused(prepared);
        if (Guard.Check(prepared.Plan, target.Pace) is not null)
        {
            // People approve what they are shown, which is the plan in full.
            prepared = await target.PrepareAsync(new Attempt(claim.Key, claim.Memory, IsExplained: true), cancellationToken);
            if (Guard.Check(prepared.Plan, target.Pace) is { } why && claim.Memory.Approved != prepared.Plan.Hash)
            {
                NeedsApproval(claim.Key, why);
                return conclusion.Blocked(prepared, why);
            }
        }
        var outcome = prepared.Plan.IsEmpty ? Outcome.Applied(prepared.Notes) : await prepared.ApplyAsync(cancellationToken);
        Tell(claim, prepared.Plan, outcome);
        return conclusion.Of(prepared, outcome);
    }

    private void Tell(Claim claim, Plan plan, Outcome outcome)
    {
        switch (outcome.Kind)
        {
            case OutcomeKind.Applied:
                Applied(claim.Key, plan.Operations.Length);
                break;
            case OutcomeKind.Waiting:
                Waiting(claim.Key, outcome.Message);
                break;
            case OutcomeKind.Failed or OutcomeKind.Stalled:
                NotApplied(claim.Key, outcome.Kind, outcome.Message);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    [LoggerMessage(LogLevel.Information, "Delivered {Key}: {Operations} operations, proven")]
    private partial void Applied(DeliveryKey key, int operations);

    [LoggerMessage(LogLevel.Debug, "Delivering {Key} takes a while: {Message}")]
    private partial void Waiting(DeliveryKey key, string message);

    [LoggerMessage(LogLevel.Warning, "Delivering {Key} ended as {Outcome}: {Message}")]
    private partial void NotApplied(DeliveryKey key, OutcomeKind outcome, string message);

    [LoggerMessage(LogLevel.Error, "Delivering {Key} waits for somebody's approval: {Why}")]
    private partial void NeedsApproval(DeliveryKey key, string why);

    [LoggerMessage(LogLevel.Warning, "Delivering {Key} failed {Attempts} times and is tried again")]
    private partial void Troubled(DeliveryKey key, int attempts, Exception trouble);

    [LoggerMessage(LogLevel.Warning, "The claim on {Key} was lost; what this worker did counts as not done")]
    private partial void Overtaken(DeliveryKey key);

    [LoggerMessage(LogLevel.Warning, "The queue of {Target} cannot be reached and is tried again")]
    private partial void QueueAway(TargetId target, Exception trouble);
}
