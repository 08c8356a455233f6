using System.Collections.Immutable;
using System.Text;
using Strata.Model.Delivery;

namespace Strata.Delivery.Loop;

/// <summary>What the end of an attempt means for the queue and for those who look. Pure but for the luck in a pause.</summary>
internal sealed class Conclusion(Claim claim, TargetPace pace, DeliveryOptions options)
{
    private const int MaxText = 2000;
    private static readonly TimeSpan LongestWish = TimeSpan.FromHours(1);

    /// <summary>How far attempts are spread that would otherwise all come at the same moment.</summary>
    private TimeSpan Regular => pace.Interval * (0.9 + (0.1 * Random.Shared.NextDouble()));

    /// <summary>The attempt ended by itself.</summary>
    public Completion Of(Prepared prepared, Outcome outcome) => outcome.Kind switch
    {
        OutcomeKind.Applied => Ended(prepared, outcome, SyncStatus.Synced, SyncHealth.Healthy) with
        {
            Covers = prepared.Covers,
            Memory = Keep(outcome) with { Applied = prepared.Desired, Approved = null },
        },
        OutcomeKind.Waiting => Ended(prepared, outcome, SyncStatus.OutOfSync, claim.Attempts > 0 ? SyncHealth.Degraded : SyncHealth.Progressing) with
        {
            Attempts = claim.Attempts,
            Pause = Within(outcome.Pause ?? Regular, options.MinBackOff),
        },
        OutcomeKind.Failed => Failure(prepared, outcome),
        OutcomeKind.Stalled => Stopped(prepared, outcome with { Conditions = Refusal(outcome) }) with
        {
            Memory = Keep(outcome) with { Refused = prepared.Desired },
        },
    };

    /// <summary>The target could not be asked. What was observed before is still the last that is known.</summary>
    public Completion Of(Exception trouble)
    {
        var words = trouble is TargetException ? trouble.Message : "Looking at the target failed inside Strata; the log has the cause.";
        var failure = Failure(null, Outcome.Failed(words, (trouble as TargetException)?.RetryAfter) with { IsObserved = false });
        return failure with { Conditions = null, Memory = claim.Memory };
    }

    /// <summary>The plan is not carried out: the target is only reported on.</summary>
    public Completion Reported(Prepared prepared) => Ended(
        prepared, new Outcome(OutcomeKind.Waiting, $"{prepared.Plan.Operations.Length} operations are not carried out: the target is only reported on."),
        SyncStatus.OutOfSync, SyncHealth.Healthy);

    /// <summary>The plan is not carried out until somebody approves it.</summary>
    public Completion Blocked(Prepared prepared, string why)
    {
        var message = $"{why} Approve the plan {prepared.Plan.Hash} to carry it out.";
        // An approval was for another plan.
        return Stopped(prepared, Outcome.Stalled(message, [new Condition("Blocked", true, "NeedsApproval", message)])) with { Memory = claim.Memory with { Approved = null } };
    }

    /// <summary>The same desired state was refused before; the conditions of then hold.</summary>
    public Completion StillRefused(Prepared prepared) => Stopped(
        prepared, new Outcome(OutcomeKind.Stalled, "The target refuses this state. It is asked again when the state changes or somebody reconciles.")) with
    {
        Conditions = null,
        Attempts = claim.Attempts,
        Memory = claim.Memory,
    };

    private Completion Stopped(Prepared prepared, Outcome outcome) =>
        Ended(prepared, outcome, SyncStatus.OutOfSync, SyncHealth.Degraded) with { Attempts = claim.Attempts + 1 };

    /// <summary>A target that says how long it wants to be left alone is, whatever changes meanwhile; not for ever, though.</summary>
    private Completion Failure(Prepared? prepared, Outcome outcome)
    {
        var backOff = options.BackOff(claim.Attempts + 1);
        var asked = outcome.Pause is { } pause ? Within(pause, backOff) : (TimeSpan?)null;
        return Ended(prepared, outcome, SyncStatus.OutOfSync, SyncHealth.Degraded) with
        {
            Attempts = claim.Attempts + 1,
            Pause = asked ?? backOff,
            MinPause = asked ?? pace.MinInterval,
        };
    }

    private Completion Ended(Prepared? prepared, Outcome outcome, SyncStatus status, SyncHealth health) => new()
    {
        Status = outcome.IsObserved ? status : SyncStatus.Unknown,
        Health = health,
        Message = Clean(outcome.Message),
        Conditions = [.. (prepared?.Conditions ?? []).Concat(outcome.Conditions).Select(condition => condition with { Message = Clean(condition.Message) })],
        Pause = Regular,
        MinPause = pace.MinInterval,
        Memory = Keep(outcome),
    };

    private DeliveryMemory Keep(Outcome outcome) => claim.Memory with { Notes = outcome.Notes ?? claim.Memory.Notes, Refused = null };

    private static ImmutableArray<Condition> Refusal(Outcome outcome) => outcome.Conditions.Any(condition => condition.Type == "Refused")
        ? outcome.Conditions
        : [.. outcome.Conditions, new Condition("Refused", true, "Refused", outcome.Message)];

    private static TimeSpan Within(TimeSpan pause, TimeSpan least) => pause < least ? least : pause > LongestWish ? LongestWish : pause;

    /// <summary>Words of others are not trusted to be short, or to be text that can be stored.</summary>
    private static string Clean(string text)
    {
        var clean = new StringBuilder(Math.Min(text.Length, MaxText));
        foreach (var rune in text.EnumerateRunes()) // a lone surrogate comes as U+FFFD
        {
            if (clean.Length >= MaxText)
                return clean.Append('…').ToString();
            clean.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }
        return clean.ToString();
    }
}
