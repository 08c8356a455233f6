using Strata.Model;

namespace Strata.Storage;

/// <summary>How a tenant's database is entered. Never leaves this project.</summary>
internal sealed record TenantAccess(string Cluster, string Database, string Role, string Password)
{
    /// <summary>Without the password, which logs must not see.</summary>
    public override string ToString() => $"{Role}@{Cluster}/{Database}";
}

/// <summary>Which tenants there are, and where they live.</summary>
public sealed class TenantRegistry(SharedDatabase shared)
{
    private const string FindAccess = """
        select cluster, database_name, role_name, role_password from tenant where id = @id;
        """;

    internal async Task<TenantAccess?> FindAccessAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var command = shared.Source.CreateCommand(FindAccess);
        command.Parameters.AddWithValue("id", tenant.Text);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new TenantAccess(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3))
            : null;
    }
}
