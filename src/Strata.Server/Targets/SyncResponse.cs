using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Strata.Delivery.Loop;
using Strata.Model.Delivery;

namespace Strata.Server.Targets;

/// <summary>Where a tenant stands at every target.</summary>
/// <param name="Items">By target.</param>
public sealed record SyncPage(ImmutableArray<SyncResponse> Items);

/// <summary>Where something stands at a target.</summary>
/// <param name="Target">The target's id.</param>
/// <param name="Scope">What is delivered together: <c>all</c>, <c>platform:&lt;id&gt;</c> or <c>tenant:&lt;id&gt;</c>.</param>
/// <param name="Status"><c>Synced</c> only when the target was proven to serve the newest revision; <c>OutOfSync</c>, <c>Unknown</c>, <c>Disabled</c>.</param>
/// <param name="Health"><c>Healthy</c>, <c>Progressing</c>, <c>Degraded</c> or <c>Unknown</c>.</param>
/// <param name="Conditions">Everything observed.</param>
/// <param name="DesiredRevision">The revision vector that the target shall serve; <c>null</c> where no tenant is asked about.</param>
/// <param name="AppliedRevision">The newest one that it was proven to serve; <c>null</c> before the first proof.</param>
/// <param name="ProvenAt">When the last proof was; <c>null</c> before.</param>
/// <param name="Message">The target's own words, or what is awaited; <c>null</c> when there is nothing to say.</param>
/// <param name="NextAttemptAt">When it is looked at next; <c>null</c> while it is, and for targets that are switched off.</param>
public sealed record SyncResponse(
    string Target, string Scope, string Status, string Health, ImmutableArray<ConditionResponse> Conditions, string? DesiredRevision, string? AppliedRevision,
    DateTimeOffset? ProvenAt, string? Message, DateTimeOffset? NextAttemptAt)
{
    /// <summary>The part, where a target has several that fail on their own, e.g. a node's address; else <c>null</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Part { get; init; }

    /// <summary>Said while a change is under way.</summary>
    internal const string Awaited = "A change has not been proven to be served yet.";

    /// <summary>One unit for itself, for operators.</summary>
    internal static SyncResponse OfUnit(SyncState unit, TargetMode mode) => OfNow(unit.Key.Target, [unit], mode) with
    {
        Part = unit.Key.Part.Length == 0 ? null : unit.Key.Part,
    };

    /// <summary>The same, where changes that no attempt has seen yet count as not served.</summary>
    internal static SyncResponse OfNow(TargetId target, ImmutableArray<SyncState> units, TargetMode mode) => Of(target, units, mode) is var known
        && known.Status == nameof(SyncStatus.Synced) && units.Any(unit => unit.IsAwaited)
            ? known with { Status = nameof(SyncStatus.OutOfSync), Health = nameof(SyncHealth.Progressing), Message = Awaited }
            : known;

    /// <summary>One picture of all units that concern the same thing: as bad as the worst of them.</summary>
    internal static SyncResponse Of(TargetId target, ImmutableArray<SyncState> units, TargetMode mode) => new(
        target.Text,
        units.IsEmpty ? Model.Delivery.Scope.All.Text : units.MaxBy(unit => unit.Key.Scope.Text.Length)!.Key.Scope.Text,
        (mode == TargetMode.Off ? SyncStatus.Disabled : Worst(units)).ToString(),
        (mode == TargetMode.Off || units.IsEmpty ? SyncHealth.Unknown : units.Select(unit => unit.Health).MaxBy(Weight)).ToString(),
        [.. units.SelectMany(unit => unit.Conditions).DistinctBy(condition => condition with { Since = null }).Select(ConditionResponse.Of)],
        null,
        null,
        units.Any(unit => unit.ProvenAt is null) ? null : units.Min(unit => unit.ProvenAt),
        Words(units, mode),
        mode == TargetMode.Off ? null : units.Min(unit => unit.NextAttemptAt));

    private static SyncStatus Worst(ImmutableArray<SyncState> units) => units switch
    {
        [] => SyncStatus.Unknown,
        _ when units.Any(unit => unit.Status == SyncStatus.OutOfSync) => SyncStatus.OutOfSync,
        _ when units.Any(unit => unit.Status == SyncStatus.Unknown) => SyncStatus.Unknown,
        _ => SyncStatus.Synced,
    };

    private static int Weight(SyncHealth health) => health switch
    {
        SyncHealth.Healthy => 0,
        SyncHealth.Unknown => 1,
        SyncHealth.Progressing => 2,
        SyncHealth.Degraded => 3,
    };

    private static string? Words(ImmutableArray<SyncState> units, TargetMode mode)
    {
        if (mode == TargetMode.Off)
            return "The settings switch this target off.";
        if (units.IsEmpty)
            return "Nothing has been delivered yet.";
        var said = units.Where(unit => unit.Message.Length > 0).ToImmutableArray();
        if (said.IsEmpty)
            return null;
        var first = said[0].Key.Part.Length > 0 ? $"{said[0].Key.Part}: {said[0].Message}" : said[0].Message;
        return units.Length == 1 ? first : $"{units.Count(unit => unit.Status == SyncStatus.Synced)} of {units.Length} are in sync. {first}";
    }
}

/// <summary>One observation, in the manner of Kubernetes' conditions.</summary>
/// <param name="Type">What is observed, e.g. <c>Drifted</c>.</param>
/// <param name="Status"><c>True</c>, <c>False</c> or <c>Unknown</c>.</param>
/// <param name="Reason">Why, for machines.</param>
/// <param name="Message">Why, for people.</param>
/// <param name="Since">Since when the status is what it is.</param>
public sealed record ConditionResponse(string Type, string Status, string Reason, string Message, DateTimeOffset? Since)
{
    internal static ConditionResponse Of(Condition condition) => new(
        condition.Type, condition.Status?.ToString() ?? "Unknown", condition.Reason, condition.Message, condition.Since);
}
