using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Strata.Cli.Options;

namespace Strata.Cli.Output;

/// <summary>Writes JSON values for people and for programs.</summary>
internal static class DocumentOutput
{
    // Not for HTML: umlauts and quotes stay readable.
    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Indented = new(OneLine) { WriteIndented = true };

    /// <summary>Writes a value; as a table an object becomes a line per leaf and a scalar stands alone.</summary>
    public static async Task WriteAsync(Terminal terminal, JsonNode? value, OutputFormat format)
    {
        switch (format)
        {
            case OutputFormat.Json:
                await terminal.Out.WriteLineAsync(value?.ToJsonString(Indented) ?? "null");
                break;
            case OutputFormat.Yaml:
                await terminal.Out.WriteAsync(YamlText.Write(value));
                break;
            case OutputFormat.Name:
                await terminal.Out.WriteLineAsync((string?)value?["id"] ?? "");
                break;
            case OutputFormat.Table:
                if (value is JsonObject or JsonArray)
                    await TextTable.WriteAsync(terminal, [], Leaves(JsonPointer.Root, value).Select(leaf => (string[])[leaf.Pointer.Text, Short(leaf.Value)]));
                else
                    await terminal.Out.WriteLineAsync(value is JsonValue scalar && scalar.TryGetValue<string>(out var text) ? text : Short(value));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, null);
        }
    }

    /// <summary>Writes a list of things that have an `id`; as a table with a column for each name.</summary>
    public static async Task WriteListAsync(Terminal terminal, IReadOnlyList<JsonNode> items, OutputFormat format, params string[] columns)
    {
        if (format == OutputFormat.Name)
        {
            foreach (var item in items)
                await terminal.Out.WriteLineAsync((string?)item["id"]);
        }
        else if (format == OutputFormat.Table)
        {
            var headings = columns.Select(column => column.ToUpperInvariant());
            var rows = items.Select(item => columns.Select(column => Cell(item[column])).ToArray());
            await TextTable.WriteAsync(terminal, [.. headings], rows, row => OfStatus(columns, row));
        }
        else
        {
            await WriteAsync(terminal, new JsonArray([.. items.Select(item => item.DeepClone())]), format);
        }
    }

    /// <summary>A value as a table shows it: texts without quotes, nothing for null.</summary>
    public static string Cell(JsonNode? value) => value is null ? ""
        : value is JsonValue scalar && scalar.TryGetValue<string>(out var text) ? text
        : Clipped(value);

    private static Colour OfStatus(string[] columns, string[] row) =>
        Array.IndexOf(columns, "status") is >= 0 and var at && row[at] is not ("active" or "Synced") ? Colour.Yellow : Colour.None;

    /// <summary>A value on one line.</summary>
    public static string Short(JsonNode? value) => value?.ToJsonString(OneLine) ?? "null";

    /// <summary>A value on one line, cut where it would tear a table apart.</summary>
    public static string Clipped(JsonNode? value) => Short(value) is { Length: > 48 } text ? text[..47] + "…" : Short(value);

    /// <summary>The leaves of a document in its own order. Lists of scalars are leaves: they are set as a whole.</summary>
    private static IEnumerable<(JsonPointer Pointer, JsonNode? Value)> Leaves(JsonPointer pointer, JsonNode? value)
    {
        var children = value switch
        {
            JsonObject { Count: > 0 } map => map.Select(member => (member.Key, member.Value)),
            JsonArray list when list.Any(item => item is JsonObject) =>
                list.Select((item, index) => (Key: index.ToString(CultureInfo.InvariantCulture), Value: item)),
            _ => null,
        };
        return children is null
            ? [(pointer, value)]
            : children.SelectMany(child => Leaves(pointer.Append(child.Key), child.Value));
    }
}
