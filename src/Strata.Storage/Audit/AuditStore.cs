using System.Collections.Immutable;
using Npgsql;
using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Storage;

/// <summary>Which audit events are asked for. A member that is <c>null</c> does not narrow.</summary>
public sealed record AuditFilter
{
    /// <summary>Events of one tenant: those of its own chain, and those about it in the shared one.</summary>
    public TenantId? Tenant { get; init; }

    /// <summary>Events of one platform and its segments.</summary>
    public PlatformId? Platform { get; init; }

    /// <summary>Events of one actor, by principal id.</summary>
    public string? Actor { get; init; }

    /// <summary>Events of one action, e.g. <c>platform.changed</c>.</summary>
    public string? Action { get; init; }

    /// <summary>Events at or after this moment.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Events before this moment.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>How far a listing has come down each chain: the next page has smaller sequences only.</summary>
/// <param name="Shared">In the shared chain.</param>
/// <param name="Tenant">In the tenant's chain.</param>
public readonly record struct AuditPosition(long Shared, long Tenant)
{
    /// <summary>Before the newest event.</summary>
    public static readonly AuditPosition Newest = new(long.MaxValue, long.MaxValue);
}

/// <summary>An event as it stands in a chain.</summary>
/// <param name="Chain"><c>shared</c>, or <c>tenant:</c> and the tenant's id.</param>
/// <param name="Sequence">Its number in the chain, from 1 without gaps.</param>
/// <param name="At">When.</param>
/// <param name="Body">Everything that it says; hashed.</param>
/// <param name="Hash">SHA-256 of the body's canonical bytes, lower-case hexadecimal.</param>
public sealed record AuditEvent(string Chain, long Sequence, DateTimeOffset At, JsonObject Body, string Hash);

/// <summary>One page of a listing.</summary>
/// <param name="Events">Newest first.</param>
/// <param name="Next">Where the next page starts; <c>null</c> after the last.</param>
public sealed record AuditPage(ImmutableArray<AuditEvent> Events, AuditPosition? Next);

/// <summary>Audit events, for people to read. <see cref="AuditVerifier"/> says whether they are to be believed.</summary>
public sealed class AuditStore(SharedDatabase shared, TenantConnections tenants)
{
    /// <summary>Stands for the reason of an event that cannot be read.</summary>
    public const string Unreadable = "This event was changed and cannot be read; a verification of its chain says more.";

    private static readonly ImmutableArray<string> Members = ["actor", "action", "scope", "requestId"];

    /// <summary>The shared chain's name.</summary>
    public const string SharedChain = "shared";

    /// <summary>The name of a tenant's chain.</summary>
    public static string ChainOf(TenantId tenant) => $"tenant:{tenant}";

    /// <summary>A page has room for this many bytes of bodies in each chain, and for the event that goes beyond.</summary>
    private const int PageBytes = 4 * 1024 * 1024;

    // What a page has no room for comes without its body, which is not even fetched from where PostgreSQL keeps long values.
    private const string Select = """
        select sequence, at, hash,
               case when sum(octet_length(body)) over (order by sequence desc) - octet_length(body) < $8 then body end,
               actor, action, scope
        from (
            select sequence, at, hash, body, actor, action, scope
            from audit_event
            where sequence < $1
              and ($2::text is null or scope = $2)
              and ($3::text is null or actor = $3)
              and ($4::text is null or action = $4)
              and ($5::timestamptz is null or at >= $5)
              and ($6::timestamptz is null or at < $6)
            order by sequence desc
            limit $7
        ) as found
        order by sequence desc
        """;

    /// <summary>Lists events, newest first. Within a chain the order is the chain's own.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="after">Where the page starts.</param>
    /// <param name="limit">How many at most: fewer where they say much, but one at least.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<AuditPage> ListAsync(AuditFilter filter, AuditPosition after, int limit, CancellationToken cancellationToken)
    {
        List<Row> ofShared, ofTenant = [];
        var scope = filter.Tenant is { } about ? ChainOf(about) : filter.Platform is { } platform ? $"platform:{platform}" : null;
        await using (var connection = await shared.Source.OpenConnectionAsync(cancellationToken))
            ofShared = await ReadAsync(connection, SharedChain, new Query(filter, scope, after.Shared, limit + 1), cancellationToken);
        if (filter.Tenant is { } tenant)
        {
            await using var rented = await tenants.RentAsync(tenant, cancellationToken);
            ofTenant = await ReadAsync(rented.Connection, ChainOf(tenant), new Query(filter, scope, after.Tenant, limit + 1), cancellationToken);
        }
        var events = Merge(ofShared, ofTenant).Take(limit).Select(row => row.Event).TakeWhile(seen => seen is not null).OfType<AuditEvent>().ToImmutableArray();
        return new AuditPage(events, events.Length == ofShared.Count + ofTenant.Count ? null : events.Aggregate(after, Past));
    }

    private sealed record Query(AuditFilter Filter, string? Scope, long Before, int Limit);

    /// <summary>An event; <c>null</c> where the page has no room for it.</summary>
    private sealed record Row(DateTimeOffset At, AuditEvent? Event);

    private static Task<List<Row>> ReadAsync(NpgsqlConnection connection, string chain, Query query, CancellationToken cancellationToken) =>
        connection.Command(
            Select, query.Before, query.Scope, query.Filter.Actor, query.Filter.Action, query.Filter.From?.ToUniversalTime(), query.Filter.To?.ToUniversalTime(),
            query.Limit, PageBytes)
        .ReadAsync(reader => Read(reader, chain), cancellationToken);

    private static Row Read(NpgsqlDataReader reader, string chain)
    {
        var at = reader.GetFieldValue<DateTimeOffset>(1);
        return new Row(at, reader.IsDBNull(3) ? null : new AuditEvent(
            chain, reader.GetInt64(0), at, Said(reader.GetString(3), reader, first: 4), Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(2))));
    }

    /// <summary>What an event says. One that is not as it was written keeps nobody from the others: what it is found by is told of it, and that it was changed.</summary>
    private static JsonObject Said(string body, NpgsqlDataReader reader, int first)
    {
        if (Body.Parse(body) is { } said && Members.All(name => said[name] is JsonString))
            return said;
        var columns = Enumerable.Range(first, 3).Select(column => Json.Of(reader.Nullable<string>(column) ?? ""));
        return JsonObject.Of(Members.Zip(columns.Append(Json.Of("")), KeyValuePair.Create)).With("reason", Json.Of(Unreadable));
    }

    private static AuditPosition Past(AuditPosition position, AuditEvent seen) =>
        seen.Chain == SharedChain ? position with { Shared = seen.Sequence } : position with { Tenant = seen.Sequence };

    // Moments need not ascend with sequences, so this merges by the first of each list and never sorts within one.
    private static IEnumerable<Row> Merge(List<Row> a, List<Row> b)
    {
        var (i, j) = (0, 0);
        while (i < a.Count || j < b.Count)
            yield return j == b.Count || (i < a.Count && a[i].At >= b[j].At) ? a[i++] : b[j++];
    }
}
