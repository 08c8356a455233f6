using System.Collections.Immutable;
using Npgsql;
using Strata.Model.Delivery;
using Strata.Model.Documents;

namespace Strata.Storage.Delivery;

/// <summary>An event that a webhook was given up on.</summary>
/// <param name="Id">The event.</param>
/// <param name="Type">What it tells.</param>
/// <param name="Place">The scope whose sequence it is part of, and its number there.</param>
/// <param name="OccurredAt">When it happened.</param>
/// <param name="Attempts">How often it was sent in vain.</param>
/// <param name="IsReplay">Whether it is about to be sent once more.</param>
/// <param name="Error">What the webhook said last.</param>
/// <param name="FailedAt">When that was.</param>
public sealed record DeadLetter(
    Guid Id, string Type, (Scope Scope, long Sequence) Place, DateTimeOffset OccurredAt, int Attempts, bool IsReplay, string Error, DateTimeOffset FailedAt);

/// <summary>The events of each scope in order, how far each webhook has come, and what it was given up on.</summary>
/// <param name="shared">The shared database.</param>
public class EventStore(SharedDatabase shared)
{
    // The row without a scope says that the webhook was begun.
    private const string InsertCursors = """
        with begun as (
            insert into webhook_cursor (webhook, scope, sequence)
            values ($1, '', 0)
            on conflict (webhook, scope) do nothing
            returning webhook
        )
        insert into webhook_cursor (webhook, scope, sequence)
        select begun.webhook, head.scope, head.sequence
        from begun, event_head as head
        on conflict (webhook, scope) do nothing
        """;

    private const string MarkBehind = """
        insert into delivery_mark (scope, kind)
        select head.scope, $2
        from event_head as head
        left join webhook_cursor as place on place.webhook = $1 and place.scope = head.scope
        left join delivery as unit on unit.target = $2 || '.' || $1 and unit.scope = head.scope
        where unit.scope is null or head.sequence > coalesce(place.sequence, 0)
        """;

    /// <summary>Lets a webhook that was never heard of begin with what happens from now on, and sees to it that it looks after every scope.</summary>
    public async Task BeginAsync(string webhook, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await connection.Command(InsertCursors, webhook).RunAsync(cancellationToken);
        await connection.Command(MarkBehind, webhook, DeliveryStore.EventsKind).RunAsync(cancellationToken);
    }

    // Numbers of a scope become visible in their order, so what is not seen here comes after what is.
    private const string SelectPending = """
        with place as (
            select coalesce(max(sequence), 0) as sequence, coalesce(max(attempts), 0) as attempts
            from webhook_cursor
            where webhook = $1 and scope = $2
        ), next as (
            select event.sequence, event.id, event.type, event.body, place.attempts
            from event, place
            where event.scope = $2 and event.sequence > place.sequence and event.type = any ($3)
            order by event.sequence
            limit $4
        ), passed as (
            insert into webhook_cursor (webhook, scope, sequence)
            select $1, $2, head.sequence
            from event_head as head, place
            where head.scope = $2 and head.sequence > place.sequence and not exists (select from next)
            on conflict (webhook, scope) do update
            set sequence = greatest(webhook_cursor.sequence, excluded.sequence), attempts = 0
        )
        select pg_current_snapshot()::text, found.sequence, found.id, found.type, found.body, found.attempts, found.is_replay
        from (values (true)) as always (is_there)
        left join (
            select event.sequence, event.id, event.type, event.body, letter.attempts, true as is_replay
            from dead_letter as letter
            join event on event.id = letter.event_id
            where letter.webhook = $1 and letter.replay and event.scope = $2
            union all
            select sequence, id, type, body, case when sequence = min(sequence) over () then attempts else 0 end, false
            from next
        ) as found on always.is_there
        order by found.is_replay desc, found.sequence
        """;

    /// <summary>What a webhook has not taken yet; passes over types that it does not ask for.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="scope">The scope.</param>
    /// <param name="types">The types that it asks for.</param>
    /// <param name="limit">How many at most, apart from replays.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<PendingEvents> PendingAsync(string webhook, Scope scope, ImmutableArray<string> types, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        var rows = await connection.Command(SelectPending, webhook, scope.Text, types.ToArray(), limit)
            .ReadAsync(static reader => (Covers: reader.GetString(0), Event: reader.IsDBNull(1) ? null : Pending(reader, 1)), cancellationToken);
        return new PendingEvents(rows[0].Covers, [.. rows.Select(row => row.Event).OfType<PendingEvent>()]);
    }

    private const string MoveCursor = """
        with taken as (
            delete from dead_letter
            where webhook = $1 and event_id = $4
        )
        insert into webhook_cursor (webhook, scope, sequence)
        values ($1, $2, $3)
        on conflict (webhook, scope) do update
        set sequence = excluded.sequence, attempts = 0
        where webhook_cursor.sequence < excluded.sequence
        """;

    /// <summary>Records that a webhook has taken an event.</summary>
    public async Task TakenAsync(string webhook, Scope scope, PendingEvent told, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await connection.Command(MoveCursor, webhook, scope.Text, told.Sequence, told.Id).RunAsync(cancellationToken);
    }

    private const string CountAttempt = """
        insert into webhook_cursor (webhook, scope, sequence, attempts)
        values ($1, $2, 0, 1)
        on conflict (webhook, scope) do update
        set attempts = webhook_cursor.attempts + 1
        where webhook_cursor.sequence < $3
        """;

    /// <summary>Records that an event was sent in vain.</summary>
    public async Task RefusedAsync(string webhook, Scope scope, PendingEvent told, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await connection.Command(CountAttempt, webhook, scope.Text, told.Sequence).RunAsync(cancellationToken);
    }

    private const string InsertLetter = """
        with letter as (
            insert into dead_letter (webhook, event_id, attempts, error, at)
            values ($1, $4, $5, $6, now())
            on conflict (webhook, event_id) do update
            set attempts = excluded.attempts, error = excluded.error, at = excluded.at, replay = false
        )
        insert into webhook_cursor (webhook, scope, sequence)
        values ($1, $2, $3)
        on conflict (webhook, scope) do update
        set sequence = excluded.sequence, attempts = 0
        where webhook_cursor.sequence < excluded.sequence
        """;

    /// <summary>Puts an event among the dead letters, so that those after it can follow.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="scope">The scope.</param>
    /// <param name="told">The event, with the attempts before the last one.</param>
    /// <param name="error">What the webhook said last.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task GiveUpAsync(string webhook, Scope scope, PendingEvent told, string error, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await connection.Command(InsertLetter, webhook, scope.Text, told.Sequence, told.Id, told.Attempts + 1, error).RunAsync(cancellationToken);
    }

    private const string SelectLetters = """
        select event.id, event.type, event.scope, event.sequence, event.at, letter.attempts, letter.replay, letter.error, letter.at
        from dead_letter as letter
        join event on event.id = letter.event_id
        where letter.webhook = $1 and (event.scope, event.sequence) > ($2, $3)
        order by event.scope, event.sequence
        limit $4
        """;

    /// <summary>What a webhook was given up on, in the order of scopes and of what happened in each.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="after">The scope and sequence that the page before ended with; <c>null</c> for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ImmutableArray<DeadLetter>> DeadLettersAsync(string webhook, (Scope Scope, long Sequence)? after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.Command(SelectLetters, webhook, after?.Scope.Text ?? "", after?.Sequence ?? 0, limit).ReadAsync(
            static reader => new DeadLetter(
                reader.GetGuid(0), reader.GetString(1), (Scope.Parse(reader.GetString(2)), reader.GetInt64(3)), reader.GetFieldValue<DateTimeOffset>(4),
                reader.GetInt32(5), reader.GetBoolean(6), reader.GetString(7), reader.GetFieldValue<DateTimeOffset>(8)),
            cancellationToken)];
    }

    private const string UpdateReplay = """
        update dead_letter
        set replay = true
        from event
        where dead_letter.webhook = $1 and dead_letter.event_id = $2 and event.id = dead_letter.event_id
        returning event.scope
        """;

    /// <summary>Has a dead letter sent once more, and records who wanted it. The scope that it is part of, or <c>null</c> when it is none of the webhook's.</summary>
    /// <param name="target">The webhook as a target.</param>
    /// <param name="eventId">The event.</param>
    /// <param name="act">By whom.</param>
    /// <param name="answer">What the client gets.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OutcomeUnknownException">The connection was lost in the commit, or the idempotency key belongs to a later request.</exception>
    public async Task<Scope?> ReplayAsync(TargetId target, Guid eventId, Act act, Func<Scope, Answer> answer, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await Claims.HoldAsync(transaction, act.Claim, cancellationToken);
        if (await transaction.Command(UpdateReplay, target.Instance, eventId).ReadAsync(static reader => Scope.Parse(reader.GetString(0)), cancellationToken) is not [var scope])
            return null;
        await DeliveryStore.RequestAsync(connection, [(new DeliveryKey(target, scope, ""), null)], cancellationToken);
        var details = JsonObject.Of(("eventId", Json.Of(eventId.ToString())), ("webhook", Json.Of(target.Instance!)));
        var replayed = new AuditEntry { Act = act, Action = "deadLetter.replayed", Scope = scope.Text, Details = details };
        await AuditChain.RecordAsync(transaction, replayed, answer(scope), cancellationToken);
        await Committing.FinishAsync(transaction, cancellationToken);
        return scope;
    }

    /// <summary>Reads the columns sequence, id, type, body, attempts and replay.</summary>
    private static PendingEvent Pending(NpgsqlDataReader reader, int first) => new(
        reader.GetInt64(first), reader.GetGuid(first + 1), reader.GetString(first + 2), reader.GetString(first + 3))
    {
        Attempts = reader.GetInt32(first + 4),
        IsReplay = reader.GetBoolean(first + 5),
    };
}
