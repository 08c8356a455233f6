using Npgsql;

namespace Strata.Storage;

/// <summary>
/// Statements that take names but no parameters (roles, databases, grants). PostgreSQL itself quotes the names: a query composes the statement
/// with <c>format('%I')</c>, and its result is executed.
/// </summary>
internal static class Ddl
{
    /// <summary>Runs a query whose every row is a statement, then the statements.</summary>
    public static async Task RunAsync(NpgsqlCommand query, CancellationToken cancellationToken)
    {
        var connection = query.Connection!;
        foreach (var statement in await query.ReadAsync(static reader => reader.GetString(0), cancellationToken))
            await connection.Command(statement).RunAsync(cancellationToken);
    }
}
