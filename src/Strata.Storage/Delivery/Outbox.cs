using Npgsql;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Model.Documents;

namespace Strata.Storage.Delivery;

/// <summary>Writes events in the very transaction that makes them true, so that none is lost and none tells of what never was.</summary>
internal static class Outbox
{
    // The lock on the scope's head makes events visible in the order of their numbers, without gaps.
    private const string InsertEvent = """
        with head as (
            insert into event_head (scope, sequence)
            values ($1, 1)
            on conflict (scope) do update
            set sequence = event_head.sequence + 1
            returning sequence
        )
        insert into event (scope, sequence, id, type, platform, tenant, layer, incarnation, number, body, at)
        select $1, sequence, $2, $3, $4::text, $5::text, $6::text, $7::integer, $8::bigint, '{"sequence":' || sequence || ',' || substr($9, 2), $10
        from head
        """;

    /// <summary>Appends one event to its scope's sequence. Who appends several does so in the order of their scopes, so that commits never wait in a circle.</summary>
    public static void Append(NpgsqlBatch batch, EventEntry entry) => batch.Add(
        InsertEvent, entry.Scope.Text, entry.Id, entry.Type, Commands.Text(entry.Platform), Commands.Text(entry.Scope.TenantId?.Text), Commands.Text(entry.Revision?.Layer.Text),
        Commands.Number(entry.Revision?.Number.Incarnation), Commands.Number(entry.Revision?.Number.Number), entry.Body(), entry.At);

    /// <summary>Tells that a unit of delivery has begun to fail, or does so no more, and wakes those who carry events. Says nothing where neither is so.</summary>
    /// <param name="batch">The one that stores the new health.</param>
    /// <param name="state">The unit, as it was.</param>
    /// <param name="completion">How the attempt ended.</param>
    public static void TellHealth(NpgsqlBatch batch, UnitHealth state, Completion completion)
    {
        var (was, now) = (state.Health == SyncHealth.Degraded, completion.Health == SyncHealth.Degraded);
        // What is under way again has not recovered yet.
        now |= was && completion.Health != SyncHealth.Healthy;
        // Events that tell of the delivery of events would never come to an end.
        if (was == now || state.Key.Target.Kind == DeliveryStore.EventsKind)
            return;
        Append(batch, SyncEvent(state, completion, now ? "sync.degraded" : "sync.recovered"));
        DeliveryStore.Mark(batch, new Mark(state.Key.Scope, state.Platform is { } id ? PlatformId.Parse(id) : null) { Kind = DeliveryStore.EventsKind });
    }

    /// <summary>Without the target's words: they may repeat values.</summary>
    private static EventEntry SyncEvent(UnitHealth state, Completion completion, string type) => new()
    {
        Scope = state.Key.Scope,
        Id = Guid.CreateVersion7(),
        Type = type,
        At = state.Now,
        Platform = state.Platform,
        Payload = JsonObject.Of(
            ("attempts", Json.Of(completion.Attempts)),
            ("health", Json.Of(completion.Health.ToString())),
            ("part", Json.Of(state.Key.Part)),
            ("status", Json.Of(completion.Status.ToString())),
            ("target", Json.Of(state.Key.Target.Text))),
    };
}

/// <summary>How a unit of delivery was until now.</summary>
/// <param name="Key">Which.</param>
/// <param name="Platform">The platform that its scope is or belongs to; <c>null</c> for all.</param>
/// <param name="Health">Whether it worked.</param>
/// <param name="Now">The moment, by the database's clock.</param>
internal sealed record UnitHealth(DeliveryKey Key, string? Platform, SyncHealth Health, DateTimeOffset Now);
