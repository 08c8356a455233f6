using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Strata.Delivery.Loop;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Model.Documents;

namespace Strata.Delivery.Kong;

/// <summary>
/// The nodes of a Kong deployment without database. Each is looked at, pushed and proven by itself, always with the whole configuration. A look at a
/// node that is in line costs one <c>GET /status</c>; entities are read only to explain a difference.
/// </summary>
/// <param name="id">Its id.</param>
/// <param name="options">Its settings.</param>
/// <param name="fleet">What it is made of.</param>
/// <param name="delivery">Settings of the loop.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Tells what was changed by hand.</param>
public sealed partial class KongTarget(
    TargetId id, KongOptions options, Fleet fleet, DeliveryOptions delivery, TimeProvider time, ILogger<KongTarget> logger) : ITarget, IDisposable
{
    /// <summary>The kind of target.</summary>
    public const string Kind = "kong";

    // A restarted node serves nothing at all, so that somebody had better look.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private readonly KongTexts _texts = new(fleet);
    private readonly KongKeys _keys = new(options.Issuer is { } issuer ? new KongIssuerClient(issuer) : null, options.KeyId, time);
    private readonly FrozenDictionary<string, KongClient> _nodes = options.Nodes.ToFrozenDictionary(node => node, node => new KongClient(node, options.Headers, time));

    /// <summary>What is kept of each tenant for it.</summary>
    public static FleetSlice Slice { get; } = new(Kind, KongSlice.Of);

    /// <inheritdoc/>
    public TargetId Id => id;

    /// <inheritdoc/>
    public ImmutableArray<string> Parts => options.Nodes;

    /// <inheritdoc/>
    public TargetPace Pace { get; } = new()
    {
        Mode = options.Mode,
        Lanes = Math.Max(2, options.Nodes.Length),
        Interval = options.Mode == TargetMode.Apply && Look < delivery.FullPassInterval ? Look : delivery.FullPassInterval,
        MinInterval = TimeSpan.FromSeconds(1),
    };

    /// <inheritdoc/>
    public IEnumerable<DeliveryKey> KeysOf(Mark mark, ImmutableArray<PlatformId> platforms) => Parts.Select(node => new DeliveryKey(id, Scope.All, node));

    /// <inheritdoc/>
    public async Task<Prepared> PrepareAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        if (!_nodes.TryGetValue(attempt.Key.Part, out var node))
            throw new TargetException($"The settings name no node '{attempt.Key.Part}'.");
        var notes = KongNotes.Read(attempt.Memory.Notes);
        var state = await fleet.CurrentAsync(cancellationToken);
        var (key, ofKey) = await _keys.ChooseAsync(notes.Key, cancellationToken);
        var text = _texts.Of(state, options.Facts with { SigningKey = key?.Signing });
        var visit = new Visit(attempt, node, text, await node.HashAsync(cancellationToken))
        {
            Before = notes,
            After = new KongNotes { Hash = text.Hash, Objects = text.Objects, Key = key, PutBack = notes.Hash == text.Hash ? notes.PutBack : null },
            Told = [.. ofKey, .. text.Conditions],
        };
        var prepared = visit.Served == text.Hash ? InLine(visit) : await DifferentAsync(visit, cancellationToken);
        return prepared with { Covers = state.Covers };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _keys.Dispose();
        foreach (var node in _nodes.Values)
            node.Dispose();
    }

    private static Prepared InLine(Visit visit)
    {
        var putBack = visit.After.PutBack is { } what ? [new Condition("Drifted", false, "PutBack", what)] : ImmutableArray<Condition>.Empty;
        return new Prepared(Plan.Empty(visit.Attempt.Key), visit.Text.Hash, "", _ => Task.FromResult(Outcome.Applied(visit.After.Write())))
        {
            Conditions = [.. visit.Told, .. putBack],
            Notes = visit.After.Write(),
        };
    }

    /// <summary>An ordinary push needs no more than counts: entities are read for people, for the guard, and where nobody knows what the node serves.</summary>
    private async Task<Prepared> DifferentAsync(Visit visit, CancellationToken cancellationToken)
    {
        var isEmpty = visit.Served == KongText.NoHash;
        var plan = Summary(visit, isEmpty ? ImmutableSortedDictionary<string, int>.Empty : visit.Before.Objects);
        if (visit.Attempt.IsExplained || visit.IsUnknown || Guard.Check(plan, Pace) is not null)
            plan = await ExplainAsync(visit, cancellationToken);
        var drift = visit.IsUnknown && visit.Before.Hash is not null ? Drift(plan) : null;
        // What is put back at once is told with the outcome.
        var isStopped = Pace.Mode != TargetMode.Apply || Guard.Check(plan, Pace) is not null;
        return new Prepared(plan, visit.Text.Hash, "", token => ApplyAsync(visit, isStopped ? null : drift, token))
        {
            Conditions = isStopped && drift is not null ? [.. visit.Told, new Condition("Drifted", true, "ChangedByHand", drift)] : visit.Told,
        };
    }

    private async Task<Outcome> ApplyAsync(Visit visit, string? drift, CancellationToken cancellationToken)
    {
        var apply = new KongApply(visit.Node, visit.Text, time);
        if (drift is not null)
            PutsBack(visit.Attempt.Key.Part, drift);
        var isKnown = visit.Before.Hash is not null && visit.Served != KongText.NoHash;
        var outcome = (isKnown ? null : await apply.CheckAsync(cancellationToken)) ?? await apply.RunAsync(cancellationToken);
        if (outcome.Kind != OutcomeKind.Applied)
        {
            return outcome with
            {
                Notes = (visit.Before with { Sent = visit.Text.Hash }).Write(),
                Conditions = drift is null ? outcome.Conditions : [.. outcome.Conditions, new Condition("Drifted", true, "ChangedByHand", drift)],
            };
        }
        return outcome with
        {
            Notes = (visit.After with { PutBack = drift }).Write(),
            Conditions = drift is null ? [] : [new Condition("Drifted", false, "PutBack", drift)],
        };
    }

    /// <summary>The whole in one operation.</summary>
    private static Plan Summary(Visit visit, ImmutableSortedDictionary<string, int> present)
    {
        var isEmpty = visit.Served == KongText.NoHash;
        var change = new FieldChange("configuration_hash", isEmpty ? null : Json.Of(visit.Served), Json.Of(visit.Text.Hash));
        return new Plan(visit.Attempt.Key, [new Operation(isEmpty ? OperationKind.Create : OperationKind.Update, "configuration", visit.Attempt.Key.Part, [change])])
        {
            Existing = present.Values.Sum(),
            Desired = visit.Text.Objects.Values.Sum(),
            Deleted = present.Sum(entry => Math.Max(0, entry.Value - visit.Text.Objects.GetValueOrDefault(entry.Key))),
        };
    }

    private async Task<Plan> ExplainAsync(Visit visit, CancellationToken cancellationToken)
    {
        var observed = await KongObserve.ReadAsync(visit.Node, cancellationToken);
        var desired = KongObserve.Of(KongFile.Document(visit.Text.Configuration));
        var kept = desired.Select(entity => (entity.Kind, entity.Id)).ToHashSet();
        var ours = observed.Where(entity => entity.IsOurs && IsCounted(entity)).ToImmutableArray();
        var operations = KongPlan.Between(desired, observed);
        return new Plan(visit.Attempt.Key, operations.IsEmpty ? Summary(visit, visit.Before.Objects).Operations : operations)
        {
            Existing = ours.Length,
            Desired = desired.Count(IsCounted),
            Deleted = ours.Count(entity => !kept.Contains((entity.Kind, entity.Id))),
            Blocked = visit.Before.Hash is null && !options.Adopt ? Foreign(observed) : null,
        };
    }

    private static bool IsCounted(KongEntity entity) => entity.Kind is "service" or "consumer";

    private static string? Foreign(ImmutableArray<KongEntity> observed)
    {
        var foreign = observed.Where(entity => !entity.IsOurs).Select(entity => $"{entity.Kind} {entity.Name}").ToImmutableArray();
        return foreign.IsEmpty ? null : $"The node has {Count(foreign.Length)} objects that are not Strata's, and the first push would remove them ({Some(foreign)}). The setting Adopt allows it.";
    }

    private static string Drift(Plan plan) => $"What the node serves is not what it was last given: {Some([.. plan.Operations.Select(KongPlan.Line)])}.";

    private static string Some(ImmutableArray<string> all) => $"{string.Join("; ", all.Take(5))}{(all.Length > 5 ? $"; and {Count(all.Length - 5)} more" : "")}";

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(LogLevel.Warning, "Kong's node {Node} was changed by hand and is put back. {What}")]
    private partial void PutsBack(string node, string what);

    /// <summary>One look at a node.</summary>
    /// <param name="Attempt">What for.</param>
    /// <param name="Node">The node.</param>
    /// <param name="Text">What it shall serve.</param>
    /// <param name="Served">Hash of what it serves.</param>
    private sealed record Visit(Attempt Attempt, KongClient Node, KongText Text, string Served)
    {
        public required KongNotes Before { get; init; }

        /// <summary>The notes once it serves the text.</summary>
        public required KongNotes After { get; init; }

        public required ImmutableArray<Condition> Told { get; init; }

        /// <summary>Whether it serves something that was never sent to it.</summary>
        public bool IsUnknown => Served != KongText.NoHash && Served != Before.Hash && Served != Before.Sent;
    }
}
