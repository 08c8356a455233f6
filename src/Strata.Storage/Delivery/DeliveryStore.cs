using System.Collections.Immutable;
using Npgsql;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Model.Documents;

namespace Strata.Storage.Delivery;

/// <summary>The queue of deliveries and where each of them stands. A row is a unit of delivery for ever; being due is what makes it work.</summary>
/// <param name="shared">The shared database.</param>
public class DeliveryStore(SharedDatabase shared)
{
    /// <summary>The channel of PostgreSQL that says that there is work: marks to spread, or units that are due.</summary>
    internal const string Channel = "strata_delivery";

    /// <summary>What the channel says of marks.</summary>
    internal const string Marked = "marked";

    private const string Due = "due";

    /// <summary>The kind of the targets that events are sent to.</summary>
    internal const string EventsKind = "events";

    private const string InsertMark = """
        with marked as (
            insert into delivery_mark (scope, platform, kind)
            values ($1, $2, $3)
        )
        select pg_notify($4, $5)
        """;

    /// <summary>Says that something has changed, beside those commits that say it themselves.</summary>
    public async Task MarkAsync(Mark mark, CancellationToken cancellationToken)
    {
        var batch = shared.Source.CreateBatch();
        Mark(batch, mark);
        await batch.RunAsync(cancellationToken);
    }

    /// <summary>The same among the statements of a transaction.</summary>
    internal static void Mark(NpgsqlBatch batch, Mark mark) => batch.Add(InsertMark, mark.Scope.Text, mark.Platform?.Text, mark.Kind, Channel, Marked);

    private const string DeleteMarks = """
        with taken as (
            delete from delivery_mark
            where id = any (array(select id from delivery_mark order by id limit 1000 for update skip locked))
            returning scope, platform, kind
        )
        select distinct scope, platform, kind
        from taken
        """;

    private const string SelectPlatforms = "select id from platform order by id";

    // In the order of their keys, so that two servers never wait for each other in a circle.
    private const string InsertUnits = """
        with unit as (
            insert into delivery (target, scope, part, due_at)
            select target, scope, part, now()
            from unnest($1::text[], $2::text[], $3::text[]) as key (target, scope, part)
            order by target collate "C", scope collate "C", part collate "C"
            on conflict (target, scope, part) do update
            set generation = delivery.generation + 1, due_at = least(delivery.due_at, greatest(now(), delivery.not_before))
        )
        select pg_notify($4, $5)
        """;

    /// <summary>Turns marks into due units, coalescing, at most a thousand at once.</summary>
    /// <returns>How many different ones there were.</returns>
    public async Task<int> TakeMarksAsync(
        Func<ImmutableArray<Mark>, ImmutableArray<PlatformId>, IEnumerable<DeliveryKey>> spread, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (marks, platforms) = await transaction.Batch().Add(DeleteMarks).Add(SelectPlatforms).ReadAsync<(ImmutableArray<Mark>, ImmutableArray<PlatformId>)>(
            async reader => (
                [.. await reader.RowsAsync(ReadMark, cancellationToken)],
                [.. await reader.RowsAsync(static row => PlatformId.Parse(row.GetString(0)), cancellationToken)]),
            cancellationToken);
        if (marks.IsEmpty)
            return 0;
        ImmutableArray<DeliveryKey> keys = [.. spread(marks, platforms).Distinct()];
        await connection.Command(
            InsertUnits, keys.Select(key => key.Target.Text).ToArray(), keys.Select(key => key.Scope.Text).ToArray(), keys.Select(key => key.Part).ToArray(), Channel, Due)
            .RunAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return marks.Length;
    }

    private static Mark ReadMark(NpgsqlDataReader reader) => new(Scope.Parse(reader.GetString(0)), reader.IsDBNull(1) ? null : PlatformId.Parse(reader.GetString(1)))
    {
        Kind = reader.Nullable<string>(2),
    };

    // Not at once: while settings are changed server by server, the others still work on the part.
    private const string DeleteParts = """
        with gone as (
            select scope, part
            from delivery
            where target = $1 and part <> all ($2) and due_at < now() - interval '1 hour'
            order by scope, part
            for update
        )
        delete from delivery
        using gone
        where delivery.target = $1 and delivery.scope = gone.scope and delivery.part = gone.part
        """;

    /// <summary>Forgets the units of parts that a target no longer has and that nobody has worked on for an hour.</summary>
    public async Task RetainAsync(TargetId target, ImmutableArray<string> parts, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await connection.Command(DeleteParts, target.Text, (object)parts.ToArray()).RunAsync(cancellationToken);
    }

    private const string UpsertRequested = """
        with requested as (
            insert into delivery (target, scope, part, due_at, requests, approved)
            select target, scope, part, now(), 1, approved
            from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as key (target, scope, part, approved)
            order by target collate "C", scope collate "C", part collate "C"
            on conflict (target, scope, part) do update
            set generation = delivery.generation + 1, requests = delivery.requests + 1, due_at = least(delivery.due_at, greatest(now(), delivery.not_before)),
                refused = null, approved = coalesce(excluded.approved, delivery.approved)
        )
        select pg_notify($5, $6)
        """;

    /// <summary>Makes units due now, whatever they wait for, and lets their target be asked again for what it refused.</summary>
    public async Task RequestAsync(ImmutableArray<DeliveryKey> keys, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await RequestAsync(connection, [.. keys.Select(key => (key, (string?)null))], cancellationToken);
    }

    /// <summary>The same inside a transaction that the caller may have open, with the hash of the plan that may be carried out although it is blocked.</summary>
    internal static Task RequestAsync(NpgsqlConnection connection, ImmutableArray<(DeliveryKey Key, string? Plan)> units, CancellationToken cancellationToken) =>
        connection.Command(
            UpsertRequested, units.Select(unit => unit.Key.Target.Text).ToArray(), units.Select(unit => unit.Key.Scope.Text).ToArray(),
            units.Select(unit => unit.Key.Part).ToArray(), units.Select(unit => unit.Plan).ToArray(), Channel, Due).RunAsync(cancellationToken);

    /// <summary>Makes units due now with the plans that may be carried out although they are blocked, and records who said so.</summary>
    /// <param name="approval">What was approved.</param>
    /// <param name="act">By whom.</param>
    /// <param name="answer">What the client gets.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OutcomeUnknownException">The connection was lost in the commit, or the idempotency key belongs to a later request.</exception>
    public async Task ApproveAsync(Approval approval, Act act, Answer answer, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await Claims.HoldAsync(transaction, act.Claim, cancellationToken);
        await RequestAsync(connection, approval.Units, cancellationToken);
        var details = JsonObject.Of(("plan", Json.Of(approval.Hash)), ("target", Json.Of(approval.Target.Text)));
        var approved = new AuditEntry { Act = act, Action = "plan.approved", Scope = approval.Scope.Text, Details = details };
        await AuditChain.RecordAsync(transaction, approved, answer, cancellationToken);
        await Committing.FinishAsync(transaction, cancellationToken);
    }

    private const string SelectMemory = """
        select applied, refused, approved, notes
        from delivery
        where target = $1 and scope = $2 and part = $3
        """;

    /// <summary>What is remembered of a unit, for those who only look; <see cref="DeliveryMemory.None"/> for one that never was.</summary>
    public async Task<DeliveryMemory> RecallAsync(DeliveryKey key, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return (await connection.Command(SelectMemory, key.Target.Text, key.Scope.Text, key.Part).ReadAsync(reader => Memory(reader, 0), cancellationToken))
            .SingleOrDefault(DeliveryMemory.None);
    }

    // Materialized, as a subquery with a lock may run once a row of the join and so take several.
    private const string UpdateClaimed = """
        with next as materialized (
            select scope, part
            from delivery
            where target = $1 and part = any ($3) and due_at <= now() and (lease_until is null or lease_until <= now())
            order by due_at
            limit 1
            for update skip locked
        )
        update delivery
        set fence = delivery.fence + 1, lease_until = now() + $2::interval
        from next
        where delivery.target = $1 and delivery.scope = next.scope and delivery.part = next.part
        returning delivery.scope, delivery.part, fence, generation, requests, attempts, applied, refused, approved, notes
        """;

    /// <summary>The unit of a target's parts that has been due for the longest time and that nobody works on; <c>null</c> when there is none.</summary>
    public async Task<Claim?> ClaimAsync(TargetId target, ImmutableArray<string> parts, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return (await connection.Command(UpdateClaimed, target.Text, lease, parts.ToArray()).ReadAsync(
            reader => new Claim(
                new DeliveryKey(target, Scope.Parse(reader.GetString(0)), reader.GetString(1)),
                reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt32(5), Memory(reader, 6)),
            cancellationToken)).SingleOrDefault();
    }

    private const string UpdateLease = """
        update delivery
        set lease_until = now() + $5::interval
        where target = $1 and scope = $2 and part = $3 and fence = $4 and lease_until is not null
        """;

    /// <summary>Extends a lease; <c>false</c> when another worker has taken the unit over.</summary>
    public async Task<bool> RenewAsync(Claim claim, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return await Held(connection, UpdateLease, claim, lease).RunAsync(cancellationToken) == 1;
    }

    private const string UpdateReleased = """
        update delivery
        set lease_until = null, due_at = now()
        where target = $1 and scope = $2 and part = $3 and fence = $4
        """;

    /// <summary>Gives a unit back as it was, due at once.</summary>
    public async Task ReleaseAsync(Claim claim, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await Held(connection, UpdateReleased, claim).RunAsync(cancellationToken);
    }

    private const string LockState = """
        select health, conditions, now(), (select tenant.platform from tenant where tenant.id = $5)
        from delivery
        where target = $1 and scope = $2 and part = $3 and fence = $4
        for update
        """;

    private const string UpdateState = """
        update delivery
        set lease_until = null, done = $5, attempts = $7, status = $8, health = $9, conditions = $10, message = $11, notes = $12,
            applied = $13, refused = case when requests = $6 then $14 else refused end, approved = case when requests = $6 then $15 else approved end,
            not_before = now() + $16::interval,
            due_at = case when generation = $5 then now() + $17::interval else now() + $16::interval end,
            covers = coalesce($18::pg_snapshot, covers), proven_at = case when $18 is null then proven_at else now() end
        where target = $1 and scope = $2 and part = $3 and fence = $4
        """;

    /// <summary>Records how an attempt ended and frees the unit; <c>false</c>, and nothing recorded, when another worker has taken it over.</summary>
    public async Task<bool> CompleteAsync(Claim claim, Completion completion, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var before = await Held(connection, LockState, claim, claim.Key.Scope.TenantId?.Text).ReadAsync(
            reader => (
                State: new UnitHealth(
                    claim.Key, claim.Key.Scope.PlatformId?.Text ?? reader.Nullable<string>(3), Enum.Parse<SyncHealth>(reader.GetString(0)),
                    reader.GetFieldValue<DateTimeOffset>(2)),
                Conditions: Conditions.Read(reader.GetString(1))),
            cancellationToken);
        if (before is not [var known])
            return false;
        var conditions = completion.Conditions is { } observed ? Conditions.Keep(known.Conditions, observed, known.State.Now) : known.Conditions;
        var memory = completion.Memory;
        var batch = transaction.Batch();
        Held(
            batch, UpdateState, claim, claim.Generation, claim.Requests, completion.Attempts, completion.Status.ToString(), completion.Health.ToString(),
            Conditions.Write(conditions), completion.Message, memory.Notes, memory.Applied, memory.Refused, memory.Approved,
            completion.MinPause, completion.Pause, completion.Covers);
        Outbox.TellHealth(batch, known.State, completion);
        await batch.RunAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Calls back until it is cancelled.</summary>
    /// <param name="marked">Called when there may be marks to spread.</param>
    /// <param name="due">Called when units may have become due.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task ListenAsync(Action marked, Action due, CancellationToken cancellationToken)
    {
        await using var listening = await shared.ListenAsync(Channel, work => (work == Marked ? marked : due)(), cancellationToken);
        marked();
        due();
        while (true)
            await listening.Connection.WaitAsync(cancellationToken);
    }

    private static NpgsqlCommand Held(NpgsqlConnection connection, string sql, Claim claim, params ReadOnlySpan<object?> others) =>
        connection.Command(sql, claim.Key.Target.Text, [claim.Key.Scope.Text, claim.Key.Part, claim.Fence, .. others]);

    private static void Held(NpgsqlBatch batch, string sql, Claim claim, params ReadOnlySpan<object?> others) =>
        batch.Add(sql, claim.Key.Target.Text, [claim.Key.Scope.Text, claim.Key.Part, claim.Fence, .. others]);

    private static DeliveryMemory Memory(NpgsqlDataReader reader, int first) => new()
    {
        Applied = reader.Nullable<string>(first),
        Refused = reader.Nullable<string>(first + 1),
        Approved = reader.Nullable<string>(first + 2),
        Notes = reader.GetString(first + 3),
    };
}
