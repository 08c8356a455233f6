using System.Collections.Immutable;
using Npgsql;
using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Storage;

/// <summary>A tenant as the registry has it.</summary>
public sealed record TenantRecord
{
    /// <summary>Its id.</summary>
    public required TenantId Id { get; init; }

    /// <summary>Its platform, for ever.</summary>
    public required PlatformId Platform { get; init; }

    /// <summary>The cluster that its database lives on.</summary>
    public required string Cluster { get; init; }

    /// <summary>What it is, status included.</summary>
    public required TenantAttributes Attributes { get; init; }

    /// <summary>The revision of its attributes; number 0 while its database is being made.</summary>
    public required Revision Revision { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Which tenants a list is of; all of them by default.</summary>
public sealed record TenantFilter
{
    /// <summary>Only of these platforms; <c>null</c> is any.</summary>
    public ImmutableArray<PlatformId>? Platforms { get; init; }

    /// <summary>Only in this status; <c>null</c> is any.</summary>
    public TenantStatus? Status { get; init; }

    /// <summary>Only with this in id or display name, whatever the case; <c>null</c> is any.</summary>
    public string? Text { get; init; }
}

/// <summary>How a tenant's database is entered. Never leaves this project.</summary>
internal sealed record TenantAccess(string Installation, string Cluster, string Database, string Role, string Password)
{
    /// <summary>Without the password, which logs must not see.</summary>
    public override string ToString() => $"{Role}@{Cluster}/{Database}";
}

/// <summary>Which tenants there are, and where they live.</summary>
public sealed class TenantRegistry(SharedDatabase shared)
{
    private const string Select = """
        select tenant.id, tenant.platform, tenant.cluster, coalesce(head.document, creation.attributes, '{}'), tenant.status,
               coalesce(head.number, 0), tenant.created_at
        from tenant
        left join layer_head as head on head.layer = 'attributes:' || tenant.id
        left join tenant_creation as creation on creation.tenant = tenant.id
        where ($1::text is null or tenant.id = $1)
          and ($2::text[] is null or tenant.platform = any ($2))
          and ($3::text is null or tenant.status = $3)
          and ($4::text is null or strpos(tenant.id, lower($4)) > 0 or strpos(lower(tenant.display_name), lower($4)) > 0)
          and ($5::text is null or tenant.id > $5)
        order by tenant.id
        limit $6
        """;

    /// <summary>A tenant; <c>null</c> when there never was one of this id.</summary>
    public async Task<TenantRecord?> FindAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return (await connection.Command(Select, tenant.Text, null, null, null, null, 1).ReadAsync(Record, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Tenants by id.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="after">The id that the page before ended with; <c>null</c> for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ImmutableArray<TenantRecord>> ListAsync(TenantFilter filter, TenantId? after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        var platforms = filter.Platforms?.Select(platform => platform.Text).ToArray();
        var status = filter.Status is { } word ? TenantAttributes.StatusWord(word) : null;
        return [.. await connection.Command(Select, null, platforms, status, filter.Text, after?.Text, limit).ReadAsync(Record, cancellationToken)];
    }

    private const string SelectAccess = """
        select installation.id, tenant.cluster, tenant.database_name, tenant.role_name, tenant.role_password
        from tenant
        cross join installation
        where tenant.id = $1
        """;

    internal async Task<TenantAccess?> FindAccessAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return (await connection.Command(SelectAccess, tenant.Text).ReadAsync(Access, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Reads installation, cluster, database, role and password, in this order from the first.</summary>
    internal static TenantAccess Access(NpgsqlDataReader reader) =>
        new(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4));

    private const string SelectClusters = """
        select distinct cluster from tenant where status <> 'offboarded' order by cluster
        """;

    /// <summary>The clusters that tenants live on.</summary>
    internal async Task<List<string>> ClustersAsync(CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return await connection.Command(SelectClusters).ReadAsync(static reader => reader.GetString(0), cancellationToken);
    }

    private static TenantRecord Record(NpgsqlDataReader reader) => new()
    {
        Id = TenantId.Parse(reader.GetString(0)),
        Platform = PlatformId.Parse(reader.GetString(1)),
        Cluster = reader.GetString(2),
        Attributes = TenantAttributes.Read((JsonObject)Json.Trusted(reader.GetString(3))) with
        {
            Status = Enum.Parse<TenantStatus>(reader.GetString(4), ignoreCase: true),
        },
        Revision = new Revision(reader.GetInt64(5)),
        CreatedAt = reader.GetFieldValue<DateTimeOffset>(6),
    };
}
