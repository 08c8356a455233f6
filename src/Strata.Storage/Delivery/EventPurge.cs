namespace Strata.Storage.Delivery;

/// <summary>
/// Forgets old events and dead letters. It goes through each scope in order, as a webhook does, and keeps a cursor as one (with an empty name), so that the
/// verifier can tell what was forgotten from what somebody took away.
/// </summary>
public sealed class EventPurge(SharedDatabase shared, StorageOptions options)
{
    private const int LongestSeconds = 3600;

    private const string DeleteLetters = """
        delete from dead_letter
        where at < now() - $1 and not replay
        """;

    // The newest event of a scope always stays, and so does what a dead letter may send once more, with everything after it.
    private const string DeleteEvents = """
        with bound as (
            select head.scope, least(
                head.sequence,
                coalesce((select min(event.sequence) from event where event.scope = head.scope and event.at >= now() - $1), head.sequence),
                coalesce((
                    select min(event.sequence)
                    from dead_letter as letter
                    join event on event.id = letter.event_id
                    where event.scope = head.scope), head.sequence)) as stays
            from event_head as head
        ), moved as (
            insert into webhook_cursor (webhook, scope, sequence)
            select '', scope, stays - 1
            from bound
            where stays - 1 > coalesce((select known.sequence from webhook_cursor as known where known.webhook = '' and known.scope = bound.scope), 0)
            order by scope
            on conflict (webhook, scope) do update
            set sequence = greatest(webhook_cursor.sequence, excluded.sequence)
        )
        delete from event
        using bound
        where event.scope = bound.scope and event.sequence < bound.stays
        """;

    /// <summary>Forgets dead letters older than <see cref="StorageOptions.DeadLetterRetention"/> and events older than <see cref="StorageOptions.EventRetention"/>.</summary>
    /// <returns>How many events.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await connection.Command(DeleteLetters, options.DeadLetterRetention).RunAsync(cancellationToken);
        var events = connection.Command(DeleteEvents, options.EventRetention);
        events.CommandTimeout = LongestSeconds; // the first time there may be years of them
        return await events.RunAsync(cancellationToken);
    }
}
