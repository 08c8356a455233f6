using System.Text.Json.Nodes;
using Strata.Cli.Http;
using Strata.Cli.Options;

namespace Strata.Cli.Output;

/// <summary>What a write did, or would do.</summary>
internal static class WrittenOutput
{
    /// <summary>Writes the answer to a write of a layer.</summary>
    /// <returns><see cref="ExitCode.Invalid"/> when a dry run found violations.</returns>
    public static async Task<int> WriteAsync(Terminal terminal, JsonNode? written, OutputFormat format)
    {
        if (format == OutputFormat.Table)
        {
            await WriteChangesAsync(terminal, written, "");
            await terminal.Out.WriteLineAsync(Changes(written).Count == 0 ? "nothing changes" : $"revision {written?["revision"]}");
        }
        else
        {
            await DocumentOutput.WriteAsync(terminal, written, format);
        }

        var violations = Refusal.Violations(written).ToList();
        if (violations.Count == 0)
            return ExitCode.Ok;
        await terminal.Error.WriteLineAsync("This would be refused:\n" + string.Join('\n', violations));
        return ExitCode.Invalid;
    }

    /// <summary>Writes what changes and whom it reaches; warnings go to standard error.</summary>
    public static async Task WriteChangesAsync(Terminal terminal, JsonNode? written, string indent)
    {
        await WriteDiffAsync(terminal, Changes(written), indent);
        foreach (var narrowed in written?["narrowed"] as JsonArray ?? [])
        {
            var change = $"{DocumentOutput.Short(narrowed?["from"])} -> {DocumentOutput.Short(narrowed?["to"])} ({narrowed?["rule"]})";
            await terminal.Out.WriteLineAsync(terminal.Paint($"{indent}narrowed {Whose(narrowed)}{narrowed?["pointer"]}: {change}", Colour.Yellow));
        }

        foreach (var withheld in written?["withheld"] as JsonArray ?? [])
        {
            var reason = $"{withheld?["message"]} ({withheld?["policy"]})";
            await terminal.Out.WriteLineAsync(terminal.Paint($"{indent}withheld {Whose(withheld)}{withheld?["pointer"]}: {reason}", Colour.Yellow));
        }

        if (written?["impact"]?["tenantsAffected"] is { } tenants)
            await terminal.Out.WriteLineAsync($"{indent}tenants affected: {tenants}");
        foreach (var warning in written?["warnings"] as JsonArray ?? [])
            await terminal.Error.WriteLineAsync($"warning {warning?["pointer"]}: {warning?["message"]} ({warning?["policy"]})");
    }

    /// <summary>The leaves that a write or a diff changes.</summary>
    public static JsonArray Changes(JsonNode? written) => (written?["diff"] ?? written)?["changes"] as JsonArray ?? [];

    /// <summary>Writes changed leaves, a line each.</summary>
    public static Task WriteDiffAsync(Terminal terminal, JsonArray changes, string indent) =>
        TextTable.WriteAsync(terminal, [], changes.Select(change => Row(change, indent)), row => Colours.OfMark(row[0]));

    /// <summary>A changed leaf as a row: `+` added, `-` removed, `~` another value.</summary>
    private static string[] Row(JsonNode? change, string indent) => (string?)change?["op"] switch
    {
        "add" => [$"{indent}+", $"{change["pointer"]}", DocumentOutput.Short(change["after"])],
        "remove" => [$"{indent}-", $"{change["pointer"]}", DocumentOutput.Short(change["before"])],
        _ => [$"{indent}~", $"{change?["pointer"]}", $"{DocumentOutput.Short(change?["before"])} -> {DocumentOutput.Short(change?["after"])}"],
    };

    private static string Whose(JsonNode? entry) => entry?["tenant"] is { } tenant ? $"{tenant} " : "";
}
