using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Strata.Storage;

/// <summary>Statements with positional parameters (<c>$1</c>, <c>$2</c> ...).</summary>
internal static class Commands
{
    /// <summary>A statement without values.</summary>
    public static NpgsqlCommand Command(this NpgsqlConnection connection, string sql) => new(sql, connection);

    /// <summary>A statement with its values in order; <c>null</c> is SQL's null.</summary>
    /// <param name="connection">Where it runs.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="first">The value of <c>$1</c>. A parameter of its own, so that a lone array stays one value.</param>
    /// <param name="others">The values of <c>$2</c> and so on.</param>
    public static NpgsqlCommand Command(this NpgsqlConnection connection, string sql, object? first, params ReadOnlySpan<object?> others)
    {
        var command = new NpgsqlCommand(sql, connection);
        Bind(command.Parameters, first, others);
        return command;
    }

    /// <summary>A statement inside a transaction.</summary>
    public static NpgsqlCommand Command(this NpgsqlTransaction transaction, string sql) => transaction.Connection!.Command(sql);

    /// <summary>A statement with values inside a transaction.</summary>
    public static NpgsqlCommand Command(this NpgsqlTransaction transaction, string sql, object? first, params ReadOnlySpan<object?> others) =>
        transaction.Connection!.Command(sql, first, others);

    /// <summary>Statements that go to the server together: one way there and back, however many they are.</summary>
    public static NpgsqlBatch Batch(this NpgsqlTransaction transaction) => transaction.Connection!.CreateBatch();

    /// <summary>Appends a statement without values.</summary>
    public static NpgsqlBatch Add(this NpgsqlBatch batch, string sql)
    {
        batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
        return batch;
    }

    /// <summary>Appends a statement with its values in order; <c>null</c> is SQL's null.</summary>
    public static NpgsqlBatch Add(this NpgsqlBatch batch, string sql, object? first, params ReadOnlySpan<object?> others)
    {
        var command = new NpgsqlBatchCommand(sql);
        Bind(command.Parameters, first, others);
        batch.BatchCommands.Add(command);
        return batch;
    }

    private static void Bind(NpgsqlParameterCollection parameters, object? first, ReadOnlySpan<object?> others)
    {
        foreach (var value in (ReadOnlySpan<object?>)[first, .. others])
            parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value ?? DBNull.Value });
    }

    /// <summary>A text that may be missing, typed in any case: a prepared statement serves only one list of types.</summary>
    public static NpgsqlParameter Text(string? value) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)value ?? DBNull.Value };

    /// <summary>A number that may be missing, typed in any case.</summary>
    public static NpgsqlParameter Number(long? value) => new() { NpgsqlDbType = NpgsqlDbType.Bigint, Value = (object?)value ?? DBNull.Value };

    /// <summary>Runs all statements, if there are any, and forgets them.</summary>
    public static async Task RunAsync(this NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        await using (batch)
        {
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Runs all statements and reads what their queries give, one <see cref="RowsAsync"/> after the other.</summary>
    public static async Task<T> ReadAsync<T>(this NpgsqlBatch batch, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken)
    {
        await using (batch)
        {
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            var result = await read(reader);
            while (await reader.NextResultAsync(cancellationToken))
            {
                // A statement that failed says so only when its turn comes.
            }
            return result;
        }
    }

    /// <summary>Every row of the next query.</summary>
    public static async Task<List<T>> RowsAsync<T>(this NpgsqlDataReader reader, Func<NpgsqlDataReader, T> row, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(row(reader));
        await reader.NextResultAsync(cancellationToken);
        return rows;
    }

    /// <summary>Runs a statement and forgets it.</summary>
    public static async Task<int> RunAsync(this NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using (command)
            return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Every row of a query.</summary>
    public static async Task<List<T>> ReadAsync<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> row, CancellationToken cancellationToken)
    {
        await using (command)
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.RowsAsync(row, cancellationToken);
        }
    }

    /// <summary>A column that may be null.</summary>
    public static T? Nullable<T>(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? default : reader.GetFieldValue<T>(column);

    /// <summary>A moment as it stands in hashed documents: RFC 3339, UTC, microseconds.</summary>
    public static string Rfc3339(this DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
