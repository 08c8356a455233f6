using System.Collections.Immutable;

namespace Strata.Storage;

/// <summary>
/// Where data lives. Addresses come from <c>ConnectionStrings:Shared</c>, <c>ConnectionStrings:Redis</c> and <c>Clusters:{name}</c>, the rest from section <c>Storage</c>.
/// </summary>
public sealed class StorageOptions
{
    /// <summary>The configuration section of everything but the addresses.</summary>
    public const string Section = "Storage";

    /// <summary>The name of the cluster that is the shared database's own server.</summary>
    public const string DefaultCluster = "default";

    /// <summary>Connection string of the shared database. Its role owns the tables and, without clusters, may create databases and roles.</summary>
    public string Shared { get; set; } = "";

    /// <summary>Configuration string of the Redis-compatible cache; <c>null</c> does without.</summary>
    public string? Redis { get; set; }

    /// <summary>The servers that take tenants' databases, by name. Empty: the shared database's server is the only one, named <see cref="DefaultCluster"/>.</summary>
    public ImmutableSortedDictionary<string, ClusterOptions> Clusters { get; set; } = ImmutableSortedDictionary<string, ClusterOptions>.Empty;

    /// <summary>Connections to the shared database at most, 2 to 1000, beside two that only listen.</summary>
    public int MaxSharedConnections { get; set; } = 30;

    /// <summary>
    /// Connections to all tenants' databases together at most, 1 to 10000. By default a process fits into the 100 that a PostgreSQL accepts which nobody
    /// has configured, with <see cref="MaxSharedConnections"/>, two for each of <see cref="ProvisioningParallelism"/>, and a few that are just going.
    /// </summary>
    public int MaxTenantConnections { get; set; } = 50;

    /// <summary>How long an unused connection to a tenant's database stays open.</summary>
    public TimeSpan TenantIdleTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Memory that ready effective documents may take in this process, in bytes, from 1 MiB.</summary>
    public long MaxSnapshotBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>How many tenants' databases are created or migrated at once, 1 to 64.</summary>
    public int ProvisioningParallelism { get; set; } = 4;

    /// <summary>How often unfinished work of dead replicas is looked for.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether <c>PUBLIC</c> loses its right to connect to <c>postgres</c>, <c>template1</c> and the clusters' own databases for administration, so that
    /// tenants' roles reach nothing but their own. <c>false</c> for a server that other programs share and rely on it. Databases that Strata makes are closed anyway.
    /// </summary>
    public bool CloseCommonDatabases { get; set; } = true;

    /// <summary>
    /// How long events are kept for webhooks, at least two days. History and audit are kept for ever; a webhook that was away for longer misses what was forgotten meanwhile.
    /// </summary>
    public TimeSpan EventRetention { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How long what webhooks were given up on can be sent once more.</summary>
    public TimeSpan DeadLetterRetention { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How long unfinished writes are left alone, and answers kept.</summary>
    public WriteOptions Writes { get; set; } = new();
}

/// <summary>A PostgreSQL server that takes tenants' databases.</summary>
public sealed class ClusterOptions
{
    /// <summary>The region that data on it is in, e.g. <c>eu</c>; <c>null</c> takes tenants of any region.</summary>
    public string? Region { get; set; }

    /// <summary>Connection string of a role that may create databases and roles, to a database of this server that Strata may use for administration.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Tenants that it takes at most; <c>null</c> is no limit. A few more may slip in when several are created in the same moment.</summary>
    public int? Capacity { get; set; }
}
