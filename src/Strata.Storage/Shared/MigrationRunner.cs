using System.Globalization;
using Npgsql;

namespace Strata.Storage;

/// <summary>A database's schema and this program do not fit together, or a migration failed. The message is for the operator and names no server or database.</summary>
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
        insert into schema_migration (number, name, checksum) values ($1, $2, $3);
        """;

    private static async Task<bool> ApplyNextAsync(NpgsqlConnection connection, MigrationSet migrations, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.Command(Lock).RunAsync(cancellationToken);
        var applied = await AppliedAsync(connection, cancellationToken);
        Check(applied, migrations);
        if (migrations.All.FirstOrDefault(migration => !applied.ContainsKey(migration.Number)) is not { } next)
            return false;
        if (applied.Count == 0)
            await connection.Command(CreateTable).RunAsync(cancellationToken);
        try
        {
            await connection.Command(next.Sql).RunAsync(cancellationToken);
        }
        catch (PostgresException failed) when (!failed.IsLost())
        {
            throw new MigrationException($"Migration {next.Number} ({next.Name}) failed: {failed.MessageText}", failed);
        }
        await connection.Command(Record, next.Number, next.Name, next.Checksum).RunAsync(cancellationToken);
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
        if (!(await connection.Command(Exists).ReadAsync(static reader => reader.GetBoolean(0), cancellationToken)).Single())
            return [];
        var applied = await connection.Command(Applied).ReadAsync(
            static reader => (Number: reader.GetInt32(0), Name: reader.GetString(1), Checksum: reader.GetString(2)), cancellationToken);
        return applied.ToDictionary(row => row.Number, row => (row.Name, row.Checksum));
    }

    private static void Check(Dictionary<int, (string Name, string Checksum)> applied, MigrationSet migrations)
    {
        foreach (var (number, (name, checksum)) in applied.OrderBy(row => row.Key))
        {
            if (number > migrations.Newest)
            {
                throw new MigrationException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The database is newer than this program: it has migration {number} ({name}), this program knows {migrations.Newest}. Start the newer Strata."));
            }
            if (migrations.All[number - 1].Checksum != checksum)
            {
                throw new MigrationException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Migration {number} ({name}) was changed after it ran. Restore the file and put the change into a new migration."));
            }
        }
    }
}
