using System.Globalization;
using Npgsql;

namespace Strata.Storage;

/// <summary>A database's schema and this program do not fit together, or a migration failed. The message is for the operator.</summary>
public sealed class MigrationException : Exception
{
    /// <summary>A refusal.</summary>
    public MigrationException(string message) : base(message)
    {
    }

    /// <summary>A failure with its cause.</summary>
    public MigrationException(string message, Exception cause) : base(message, cause)
    {
    }
}

/// <summary>
/// Brings one database to the newest schema. Each migration is one transaction under an advisory lock, so any number of programs may start at once
/// and one that is killed leaves nothing half done.
/// </summary>
public static class MigrationRunner
{
    /// <summary>Applies what is missing.</summary>
    /// <param name="connection">An open connection of the role that is to own the tables.</param>
    /// <param name="migrations">What the database must have.</param>
    /// <param name="cancellationToken">Stops between two statements.</param>
    /// <exception cref="MigrationException">The database is newer than this program, a migration was changed after it ran, or one failed.</exception>
    public static async Task RunAsync(NpgsqlConnection connection, MigrationSet migrations, CancellationToken cancellationToken)
    {
        while (await ApplyNextAsync(connection, migrations, cancellationToken))
        {
            // One transaction each: what is done stays done.
        }
    }

    private const string Lock = """
        select pg_advisory_xact_lock(hashtextextended('strata.migrations', 0));
        """;

    private const string CreateTable = """
        create table if not exists schema_migration (
            number     integer primary key,
            name       text not null,
            checksum   text not null,
            applied_at timestamptz not null default now()
        );
        """;

    private const string Record = """
        insert into schema_migration (number, name, checksum) values (@number, @name, @checksum);
        """;

    private static async Task<bool> ApplyNextAsync(NpgsqlConnection connection, MigrationSet migrations, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, Lock, cancellationToken);
        var applied = await AppliedAsync(connection, cancellationToken);
        Check(connection.Database, applied, migrations);
        if (migrations.All.FirstOrDefault(migration => !applied.ContainsKey(migration.Number)) is not { } next)
            return false;
        if (applied.Count == 0)
            await ExecuteAsync(connection, CreateTable, cancellationToken);
        try
        {
            await ExecuteAsync(connection, next.Sql, cancellationToken);
        }
        catch (PostgresException failed) when (!failed.IsTransient)
        {
            throw new MigrationException($"Migration {next.Number} ({next.Name}) failed in database '{connection.Database}': {failed.MessageText}", failed);
        }
        await using var record = new NpgsqlCommand(Record, connection);
        record.Parameters.AddWithValue("number", next.Number);
        record.Parameters.AddWithValue("name", next.Name);
        record.Parameters.AddWithValue("checksum", next.Checksum);
        await record.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private const string Exists = """
        select to_regclass('schema_migration') is not null;
        """;

    private const string Applied = """
        select number, name, checksum from schema_migration;
        """;

    private static async Task<Dictionary<int, (string Name, string Checksum)>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var applied = new Dictionary<int, (string, string)>();
        await using (var exists = new NpgsqlCommand(Exists, connection))
        {
            if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
                return applied;
        }
        await using var command = new NpgsqlCommand(Applied, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            applied.Add(reader.GetInt32(0), (reader.GetString(1), reader.GetString(2)));
        return applied;
    }

    private static void Check(string database, Dictionary<int, (string Name, string Checksum)> applied, MigrationSet migrations)
    {
        foreach (var (number, (name, checksum)) in applied.OrderBy(row => row.Key))
        {
            if (number > migrations.Newest)
            {
                throw new MigrationException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Database '{database}' is newer than this program: it has migration {number} ({name}), this program knows {migrations.Newest}. Start the newer Strata."));
            }
            if (migrations.All[number - 1].Checksum != checksum)
            {
                throw new MigrationException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Migration {number} ({name}) was changed after it ran in database '{database}'. Restore the file and put the change into a new migration."));
            }
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
