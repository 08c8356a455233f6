using System.Collections.Immutable;
using System.Globalization;
using Npgsql;

namespace Strata.Storage.Tests.Audit;

/// <summary>One thing that somebody with a superuser's rights does to one row.</summary>
/// <param name="Table">The table.</param>
/// <param name="Column">The column; <c>null</c> for a row that goes or comes.</param>
/// <param name="Rows">The rows concerned, as findings call them; none for a row that comes, and where any will do.</param>
/// <param name="What">In words.</param>
/// <param name="Sql">The statement.</param>
internal sealed record Tampering(string Table, string? Column, ImmutableArray<string> Rows, string What, string Sql);

/// <summary>
/// Every change of one column of one row, every row deleted and every row put in a second time, in every table that a database has. Made of what the
/// database itself says of its tables, so that no later column is forgotten.
/// </summary>
internal sealed class Tamperer(NpgsqlConnection connection, CancellationToken cancellationToken)
{
    private const string SelectColumns = """
        select columns.table_name::text, columns.column_name::text, columns.udt_name::text, columns.is_nullable = 'YES',
               exists (
                   select from pg_index
                   where indrelid = format('%I', columns.table_name)::regclass and indisunique and columns.ordinal_position = any (indkey))
        from information_schema.columns
        join information_schema.tables using (table_schema, table_name)
        where table_schema = 'public' and table_type = 'BASE TABLE'
        order by columns.table_name, columns.ordinal_position
        """;

    // Columns that follow from others are not left alone either.
    private const string Disarm = History.Disarm + """

        create schema saved;
        do $$
        declare found record;
        begin
            for found in select attrelid::regclass as owner, attname from pg_attribute where attgenerated = 's' and attrelid::regclass::text not like '%.%' loop
                execute format('alter table %s alter column %I drop expression', found.owner, found.attname);
            end loop;
            for found in select tablename from pg_tables where schemaname = 'public' loop
                execute format('create table saved.%I as table public.%I', found.tablename, found.tablename);
            end loop;
        end
        $$;
        """;

    // Of each table, spread over it: enough for every kind of layer.
    private const int MostRows = 6;

    /// <summary>How findings call the rows of a table, and what they name where a row is not there to be named.</summary>
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["audit_event"] = "array[sequence::text]",
        ["event"] = "array[scope || ' ' || sequence, layer]",
        ["event_head"] = "array[scope]",
        ["layer_head"] = "array[layer]",
        ["layer_leaf"] = "array[layer || ' ' || pointer]",
        ["layer_revision"] = "array[layer || ' ' || number]",
        ["platform"] = "array[id]",
        ["revision"] = "array['tenant:acme ' || number]",
        ["tenant"] = "array[id]",
        ["tenant_identity"] = "array[tenant]",
    };

    private sealed record Row(string Id, string Text, ImmutableArray<string> Names);

    private sealed record Column(string Table, string Name, string Type, bool IsNullable, bool IsUnique);

    /// <summary>The tables, by name.</summary>
    public ImmutableArray<string> Tables { get; private set; }

    /// <summary>Takes the guards down, keeps a copy of everything, and gives all that can be done.</summary>
    public async Task<ImmutableArray<Tampering>> BeginAsync()
    {
        await RunAsync(Disarm);
        var columns = await ReadAsync(SelectColumns, static reader => new Column(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetBoolean(3), reader.GetBoolean(4)));
        Tables = [.. columns.Select(column => column.Table).Distinct()];
        var all = ImmutableArray.CreateBuilder<Tampering>();
        foreach (var table in columns.GroupBy(column => column.Table))
        {
            // From now on rows have their places, time and again.
            await UndoAsync(table.Key);
            var rows = await ReadAsync(
                $"select ctid::text, left({table.Key}::text, 60), {Names.GetValueOrDefault(table.Key, "array[null::text]")} from {table.Key} order by 2",
                static reader => new Row(reader.GetString(0), reader.GetString(1), [.. reader.GetFieldValue<string?[]>(2).OfType<string>()]));
            foreach (var row in rows.Where((_, index) => index % ((rows.Count + MostRows - 1) / MostRows) == 0))
                all.AddRange(Of([.. table], row));
            foreach (var (one, other) in rows.Zip(rows.Skip(1)))
                all.Add(Swapped([.. table], one, other));
        }
        return all.DrainToImmutable();
    }

    /// <summary>Does it; <c>false</c> when it comes to nothing: the value is the same, or another row has the key.</summary>
    public async Task<bool> DoAsync(Tampering tampering)
    {
        try
        {
            return await RunAsync(tampering.Sql) > 0;
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return false;
        }
    }

    /// <summary>Puts a table back as it was.</summary>
    public Task UndoAsync(string table) => RunAsync($"truncate public.{table}; insert into public.{table} overriding system value select * from saved.{table};");

    private static IEnumerable<Tampering> Of(ImmutableArray<Column> columns, Row row)
    {
        var table = columns[0].Table;
        foreach (var column in columns)
        {
            foreach (var value in Others(column))
                yield return new Tampering(table, column.Name, column.IsUnique ? row.Names : [.. row.Names.Take(1)], $"{column.Name} = {value} in {row.Text}", $"update {table} set {column.Name} = {value} where ctid = '{row.Id}' and {column.Name} is distinct from {value}");
        }
        yield return new Tampering(table, null, row.Names, $"without {row.Text}", $"delete from {table} where ctid = '{row.Id}'");
        var copy = columns.Select(column => column.IsUnique ? Others(column).First() : column.Name);
        yield return new Tampering(
            table, null, [], $"one more like {row.Text}",
            $"insert into {table} ({string.Join(", ", columns.Select(column => column.Name))}) overriding system value select {string.Join(", ", copy)} from {table} where ctid = '{row.Id}'");
    }

    private static Tampering Swapped(ImmutableArray<Column> columns, Row one, Row other)
    {
        var names = string.Join(", ", columns.Where(column => !column.IsUnique).DefaultIfEmpty(columns[^1]).Select(column => column.Name));
        var table = columns[0].Table;
        return new Tampering(
            table, null, [.. one.Names, .. other.Names], $"{one.Text} and {other.Text} exchanged",
            $"update {table} set ({names}) = (select {names} from {table} as other where other.ctid = case {table}.ctid when '{one.Id}' then '{other.Id}'::tid else '{one.Id}' end) where ctid in ('{one.Id}', '{other.Id}')");
    }

    private static IEnumerable<string> Others(Column column)
    {
        string[] others = column.Type switch
        {
            // Once so that it is no JSON any more, once so that it still is, and once so that it is another kind of it.
            "text" => [$"coalesce({column.Name}, '') || 'x'", $@"regexp_replace({column.Name}, '\d(?=\D*$)', '7')", "'[]'"],
            "int4" or "int8" => [$"coalesce({column.Name}, 0) + {(column.IsUnique ? 1000 : 1)}", $"greatest({column.Name} - 1, 0)", "-1"],
            "bytea" => [@"'\x00'::bytea"],
            "timestamptz" => [$"coalesce({column.Name}, now()) + interval '1 microsecond'", "'infinity'", "'0044-03-15 BC'"],
            "uuid" => ["gen_random_uuid()"],
            "bool" => [$"not {column.Name}"],
            "xid8" => ["'1'::xid8"],
            "pg_snapshot" => ["'1:1:'::pg_snapshot"],
            var type => throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture, $"How does one tamper with {type} ({column})?")),
        };
        return column.IsNullable ? [.. others, "null"] : others;
    }

    private async Task<int> RunAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> row)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(row(reader));
        return rows;
    }
}
