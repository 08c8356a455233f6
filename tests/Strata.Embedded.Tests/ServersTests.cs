using Npgsql;
using Strata.Testing;

[assembly: AssemblyFixture(typeof(Servers))]

namespace Strata.Embedded.Tests;

public sealed class ServersTests(Servers servers)
{
    [Fact]
    public async Task Each_test_gets_a_database_of_its_own()
    {
        var token = TestContext.Current.CancellationToken;

        var databases = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => servers.CreateDatabaseAsync(token)));

        Assert.Equal(8, databases.Distinct().Count());
        foreach (var database in databases)
            Assert.Equal(0L, await ScalarAsync(database, "select count(*) from pg_tables where schemaname = 'public'", token));
    }

    [Fact]
    public async Task A_template_is_copied_with_its_content()
    {
        var token = TestContext.Current.CancellationToken;
        var template = await servers.CreateDatabaseAsync(token);
        await ScalarAsync(template, "create table t as select 42 as answer", token);

        var copy = await servers.CreateDatabaseAsync(new NpgsqlConnectionStringBuilder(template).Database!, token);

        Assert.Equal(42, await ScalarAsync(copy, "select answer from t", token));
    }

    [Fact]
    public async Task What_is_dropped_is_gone_even_where_it_is_a_template_or_in_use()
    {
        var token = TestContext.Current.CancellationToken;
        var template = new NpgsqlConnectionStringBuilder(await servers.CreateDatabaseAsync(token)).Database!;
        await ScalarAsync(await servers.PostgresAsync(token), $"alter database {template} with is_template true allow_connections false", token);
        var used = await servers.CreateDatabaseAsync(token);
        await using var user = new NpgsqlConnection(used);
        await user.OpenAsync(token);
        var database = new NpgsqlConnectionStringBuilder(used).Database!;

        await servers.DropAsync([template, database, "no-such-database"]);

        Assert.Equal(0L, await ScalarAsync(await servers.PostgresAsync(token), $"select count(*) from pg_database where datname in ('{template}', '{database}')", token));
    }

    private static async Task<object?> ScalarAsync(string connectionString, string sql, CancellationToken token)
    {
        // Without a pool nobody stays connected to a database that is to be copied.
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(token);
    }
}
