using Strata.Model.Delivery;

namespace Strata.Delivery.Loop;

/// <summary>What the end of an attempt means for the queue and for those who look. Pure but for the luck in a pause.</summary>
internal sealed class Conclusion(Claim claim, TargetPace pace, DeliveryOptions options)
{
    /// <summary>How far attempts are spread that would otherwise all come at the same moment.</summary>
    private TimeSpan Regular => pace.Interval * (0.9 + (0.1 * Random.Shared.NextDouble()));

    /// <summary>The attempt ended by itself.</summary>
    public Completion Of(Prepared prepared, Outcome outcome) => outcome.Kind switch
    {
        OutcomeKind.Applied => Ended(prepared, outcome, SyncStatus.Synced, SyncHealth.Healthy) with
        {
            Covers = prepared.Covers,
            Memory = Keep(outcome) with { Applied = prepared.Desired, Approved = null, Refused = null },
        },
        OutcomeKind.Waiting => Ended(prepared, outcome, SyncStatus.OutOfSync, SyncHealth.Progressing) with { Pause = outcome.Pause ?? Regular },
        OutcomeKind.Failed => Failure(prepared, outcome),
        OutcomeKind.Stalled => Ended(prepared, outcome, SyncStatus.OutOfSync, SyncHealth.Degraded) with
        {
            Memory = Keep(outcome) with { Refused = prepared.Desired, Message = outcome.Message },
        },
    };

    /// <summary>The target could not be asked.</summary>
    public Completion Of(Exception trouble) => Failure(null, Outcome.Failed(Words(trouble), (trouble as TargetException)?.RetryAfter) with { IsObserved = false });

    /// <summary>The plan is not carried out: the target is only reported on.</summary>
    public Completion Reported(Prepared prepared) => Ended(
        prepared, new Outcome(OutcomeKind.Waiting, $"{prepared.Plan.Operations.Length} operations are not carried out: the target is only reported on."),
        SyncStatus.OutOfSync, SyncHealth.Healthy);

    /// <summary>The plan is not carried out until somebody approves it.</summary>
    public Completion Blocked(Prepared prepared, string why)
    {
        var message = $"{why} Approve the plan {prepared.Plan.Hash} to carry it out.";
        return Ended(prepared, Outcome.Stalled(message, [new Condition("Blocked", true, "NeedsApproval", message)]), SyncStatus.OutOfSync, SyncHealth.Degraded);
    }

    /// <summary>The same desired state was refused before.</summary>
    public Completion StillRefused(Prepared prepared) =>
        Ended(prepared, new Outcome(OutcomeKind.Stalled, claim.Memory.Message), SyncStatus.OutOfSync, SyncHealth.Degraded) with { Conditions = null };

    private Completion Failure(Prepared? prepared, Outcome outcome) =>
        Ended(prepared, outcome, outcome.IsObserved ? SyncStatus.OutOfSync : SyncStatus.Unknown, SyncHealth.Degraded) with
        {
            Attempts = claim.Attempts + 1,
            Pause = outcome.Pause ?? options.BackOff(claim.Attempts + 1),
        };

    private Completion Ended(Prepared? prepared, Outcome outcome, SyncStatus status, SyncHealth health) => new()
    {
        Status = outcome.IsObserved ? status : SyncStatus.Unknown,
        Health = health,
        Message = outcome.Message,
        Conditions = [.. prepared?.Conditions ?? [], .. outcome.Conditions],
        Pause = Regular,
        MinPause = pace.MinInterval,
        Memory = Keep(outcome),
        Desired = prepared?.Desired,
    };

    private DeliveryMemory Keep(Outcome outcome) => claim.Memory with { Notes = outcome.Notes ?? claim.Memory.Notes, Message = outcome.Message };

    /// <summary>The innermost message: what .NET wraps around it says less.</summary>
    private static string Words(Exception trouble) => trouble is TargetException ? trouble.Message : trouble.GetBaseException().Message;
}
