using Npgsql;
using Strata.Model.Documents;

namespace Strata.Storage;

/// <summary>What follows from the revisions and events of the shared database: heads, leaves, the registry, platforms. Inside one snapshot of it.</summary>
internal sealed class SharedCheck(NpgsqlConnection connection, AuditFindings findings)
{
    /// <summary>Finds what is wrong.</summary>
    /// <param name="leaves">The history of every layer of the shared database.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RunAsync(LeafHistory leaves, CancellationToken cancellationToken)
    {
        await CheckPlatformsAsync(cancellationToken);
        await CheckRegistryAsync(cancellationToken);
        foreach (var layer in await LayersAsync(SelectStaleHeads, cancellationToken))
            findings.Add("layer_head", layer, $"The head of layer '{layer}' was changed: it is not its newest revision.");
        foreach (var layer in await LayersAsync(SelectForeignHeads, cancellationToken))
            findings.Add("layer_head", layer, $"The head of layer '{layer}' was changed: it is not that of its platform or tenant as it was made.");
        foreach (var layer in await LayersAsync(SelectLostHeads, cancellationToken))
            findings.Add("layer_head", layer, $"The head of layer '{layer}' is missing.");
        var rows = await connection.Command(SelectLeaves).WithoutTimeout().ReadAsync(Row, cancellationToken);
        leaves.Compare(rows, isNumbered: true, findings);
    }

    private const string SelectStaleHeads = """
        select head.layer
        from layer_head as head
        left join lateral (
            select number, document, at
            from layer_revision
            where layer = head.layer
            order by number desc
            limit 1
        ) as newest on true
        where head.layer not like 'tenant:%'
          and (head.number <> coalesce(newest.number, 0) or head.document <> coalesce(newest.document, '{}') or head.changed_at <> newest.at)
        order by head.layer
        limit $1
        """;

    private const string SelectForeignHeads = """
        select head.layer
        from layer_head as head
        cross join lateral (select split_part(head.layer, ':', 1) as kind, split_part(head.layer, ':', 2) as owner) as part
        left join platform on part.kind in ('platform', 'segment') and platform.id = part.owner
        left join tenant on part.kind in ('attributes', 'tenant') and tenant.id = part.owner
        where (head.layer <> 'allowlist' and coalesce(platform.id, tenant.platform) is null)
           or head.platform is distinct from coalesce(platform.id, tenant.platform)
           or (part.kind <> 'tenant' and (head.incarnation <> 0 or head.chain_sequence is not null or head.chain_hash is not null))
           or (head.number = 0 and part.kind in ('segment', 'attributes'))
           or (head.number = 0 and head.changed_at <> coalesce(platform.created_at, tenant.created_at))
        order by head.layer
        limit $1
        """;

    private const string SelectLostHeads = """
        select wanted.layer
        from (
            select 'allowlist' as layer
            union
            select layer from layer_revision
            union
            select 'platform:' || id from platform
            union
            select 'attributes:' || id from tenant where status <> 'provisioning'
            union
            select 'tenant:' || id from tenant where status <> 'provisioning'
        ) as wanted
        where not exists (select from layer_head as head where head.layer = wanted.layer)
        order by wanted.layer
        limit $1
        """;

    private Task<List<string>> LayersAsync(string sql, CancellationToken cancellationToken) =>
        connection.Command(sql, AuditFindings.Most).WithoutTimeout().ReadAsync(static reader => reader.GetString(0), cancellationToken);

    private const string SelectRegistry = """
        select tenant.id, tenant.platform, tenant.display_name, tenant.tier, tenant.region, tenant.status, tenant.created_at = first.at,
               tenant.database_name = named.name and tenant.role_name = named.name,
               exists (select from tenant_creation as creation where creation.tenant = tenant.id), head.document, created.body
        from tenant
        cross join lateral (
            select format('strata_%s_t_%s', (select id from installation limit 1), replace(tenant.id, '-', '_')) as name
        ) as named
        left join layer_head as head on head.layer = 'attributes:' || tenant.id
        left join layer_revision as first on first.layer = 'attributes:' || tenant.id and first.number = 1
        left join lateral (
            select body
            from audit_event
            where scope = 'tenant:' || tenant.id and action = 'tenant.created'
            order by sequence
            limit 1
        ) as created on true
        order by tenant.id
        """;

    private const string SelectLostTenants = """
        select split_part(created.scope, ':', 2), created.sequence
        from audit_event as created
        where created.action = 'tenant.created' and not exists (select from tenant where created.scope = 'tenant:' || tenant.id)
        order by created.sequence
        limit $1
        """;

    private async Task CheckRegistryAsync(CancellationToken cancellationToken)
    {
        var faults = await connection.Command(SelectRegistry).WithoutTimeout()
            .ReadAsync(static reader => (Tenant: reader.GetString(0), Fault: RegistryFault(reader)), cancellationToken);
        foreach (var (tenant, fault) in faults.Where(row => row.Fault is not null))
            findings.Add("tenant", tenant, $"The registry's row of tenant '{tenant}' was changed: {fault}.");
        var lost = await connection.Command(SelectLostTenants, AuditFindings.Most).WithoutTimeout()
            .ReadAsync(static reader => (Tenant: reader.GetString(0), Sequence: reader.GetInt64(1)), cancellationToken);
        foreach (var (tenant, sequence) in lost)
            findings.Add("tenant", tenant, $"Tenant '{tenant}', which event {sequence} has made, is missing.", sequence);
    }

    private static string? RegistryFault(NpgsqlDataReader reader)
    {
        var (status, said) = (reader.GetString(5), reader.IsDBNull(9) ? null : Body.Parse(reader.GetString(9)));
        if (!reader.GetBoolean(7))
            return "its database and role are not named as they were made";
        if (status == "provisioning" && said is null && reader.GetBoolean(8))
            return null; // Its database is being made.
        if (said is null || reader.IsDBNull(6) || reader.IsDBNull(10))
            return "nothing tells that it was made";
        if ((reader.GetString(2), reader.Nullable<string>(3), reader.Nullable<string>(4), status)
            != (said["displayName"].Text(), said["tier"].Text(), said["region"].Text(), said["status"].Text()))
            return "it is not what its attributes say";
        if (!reader.GetBoolean(6))
            return "it was made at another time";
        var made = Body.Parse(reader.GetString(10))?["details"].Member("platform").Text();
        return made is null || made == reader.GetString(1) ? null : $"it was made for platform '{made}'";
    }

    private const string SelectPlatforms = """
        select platform.id, platform.display_name, platform.created_at = created.at, split_part(created.scope, ':', 2), created.body, created.sequence
        from platform
        full join (
            select sequence, scope, at, body
            from audit_event
            where action = 'platform.created'
        ) as created on created.scope = 'platform:' || platform.id
        order by platform.id, created.sequence
        """;

    private async Task CheckPlatformsAsync(CancellationToken cancellationToken)
    {
        await using var command = connection.Command(SelectPlatforms).WithoutTimeout();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.IsDBNull(0))
                findings.Add("platform", reader.GetString(3), $"Platform '{reader.GetString(3)}', which event {reader.GetInt64(5)} has made, is missing.", reader.GetInt64(5));
            else if (reader.IsDBNull(3))
                findings.Add("platform", reader.GetString(0), $"Platform '{reader.GetString(0)}' was put in: no event has made it.");
            else if (!reader.GetBoolean(2) || (Body.Parse(reader.GetString(4))?["details"].Member("displayName").Text() is { } name && name != reader.GetString(1)))
                findings.Add("platform", reader.GetString(0), $"The row of platform '{reader.GetString(0)}' was changed: it is not what event {reader.GetInt64(5)} has made.", reader.GetInt64(5));
        }
    }

    // A tenant's own leaves are compared with its own database; here only those of tenants that there are not.
    private const string SelectLeaves = """
        select leaf.layer, leaf.pointer, leaf.value, leaf.number, leaf.platform is not distinct from head.platform
        from layer_leaf as leaf
        left join layer_head as head on head.layer = leaf.layer
        where leaf.layer not like 'tenant:%' or head.layer is null
        order by leaf.layer, leaf.pointer
        """;

    /// <summary>Reads the columns layer, pointer, value, number, and whether the platform is the layer's.</summary>
    internal static LeafRow Row(NpgsqlDataReader reader) =>
        new(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), reader.GetBoolean(4));
}
