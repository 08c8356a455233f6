using Npgsql;
using Strata.Testing;

namespace Strata.Storage.Tests.Shared;

public sealed class MigrationRunnerTests(Servers servers)
{
    private static readonly Migration One = new(1, "create_thing", "create table thing (id integer primary key); insert into thing (id) values (1);");
    private static readonly Migration Two = new(2, "add_thing_name", "alter table thing add name text;");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migrations_run_once_and_in_order()
    {
        await using var connection = await OpenAsync();

        await MigrationRunner.RunAsync(connection, new MigrationSet(Two, One), Cancel);
        await MigrationRunner.RunAsync(connection, new MigrationSet(One, Two), Cancel);

        Assert.Equal("1 create_thing, 2 add_thing_name", await AppliedAsync(connection));
    }

    [Fact]
    public async Task A_changed_migration_is_refused_by_name()
    {
        await using var connection = await OpenAsync();
        await MigrationRunner.RunAsync(connection, new MigrationSet(One), Cancel);

        var changed = new MigrationSet(One with { Sql = One.Sql + " select 1;" });
        var refusal = await Assert.ThrowsAsync<MigrationException>(() => MigrationRunner.RunAsync(connection, changed, Cancel));

        Assert.Contains("Migration 1 (create_thing) was changed after it ran", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_from_the_future_is_refused()
    {
        await using var connection = await OpenAsync();
        await MigrationRunner.RunAsync(connection, new MigrationSet(One, Two), Cancel);

        var refusal = await Assert.ThrowsAsync<MigrationException>(() => MigrationRunner.RunAsync(connection, new MigrationSet(One), Cancel));

        Assert.Contains("it has migration 2 (add_thing_name), this program knows 1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_migration_leaves_nothing_of_itself()
    {
        await using var connection = await OpenAsync();
        var broken = new Migration(2, "break", "insert into thing (id) values (2); insert into thing (id) values (1);");

        var failure = await Assert.ThrowsAsync<MigrationException>(() => MigrationRunner.RunAsync(connection, new MigrationSet(One, broken), Cancel));

        Assert.Contains("Migration 2 (break) failed", failure.Message, StringComparison.Ordinal);
        Assert.Equal("1 create_thing", await AppliedAsync(connection));
        Assert.Equal(1L, await ScalarAsync(connection, "select count(*) from thing"));
    }

    [Fact]
    public async Task Many_starters_migrate_one_database_at_once()
    {
        var database = await servers.CreateDatabaseAsync(Cancel);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var replica = Installation.Open(database, []);
            await replica.Get<SharedDatabase>().MigrateAsync(Cancel);
        }));

        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(Cancel);
        Assert.Equal(1L, await ScalarAsync(connection, "select count(*) from installation"));
        Assert.Equal((long)MigrationSet.Shared().Newest, await ScalarAsync(connection, "select count(*) from schema_migration"));
    }

    [Fact]
    public async Task A_starter_outlasts_another_one_that_closes_the_same_database()
    {
        var database = await servers.CreateDatabaseAsync(Cancel);
        await using var replica = Installation.Open(database, []);
        await using var other = new NpgsqlConnection(database);
        await other.OpenAsync(Cancel);
        await using var transaction = await other.BeginTransactionAsync(Cancel);
        await ScalarAsync(other, $"revoke all on database \"{other.Database}\" from public");

        var starter = replica.Get<SharedDatabase>().MigrateAsync(Cancel);
        await Waiting.UntilAsync(
            async () => starter.IsCompleted || await ScalarAsync(other, "select count(*) from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid))") is not 0L, Cancel);
        await transaction.CommitAsync(Cancel);

        await starter;
        Assert.Equal(false, await ScalarAsync(other, "select has_database_privilege('public', current_database(), 'connect')"));
    }

    [Fact]
    public void Migrations_without_a_number_between_them_are_no_set() =>
        Assert.Throws<ArgumentException>(() => new MigrationSet(One, Two with { Number = 3 }));

    [Fact]
    public void Line_ends_do_not_change_a_checksum() =>
        Assert.Equal(new Migration(1, "a", "select 1;\nselect 2;").Checksum, new Migration(1, "a", "select 1;\r\nselect 2;").Checksum);

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(await servers.CreateDatabaseAsync(Cancel));
        await connection.OpenAsync(Cancel);
        return connection;
    }

    private static async Task<string> AppliedAsync(NpgsqlConnection connection) =>
        (string)(await ScalarAsync(connection, "select string_agg(number || ' ' || name, ', ' order by number) from schema_migration"))!;

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancel);
    }
}
