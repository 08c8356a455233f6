using Npgsql;
using Strata.Model;
using Strata.Testing;

namespace Strata.Storage.Tests.Tenants;

public sealed class IsolationTests(Servers servers)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tenants_role_reaches_no_database_but_its_own()
    {
        await using var strata = await AcmeAndGlobexAsync();
        var own = await OwnAsync(strata, "acme");
        var globex = await strata.SharedAsync("select database_name from tenant where id = 'globex'");
        var shared = new NpgsqlConnectionStringBuilder(strata.ConnectionString).Database;
        var reached = new List<string>();

        foreach (var database in (string[])[(string)globex!, shared!, "postgres", "template1"])
        {
            if (await StateOfAsync(new(own) { Database = database }) is not PostgresErrorCodes.InsufficientPrivilege)
                reached.Add(database);
        }

        Assert.Empty(reached);
        Assert.Null(await StateOfAsync(new(own)));
    }

    [Fact]
    public async Task Nobody_reaches_the_template()
    {
        await using var strata = await AcmeAndGlobexAsync();
        var template = await strata.SharedAsync(
            "select datname from pg_database, installation where starts_with(datname, format('strata_%s_template_', installation.id))");

        var state = await StateOfAsync(new(strata.ConnectionString) { Database = (string)template! });

        Assert.Equal(PostgresErrorCodes.ObjectNotInPrerequisiteState, state);
    }

    [Theory]
    [InlineData("update revision set author = 'me'")]
    [InlineData("delete from revision")]
    [InlineData("truncate revision")]
    [InlineData("update audit_event set body = '{}'")]
    [InlineData("delete from audit_event")]
    [InlineData("truncate audit_event")]
    [InlineData("delete from audit_head")]
    [InlineData("delete from intent_outcome")]
    [InlineData("update intent_outcome set outcome = 'abandoned'")]
    [InlineData("update tenant_identity set incarnation = 2")]
    [InlineData("delete from schema_migration")]
    [InlineData("alter table revision disable trigger all")]
    [InlineData("drop table revision")]
    [InlineData("create table mine (id integer)")]
    [InlineData("create temporary table mine (id integer)")]
    [InlineData("create schema mine")]
    [InlineData("select admit_tenant_role('postgres')")]
    [InlineData("create role mine")]
    [InlineData("create database mine")]
    [InlineData("create extension dblink")]
    [InlineData("set session authorization pg_database_owner")]
    [InlineData("alter role current_user superuser")]
    [InlineData("select rolpassword from pg_authid")]
    [InlineData("select pg_read_file('/etc/passwd')")]
    [InlineData("copy revision (document) from '/etc/passwd'")]
    [InlineData("copy revision to program 'id'")]
    [InlineData("select lo_import('/etc/passwd')")]
    [InlineData("select pg_ls_dir('/')")]
    [InlineData("copy revision to '/tmp/revisions'")]
    [InlineData("set role pg_read_server_files")]
    [InlineData("set session_replication_role = replica")]
    [InlineData("alter system set log_statement = 'all'")]
    [InlineData("create publication everything for all tables")]
    public async Task A_tenants_role_may_not(string statement)
    {
        await using var strata = await AcmeAndGlobexAsync();
        await using var rented = await strata.Get<TenantConnections>().RentAsync(TenantId.Parse("acme"), Cancel);

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => rented.Connection.Command(statement).RunAsync(Cancel));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
    }

    [Theory]
    [InlineData("update revision set author = 'me'")]
    [InlineData("delete from revision")]
    [InlineData("truncate revision")]
    [InlineData("update audit_event set body = '{}'")]
    [InlineData("delete from audit_event")]
    [InlineData("truncate audit_event")]
    public async Task Not_even_the_tables_owner_may(string statement)
    {
        await using var strata = await AcmeAndGlobexAsync();
        var admin = await strata.AdminOfAsync(TenantId.Parse("acme"));
        await Installation.ScalarAsync(admin, """
            insert into revision (number, incarnation, kind, document, author, at, parent, change_id, schema_version, hash)
            values (1, 1, 'change', '{}', 'me', now(), 0, gen_random_uuid(), 'test', '\x');
            insert into audit_event (sequence, body, hash, at) values (1, '{"actor":"me","action":"a","scope":"s"}', '\x', now());
            """);

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => Installation.ScalarAsync(admin, statement));

        Assert.Equal("23001", refusal.SqlState);
    }

    [Fact]
    public async Task The_administrator_need_not_be_a_superuser()
    {
        var superuser = await servers.CreateDatabaseAsync(Cancel);
        var database = new NpgsqlConnectionStringBuilder(superuser) { Username = "plain_administrator" };
        await Installation.ScalarAsync(superuser, $"create role plain_administrator login createdb createrole; alter database {database.Database} owner to plain_administrator");
        await using var strata = Installation.Open(database.ConnectionString, []);
        await strata.Get<SharedDatabase>().MigrateAsync(Cancel);
        await strata.PlatformAsync();

        var tenant = await strata.TenantAsync("acme");

        await using var rented = await strata.Get<TenantConnections>().RentAsync(tenant.Id, Cancel);
        Assert.Single(await rented.Connection.Command("select tenant from tenant_identity").ReadAsync(reader => reader.GetString(0), Cancel));
    }

    private async Task<Installation> AcmeAndGlobexAsync()
    {
        var strata = await Installation.CreateAsync(servers, ("Storage:CloseCommonDatabases", "true"));
        await strata.PlatformAsync();
        await strata.TenantAsync("acme");
        await strata.TenantAsync("globex");
        return strata;
    }

    private static async Task<string> OwnAsync(Installation strata, string tenant)
    {
        var access = await strata.Get<TenantRegistry>().FindAccessAsync(TenantId.Parse(tenant), Cancel);
        return strata.Get<Clusters>().Get(access!.Cluster).TenantOf(access);
    }

    /// <summary>What PostgreSQL answers to an attempt to connect; <c>null</c> when it lets one in.</summary>
    private static async Task<string?> StateOfAsync(NpgsqlConnectionStringBuilder address)
    {
        address.Pooling = false;
        await using var connection = new NpgsqlConnection(address.ConnectionString);
        try
        {
            await connection.OpenAsync(Cancel);
            return null;
        }
        catch (PostgresException refused)
        {
            return refused.SqlState;
        }
    }
}
