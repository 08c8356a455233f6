using System.Collections.Frozen;
using System.Collections.Immutable;
using Npgsql;

namespace Strata.Storage;

/// <summary>One server for tenants' databases, ready to use.</summary>
/// <param name="Name">Its name in the settings.</param>
/// <param name="Region">The region that it is in; <c>null</c> takes tenants of any.</param>
/// <param name="Admin">Connection string of the administrator, unpooled.</param>
/// <param name="Capacity">Tenants at most; <c>null</c> is no limit.</param>
public sealed record Cluster(string Name, string? Region, string Admin, int? Capacity)
{
    /// <summary>The administrator's way into another database of the server.</summary>
    internal string AdminOf(string database) => new NpgsqlConnectionStringBuilder(Admin) { Database = database }.ConnectionString;

    /// <summary>A tenant's own way into its database.</summary>
    internal string TenantOf(TenantAccess access) => new NpgsqlConnectionStringBuilder(Admin)
    {
        Database = access.Database,
        Username = access.Role,
        Password = access.Password,
        CommandTimeout = 30,
    }.ConnectionString;
}

/// <summary>Tenants live on a cluster that the settings no longer name.</summary>
/// <param name="cluster">Its name.</param>
public sealed class ClusterMissingException(string cluster)
    : Exception($"Tenants live on cluster '{cluster}', which the settings do not name. Set Clusters__{cluster}__ConnectionString.");

/// <summary>The servers of the settings.</summary>
public sealed class Clusters
{
    private const int AtOnce = 8;

    private readonly FrozenDictionary<string, Cluster> _byName;

    /// <summary>Reads the settings.</summary>
    public Clusters(StorageOptions options)
    {
        var shared = new Cluster(StorageOptions.DefaultCluster, Region: null, Unpooled(options.Shared), Capacity: null);
        var configured = options.Clusters.Select(entry => new Cluster(entry.Key, Region(entry.Value), Unpooled(entry.Value.ConnectionString), entry.Value.Capacity));
        Placeable = options.Clusters.IsEmpty ? [shared] : [.. configured];
        // Tenants from the time before there were clusters stay where they are.
        _byName = Placeable.Append(shared).DistinctBy(cluster => cluster.Name).ToFrozenDictionary(cluster => cluster.Name);
    }

    /// <summary>The servers that take new tenants, by name.</summary>
    public ImmutableArray<Cluster> Placeable { get; }

    /// <summary>A server that a tenant lives on.</summary>
    /// <exception cref="ClusterMissingException">The settings have lost it.</exception>
    public Cluster Get(string name) => _byName.GetValueOrDefault(name) ?? throw new ClusterMissingException(name);

    /// <summary>Does the work of each cluster, of several at once, so that one that is away keeps the others from nothing.</summary>
    internal static Task ForEachAsync<T>(IEnumerable<T> clusters, Func<T, CancellationToken, Task> work, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        clusters, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, (cluster, token) => new ValueTask(work(cluster, token)));

    // An empty environment variable is as good as none.
    private static string? Region(ClusterOptions cluster) => string.IsNullOrWhiteSpace(cluster.Region) ? null : cluster.Region;

    // Creating a database waits for a checkpoint, which takes its time on a busy server.
    private static string Unpooled(string connectionString) => new NpgsqlConnectionStringBuilder($"Max Auto Prepare=50;{connectionString}")
    {
        Pooling = false,
        ApplicationName = "strata",
        CommandTimeout = 300,
    }.ConnectionString;
}
