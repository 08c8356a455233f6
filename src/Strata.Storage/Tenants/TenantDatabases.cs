using Npgsql;
using Strata.Model;

namespace Strata.Storage;

/// <summary>
/// Makes and migrates tenants' databases on their servers, as the servers' administrator. Every step may be repeated: whatever a killed run left is
/// taken up where it stopped.
/// </summary>
public sealed class TenantDatabases(Clusters clusters, StorageOptions options, Checkpoints checkpoints, MigrationSet migrations) : IDisposable
{
    // Each is the work of a server's disk: more at once make none of them faster.
    private readonly Turns _turns = new(options.ProvisioningParallelism);

    /// <summary>What every tenant's database is to have.</summary>
    internal MigrationSet Migrations => migrations;

    /// <summary>Frees what orders the work.</summary>
    public void Dispose() => _turns.Dispose();

    /// <summary>Makes the role and the database of a tenant; when the task ends the tenant can be written.</summary>
    internal async Task CreateAsync(TenantId tenant, TenantAccess access, CancellationToken cancellationToken)
    {
        using var turn = await _turns.TakeAsync(cancellationToken);
        var cluster = clusters.Get(access.Cluster);
        await using var lone = await LoneConnection.OpenAsync(cluster.Admin, cancellationToken);
        var admin = lone.Connection;
        // Two replicas may take up the same tenant; a session's lock ends with its session.
        await LockAsync(admin, access.Database, cancellationToken);
        await Ddl.RunAsync(admin.Command(EnsureRole, access.Role, ScramVerifier.Of(access.Password)), cancellationToken);
        await checkpoints.Reached("provisioning.role");
        var template = await EnsureTemplateAsync(admin, cluster, access.Installation, cancellationToken);
        await checkpoints.Reached("provisioning.template");
        await Ddl.RunAsync(admin.Command(CreateDatabase, access.Database, template), cancellationToken);
        await checkpoints.Reached("provisioning.database");
        await Ddl.RunAsync(admin.Command(Close, access.Database), cancellationToken);
        await Ddl.RunAsync(admin.Command(Admit, access.Database, access.Role), cancellationToken);
        await checkpoints.Reached("provisioning.connect");
        await using var inside = await LoneConnection.OpenAsync(cluster.AdminOf(access.Database), cancellationToken);
        await PrepareAsync(inside.Connection, access, cancellationToken);
        await checkpoints.Reached("provisioning.grants");
        await inside.Connection.Command(Identify, tenant.Text).RunAsync(cancellationToken);
        await checkpoints.Reached("provisioning.identity");
    }

    /// <summary>Brings one tenant's database to the newest schema.</summary>
    /// <exception cref="MigrationException">It does not fit, or a migration failed.</exception>
    internal async Task MigrateAsync(TenantAccess access, CancellationToken cancellationToken)
    {
        using var turn = await _turns.TakeAsync(cancellationToken);
        await using var inside = await LoneConnection.OpenAsync(clusters.Get(access.Cluster).AdminOf(access.Database), cancellationToken);
        await PrepareAsync(inside.Connection, access, cancellationToken);
    }

    private async Task PrepareAsync(NpgsqlConnection inside, TenantAccess access, CancellationToken cancellationToken)
    {
        // Two workers may be at one database when the lease of the first has run out, and grants of two at once hurt each other.
        await LockAsync(inside, access.Database, cancellationToken);
        await MigrationRunner.RunAsync(inside, migrations, cancellationToken);
        await inside.Command(AdmitRole, access.Role).RunAsync(cancellationToken);
    }

    private const string EnsureRole = """
        select format(
            case when exists (select from pg_roles where rolname = $1) then 'alter role %I password %L' else 'create role %I login noinherit password %L' end,
            $1, $2);
        """;

    private const string CreateDatabase = """
        select format('create database %I template %I strategy file_copy', $1, $2)
        where not exists (select from pg_database where datname = $1);
        """;

    private const string Close = """
        select format('revoke all on database %I from public', $1);
        """;

    private const string Admit = """
        select format('grant connect on database %I to %I', $1, $2);
        """;

    private const string AdmitRole = """
        select admit_tenant_role($1);
        """;

    private const string Identify = """
        insert into tenant_identity (tenant, incarnation) values ($1, 1) on conflict (singleton) do nothing;
        """;

    private const string TemplateIsReady = """
        select exists (select from pg_database where datname = $1 and datistemplate);
        """;

    private const string DropHalfATemplate = """
        select format('drop database %I with (force)', datname) from pg_database where datname = $1;
        """;

    private const string CreateTemplate = """
        select format('create database %I template template0 encoding ''UTF8'' strategy file_copy', $1);
        """;

    private const string SealTemplate = """
        select format('alter database %I with is_template true allow_connections false', $1);
        """;

    /// <summary>The database that new tenants are copied from: one per server and content of the migrations, closed to everybody.</summary>
    private async Task<string> EnsureTemplateAsync(NpgsqlConnection admin, Cluster cluster, string installation, CancellationToken cancellationToken)
    {
        var template = $"strata_{installation}_template_v{migrations.Newest}_{migrations.Fingerprint}";
        await LockAsync(admin, template, cancellationToken);
        if (!await IsReadyAsync(admin, template, cancellationToken))
        {
            if (options.CloseCommonDatabases)
                await PublicAccess.RevokeAsync(admin, withCommon: true, cancellationToken);
            await Ddl.RunAsync(admin.Command(DropHalfATemplate, template), cancellationToken);
            await Ddl.RunAsync(admin.Command(CreateTemplate, template), cancellationToken);
            await Ddl.RunAsync(admin.Command(Close, template), cancellationToken);
            await using (var inside = await LoneConnection.OpenAsync(cluster.AdminOf(template), cancellationToken))
                await MigrationRunner.RunAsync(inside.Connection, migrations, cancellationToken);
            await checkpoints.Reached("provisioning.template.migrated");
            await Ddl.RunAsync(admin.Command(SealTemplate, template), cancellationToken);
        }
        await admin.Command(Unlock, template).RunAsync(cancellationToken);
        return template;
    }

    private static async Task<bool> IsReadyAsync(NpgsqlConnection admin, string template, CancellationToken cancellationToken)
    {
        return (await admin.Command(TemplateIsReady, template).ReadAsync(static reader => reader.GetBoolean(0), cancellationToken)).Single();
    }

    private const string Lock = """
        select pg_advisory_lock(hashtextextended($1, 0));
        """;

    private const string Unlock = """
        select pg_advisory_unlock(hashtextextended($1, 0));
        """;

    private static Task LockAsync(NpgsqlConnection connection, string what, CancellationToken cancellationToken) =>
        connection.Command(Lock, what).RunAsync(cancellationToken);
}
