using Npgsql;
using Strata.Model;

namespace Strata.Storage;

/// <summary>Which server a new tenant's database goes to: residency is placement.</summary>
internal static class Placement
{
    private const string CountTenants = """
        select cluster, count(*) from tenant where status <> 'offboarded' group by cluster
        """;

    /// <summary>The emptiest server of a region that has room; with no region asked for, of the first server's region.</summary>
    public static async Task<Result<Cluster>> ChooseAsync(NpgsqlConnection shared, Clusters clusters, string? region, CancellationToken cancellationToken)
    {
        var wanted = region ?? clusters.Placeable[0].Region;
        var inRegion = clusters.Placeable.Where(cluster => cluster.Region is null || cluster.Region == wanted).ToArray();
        if (inRegion.Length == 0)
        {
            var known = string.Join(", ", clusters.Placeable.Select(cluster => cluster.Region).Distinct().Order(StringComparer.Ordinal));
            return new Error(ErrorCodes.InvalidArgument, $"There is no cluster in region '{wanted}' (there are clusters in: {known}).");
        }
        var rows = await shared.Command(CountTenants).ReadAsync(static reader => (Cluster: reader.GetString(0), Tenants: reader.GetInt64(1)), cancellationToken);
        var counts = rows.ToDictionary(row => row.Cluster, row => row.Tenants);
        var withRoom = inRegion.Where(cluster => counts.GetValueOrDefault(cluster.Name) < (cluster.Capacity ?? long.MaxValue));
        return withRoom.MinBy(cluster => counts.GetValueOrDefault(cluster.Name)) is { } emptiest
            ? emptiest
            : new Error(ErrorCodes.Conflict, $"Every cluster in region '{wanted}' is full. Add one, or raise the Capacity of one.");
    }
}
