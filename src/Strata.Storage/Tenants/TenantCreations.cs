using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Storage;

/// <summary>A tenant to be made.</summary>
/// <param name="Id">An id that no tenant ever had.</param>
/// <param name="Platform">The platform that it is to belong to.</param>
/// <param name="Attributes">What it is to be; without a region it goes to the first cluster's. The status is provisioning's own.</param>
public sealed record NewTenant(TenantId Id, PlatformId Platform, TenantAttributes Attributes);

/// <summary>
/// The shared database's side of making a tenant: the reservation that begins it, with all that is needed to finish it without the one who asked, and the
/// transaction that ends it.
/// </summary>
public sealed class TenantCreations(SharedDatabase shared, Clusters clusters, LayerStore layers, Checkpoints checkpoints)
{
    // By the shared database's clock; longer than making a database takes. Who comes too early only waits for the cluster's lock.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private const string InsertTenant = """
        insert into tenant (id, platform, cluster, database_name, role_name, role_password, created_at, display_name, tier, region, status)
        select $1, $2, $3, named.name, named.name, $4, $5, $6, $7, $8, 'provisioning'
        from (select format('strata_%s_t_%s', id, replace($1, '-', '_')) as name from installation) as named
        on conflict (id) do nothing
        """;

    private const string InsertCreation = """
        insert into tenant_creation (tenant, attributes, act, caller, key, status, headers, body, lease_until)
        values ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9)
        """;

    /// <summary>
    /// Takes the id, for ever. Also a success when the same request took it before: then its creation goes on, or is through.
    /// </summary>
    /// <returns>The answer that belongs to it, the same for whoever asks under its key, whatever becomes of the tenant meanwhile.</returns>
    internal async Task<Result<Answer>> ReserveAsync(NewTenant tenant, Act act, Func<TenantRecord, Answer> answer, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await Claims.HoldAsync(transaction, act.Claim, cancellationToken);
        if (!(await Placement.ChooseAsync(connection, clusters, tenant.Attributes.Region, cancellationToken)).TryGet(out var cluster, out var error))
            return error;
        var record = Planned(tenant, cluster, act);
        try
        {
            var attributes = record.Attributes;
            var inserted = await transaction.Command(
                InsertTenant, tenant.Id.Text, tenant.Platform.Text, cluster.Name, NewPassword(), act.At, attributes.DisplayName, attributes.Tier, attributes.Region)
                .RunAsync(cancellationToken);
            if (inserted == 0)
                return await FindOwnAsync(connection, tenant.Id, act.Claim, cancellationToken) is { } own ? own : Taken(tenant.Id);
        }
        catch (PostgresException unknown) when (unknown.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            return new Error(ErrorCodes.InvalidArgument, $"There is no platform '{tenant.Platform}'.");
        }
        var planned = answer(record);
        await transaction.Command(
            InsertCreation, tenant.Id.Text, record.Attributes.ToDocument().ToString(), JsonSerializer.Serialize(act with { Claim = null }, ActJson.Default.Act),
            act.Claim?.Caller, act.Claim?.Key, planned.Status, Claims.HeadersText(planned), planned.Body, Lease)
            .RunAsync(cancellationToken);
        await Committing.FinishAsync(transaction, cancellationToken);
        await checkpoints.Reached("provisioning.reserved");
        return planned;
    }

    private const string SelectOwn = """
        select status, headers, body
        from tenant_creation
        where tenant = $1 and caller = $2 and key = $3
        """;

    // The claim is held, so nobody has answered under its key: if the id was taken under it, the creation is still there.
    private static async Task<Answer?> FindOwnAsync(NpgsqlConnection connection, TenantId tenant, IdempotencyClaim? claim, CancellationToken cancellationToken) =>
        claim is null ? null : (await connection.Command(SelectOwn, tenant.Text, claim.Caller, claim.Key).ReadAsync(
            static reader => Claims.ReadAnswer(reader, first: 0), cancellationToken)).SingleOrDefault();

    private const string SelectDueClusters = """
        select distinct tenant.cluster
        from tenant_creation as creation
        join tenant on tenant.id = creation.tenant
        where creation.lease_until <= now()
        """;

    /// <summary>The clusters on which makers of tenants have given no sign for a lease's time.</summary>
    internal async Task<List<string>> DueClustersAsync(CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return await connection.Command(SelectDueClusters).ReadAsync(static reader => reader.GetString(0), cancellationToken);
    }

    // In any order: one that does not answer ends a pass, and must not be the first of every pass.
    private const string ClaimDue = """
        with claimed as (
            update tenant_creation
            set lease_until = now() + $1
            where tenant in (
                select creation.tenant
                from tenant_creation as creation
                join tenant on tenant.id = creation.tenant
                where creation.lease_until <= now() and tenant.cluster = $2
                order by creation.lease_until
                limit $3
                for update of creation skip locked)
            returning tenant
        )
        select tenant from claimed order by random()
        """;

    /// <summary>Takes over creations on a cluster whose makers have given no sign for a lease's time.</summary>
    internal async Task<List<TenantId>> ClaimDueAsync(string cluster, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return await connection.Command(ClaimDue, Lease, cluster, limit).ReadAsync(static reader => TenantId.Parse(reader.GetString(0)), cancellationToken);
    }

    private const string SelectUnderWay = """
        select tenant from tenant_creation where tenant = any ($1) order by tenant
        """;

    /// <summary>Those of the tenants that are being made.</summary>
    internal async Task<List<TenantId>> UnderWayAsync(IEnumerable<TenantId> tenants, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return await connection.Command(SelectUnderWay, tenants.Select(static tenant => tenant.Text).ToArray())
            .ReadAsync(static reader => TenantId.Parse(reader.GetString(0)), cancellationToken);
    }

    private const string LockCreation = """
        select creation.attributes, creation.act, tenant.platform
        from tenant_creation as creation
        join tenant on tenant.id = creation.tenant
        where creation.tenant = $1
        for update of creation
        """;

    // Whoever holds the key by now asks for the same tenant, so the answer is theirs.
    private const string Activate = """
        with creation as (
            delete from tenant_creation where tenant = $1 returning caller, key, status, headers, body
        ), migrated as (
            update tenant set migration = $2 where id = $1
        )
        update idempotency
        set status = creation.status, headers = creation.headers, body = creation.body
        from creation
        where idempotency.caller = creation.caller and idempotency.key = creation.key and idempotency.status is null
        """;

    /// <summary>
    /// Makes the tenant active, when its database is ready: first revision of its attributes, empty overrides, audit event and answer, all at once.
    /// A success, too, when another replica has done it.
    /// </summary>
    internal async Task ActivateAsync(TenantId tenant, int migration, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var creations = await transaction.Command(LockCreation, tenant.Text).ReadAsync(
            static reader => (Attributes: reader.GetString(0), Act: reader.GetString(1), Platform: reader.GetString(2)), cancellationToken);
        if (creations is not [var creation])
            return;
        var act = JsonSerializer.Deserialize(creation.Act, ActJson.Default.Act)!;
        var (attributes, overrides) = (LayerKey.Attributes(tenant), LayerKey.Tenant(tenant));
        await LayerRows.CreateAsync(transaction, attributes, PlatformId.Parse(creation.Platform), (0, act.At), cancellationToken);
        await LayerRows.CreateAsync(transaction, overrides, PlatformId.Parse(creation.Platform), (1, act.At), cancellationToken);
        await transaction.Command(Activate, tenant.Text, migration).RunAsync(cancellationToken);
        var first = new Change
        {
            Layer = attributes,
            Base = 0,
            Kind = RevisionKind.Change,
            Document = RevisionRows.Document(creation.Attributes),
            Action = "tenant.created",
            Details = JsonObject.Of(("platform", Json.Of(creation.Platform))),
        };
        _ = (await layers.AppendAsync(transaction, [first], act, batch => LayerRows.Signal(batch, [overrides]), cancellationToken)).Value;
        await checkpoints.Reached("provisioning.activating");
        await Committing.FinishAsync(transaction, cancellationToken);
    }

    /// <summary>The tenant as it will be when all is done.</summary>
    private static TenantRecord Planned(NewTenant tenant, Cluster cluster, Act act) => new()
    {
        Id = tenant.Id,
        Platform = tenant.Platform,
        Cluster = cluster.Name,
        Attributes = tenant.Attributes with { Region = tenant.Attributes.Region ?? cluster.Region, Status = TenantStatus.Active },
        Revision = new Revision(1),
        CreatedAt = act.At,
    };

    private static Error Taken(TenantId tenant) =>
        new(ErrorCodes.Conflict, $"The id '{tenant}' is taken, or was: an id is never used again.");

    private static string NewPassword() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
}

[JsonSerializable(typeof(Act))]
internal sealed partial class ActJson : JsonSerializerContext;
