using System.Collections.Immutable;
using Npgsql;
using Strata.Model;
using Strata.Model.Delivery;

namespace Strata.Storage.Delivery;

/// <summary>How far a layer has come at a target.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Head">Where it stands.</param>
/// <param name="IsServed">Whether the target was proven to serve that.</param>
/// <param name="Served">The newest revision that it was proven to serve; <c>null</c> when it serves none or nothing was proven yet.</param>
public sealed record LayerProgress(LayerKey Layer, Revision Head, bool IsServed, Revision? Served);

/// <summary>Where deliveries stand, for people.</summary>
/// <param name="shared">The shared database.</param>
public sealed class SyncStore(SharedDatabase shared)
{
    // A mark that nobody has taken yet may concern any unit.
    private const string SelectStates = """
        select target, scope, part, status, health, conditions, message, proven_at, case when lease_until > now() then null else due_at end,
               generation > done or exists (select from delivery_mark where kind is null)
        from delivery
        join unnest($2::text[], $3::text[]) as known (target, part) using (target, part)
        where $1::text[] is null or scope = any ($1)
        order by target, scope, part
        """;

    /// <summary>Units of delivery, in the order of their keys.</summary>
    /// <param name="parts">The parts that the targets have. What is kept of others, which were taken out of the settings, does not count.</param>
    /// <param name="scopes">Of which scopes; <c>null</c> for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ILookup<TargetId, SyncState>> StatesAsync(
        ImmutableArray<(TargetId Target, string Part)> parts, IEnumerable<Scope>? scopes, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        var states = await connection.Command(
            SelectStates, scopes?.Select(scope => scope.Text).ToArray(), parts.Select(part => part.Target.Text).ToArray(), parts.Select(part => part.Part).ToArray())
            .ReadAsync(State, cancellationToken);
        return states.ToLookup(state => state.Key.Target);
    }

    private const string SelectProgress = """
        with proof as (
            select wanted.layer, array_agg(unit.covers) as covers, bool_and(unit.covers is not null) as is_whole
            from unnest($2::text[], $3::text[], $4::text[]) as wanted (layer, scope, part)
            left join delivery as unit on unit.target = $1 and unit.scope = wanted.scope and unit.part = wanted.part
            group by wanted.layer
        )
        select head.layer, head.incarnation, head.number,
               proof.is_whole and (select bool_and(pg_visible_in_snapshot(head.changed_in, snapshot)) from unnest(proof.covers) as snapshot),
               known.incarnation, known.number
        from proof
        join layer_head as head on head.layer = proof.layer
        left join lateral (
            select event.incarnation, event.number
            from event
            where event.layer = head.layer and (select bool_and(pg_visible_in_snapshot(event.written_in, snapshot)) from unnest(proof.covers) as snapshot)
            order by event.incarnation desc, event.number desc
            limit 1
        ) as known on proof.is_whole
        """;

    /// <summary>How far layers have come at a target, as of one moment.</summary>
    /// <param name="target">The target.</param>
    /// <param name="units">The layers, each with every unit that has to serve it; one that does not exist serves nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ImmutableArray<LayerProgress>> ProgressAsync(
        TargetId target, ImmutableArray<(LayerKey Layer, DeliveryKey Unit)> units, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.Command(
            SelectProgress, target.Text, units.Select(unit => unit.Layer.Text).ToArray(), units.Select(unit => unit.Unit.Scope.Text).ToArray(),
            units.Select(unit => unit.Unit.Part).ToArray()).ReadAsync(Progress, cancellationToken)];
    }

    private static LayerProgress Progress(NpgsqlDataReader reader)
    {
        var head = new Revision(reader.GetInt32(1), reader.GetInt64(2));
        var isServed = reader.GetBoolean(3);
        Revision? known = reader.IsDBNull(4) ? null : new Revision(reader.GetInt32(4), reader.GetInt64(5));
        return new LayerProgress(LayerKey.Parse(reader.GetString(0)), head, isServed, isServed ? head : known);
    }

    private static SyncState State(NpgsqlDataReader reader) => new()
    {
        Key = new DeliveryKey(TargetId.Parse(reader.GetString(0)), Scope.Parse(reader.GetString(1)), reader.GetString(2)),
        Status = Enum.Parse<SyncStatus>(reader.GetString(3)),
        Health = Enum.Parse<SyncHealth>(reader.GetString(4)),
        Conditions = Conditions.Read(reader.GetString(5)),
        Message = reader.GetString(6),
        ProvenAt = reader.Nullable<DateTimeOffset?>(7),
        NextAttemptAt = reader.Nullable<DateTimeOffset?>(8),
        IsAwaited = reader.GetBoolean(9),
    };
}
