using Npgsql;
using Strata.Model;
using Strata.Model.Delivery;

namespace Strata.Storage.Delivery;

/// <summary>What the OPAs of platforms said of themselves. One that was silent for a day is forgotten.</summary>
/// <param name="shared">The shared database.</param>
public sealed class OpaStore(SharedDatabase shared)
{
    private const string UpsertInstance = """
        with known as (
            select revision, message, reported_at
            from opa_instance
            where platform = $1 and instance = $2
        ), forgotten as (
            delete from opa_instance
            where platform = $1 and instance <> $2 and reported_at < now() - interval '1 day'
        ), recorded as (
            insert into opa_instance (platform, instance, revision, message, reported_at)
            select id, $2, $3, $4, now()
            from platform
            where id = $1
            on conflict (platform, instance) do update
            set revision = excluded.revision, message = excluded.message, reported_at = excluded.reported_at
            returning platform
        )
        select coalesce(known.revision is not distinct from $3::text and known.message = $4 and known.reported_at > now() - $5::interval, false)
        from recorded
        left join known on true
        """;

    /// <summary>Records what an OPA reports.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="instance">The OPA; when it reported is the database's to say.</param>
    /// <param name="lifetime">How long its report before counted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it says anything new; <c>null</c> when there is no such platform.</returns>
    public async Task<bool?> RecordAsync(PlatformId platform, OpaInstance instance, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        var isSame = await connection.Command(UpsertInstance, platform.Text, instance.Id, instance.Revision, instance.Message, lifetime)
            .ReadAsync(static reader => reader.GetBoolean(0), cancellationToken);
        return isSame is [var same] ? !same : null;
    }

    // Logs come late: they tell only of an OPA that reports nothing itself, and of the moment of the decision.
    private const string UpsertDecided = """
        insert into opa_instance (platform, instance, revision, reported_at)
        select id, $2, $3, least($4::timestamptz, now())
        from platform
        where id = $1
        on conflict (platform, instance) do update
        set revision = excluded.revision, message = '', reported_at = excluded.reported_at
        where opa_instance.reported_at < now() - $5::interval and opa_instance.reported_at < excluded.reported_at
        """;

    /// <summary>Records what the newest decision of an OPA tells about it, where nothing better is known.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="instance">The OPA, at the time of the decision.</param>
    /// <param name="lifetime">How long a report counts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it was news.</returns>
    public async Task<bool> LearnAsync(PlatformId platform, OpaInstance instance, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return await connection.Command(UpsertDecided, platform.Text, instance.Id, instance.Revision, instance.ReportedAt.ToUniversalTime(), lifetime)
            .RunAsync(cancellationToken) == 1;
    }

    private const string SelectInstances = """
        select now(), instance, revision, message, reported_at
        from (select $1::text as platform) as asked
        left join opa_instance using (platform)
        order by instance collate "C"
        """;

    /// <summary>Every OPA of a platform.</summary>
    public async Task<OpaInstances> ListAsync(PlatformId platform, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        var rows = await connection.Command(SelectInstances, platform.Text).ReadAsync(
            static reader => (At: reader.GetFieldValue<DateTimeOffset>(0), Instance: Instance(reader)), cancellationToken);
        return new OpaInstances(rows[0].At, [.. rows.Select(row => row.Instance).OfType<OpaInstance>()]);
    }

    private static OpaInstance? Instance(NpgsqlDataReader reader) => reader.IsDBNull(1)
        ? null
        : new OpaInstance(reader.GetString(1), reader.Nullable<string>(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4));
}
