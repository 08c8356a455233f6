using System.Collections.Immutable;
using Npgsql;

namespace Strata.Storage;

/// <summary>
/// Statements that take names but no parameters (roles, databases, grants). PostgreSQL itself quotes the names: a query composes the statement
/// with <c>format('%I')</c>, and its result is executed.
/// </summary>
internal static class Ddl
{
    /// <summary>Runs a query whose every row is a statement.</summary>
    public static async Task<ImmutableArray<string>> ComposeAsync(
        NpgsqlConnection connection, string query, ImmutableArray<(string Name, string Value)> parameters, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(query, connection);
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var statements = ImmutableArray.CreateBuilder<string>();
        while (await reader.ReadAsync(cancellationToken))
            statements.Add(reader.GetString(0));
        return statements.DrainToImmutable();
    }

    /// <summary>Runs one statement.</summary>
    public static async Task ExecuteAsync(NpgsqlConnection connection, string statement, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Composes and runs.</summary>
    public static async Task RunAsync(
        NpgsqlConnection connection, string query, ImmutableArray<(string Name, string Value)> parameters, CancellationToken cancellationToken)
    {
        foreach (var statement in await ComposeAsync(connection, query, parameters, cancellationToken))
            await ExecuteAsync(connection, statement, cancellationToken);
    }
}
