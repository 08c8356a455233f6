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
    }.ConnectionString;
}

/// <summary>The servers of the settings.</summary>
public sealed class Clusters
{
    private readonly FrozenDictionary<string, Cluster> _byName;

    /// <summary>Reads the settings.</summary>
    public Clusters(StorageOptions options)
    {
        var shared = new Cluster(StorageOptions.DefaultCluster, Region: null, Unpooled(options.Shared), Capacity: null);
        var configured = options.Clusters.Select(entry => new Cluster(entry.Key, entry.Value.Region, Unpooled(entry.Value.ConnectionString), entry.Value.Capacity));
        Placeable = options.Clusters.IsEmpty ? [shared] : [.. configured];
        // Tenants from the time before there were clusters stay where they are.
        _byName = Placeable.Append(shared).DistinctBy(cluster => cluster.Name).ToFrozenDictionary(cluster => cluster.Name);
    }

    /// <summary>The servers that take new tenants, by name.</summary>
    public ImmutableArray<Cluster> Placeable { get; }

    /// <summary>A server by name; <c>null</c> when the settings have none.</summary>
    public Cluster? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>A server that a tenant lives on.</summary>
    /// <exception cref="InvalidOperationException">The settings have lost it.</exception>
    public Cluster Get(string name) => Find(name)
        ?? throw new InvalidOperationException($"Tenants live on cluster '{name}', which the settings do not name. Set Clusters__{name}__ConnectionString.");

    private static string Unpooled(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = "strata" }.ConnectionString;
}
