using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Strata.Cli.Http;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>What `set` and `unset` share: their options, and the write of a layer.</summary>
internal sealed class ConfigWrite
{
    private readonly ScopeOptions _scope = new();
    private readonly OutputOption _output = new();
    private readonly Option<string> _comment = new("--comment", "-m") { Description = "Why; kept in the history.", HelpName = "text" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Judge the change and show what it would do, without doing it." };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        _scope.AddTo(command);
        command.Add(_comment);
        command.Add(_dryRun);
        _output.AddTo(command);
    }

    /// <summary>Reads the layer's own document, has the patch made for it, and sends that under the condition that nobody was faster.</summary>
    /// <returns><see cref="ExitCode.Invalid"/> when a dry run found violations.</returns>
    public async Task<int> RunAsync(Terminal terminal, ParseResult parsed, Func<JsonObject, JsonObject> patch, CancellationToken cancellationToken)
    {
        using var api = new StrataApi(terminal);
        var scope = _scope.Read(parsed);
        var own = await api.GetAsync(scope.OwnDocument, cancellationToken);
        var query = new List<string>();
        if (parsed.GetValue(_comment) is { Length: > 0 } comment)
            query.Add($"comment={Uri.EscapeDataString(comment)}");
        if (parsed.GetValue(_dryRun))
            query.Add("dryRun=true");
        var path = scope.Writable + (query.Count > 0 ? "?" + string.Join('&', query) : "");
        var written = await api.PatchAsync(path, patch(own.Body as JsonObject ?? []), own.ETag, cancellationToken);
        return await WriteAsync(terminal, written.Body, _output.Read(parsed));
    }

    /// <summary>The merge patch that puts a value at a place; null takes it away.</summary>
    /// <param name="own">The layer's own document. A merge patch replaces lists as a whole, so a place inside one needs the rest of it.</param>
    /// <param name="pointer">The place.</param>
    /// <param name="value">The value; null is unset.</param>
    public static JsonObject Patch(JsonObject own, JsonPointer pointer, JsonNode? value)
    {
        var steps = pointer.Segments;
        if (steps.Length == 0)
            return value as JsonObject ?? throw new CommandFailedException(ExitCode.Usage, "The whole document can only be set to an object.");
        JsonNode? at = own;
        for (var depth = 0; depth < steps.Length; depth++)
        {
            if (at is JsonArray list)
                return Nested(steps[..depth], ChangeList((JsonArray)list.DeepClone(), steps[depth..], value));
            at = at is JsonObject map && map.TryGetPropertyValue(steps[depth], out var member) ? member : null;
        }

        return Nested(steps, value);
    }

    private static JsonObject Nested(IReadOnlyList<string> steps, JsonNode? value) =>
        (JsonObject)steps.Reverse().Aggregate(value, (inner, step) => new JsonObject { [step] = inner })!;

    private static JsonArray ChangeList(JsonArray list, IReadOnlyList<string> steps, JsonNode? value)
    {
        var index = steps[0] == "-" ? list.Count : int.TryParse(steps[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
        if (index < 0 || index > list.Count || (index == list.Count && (value is null || steps.Count > 1)))
            throw new CommandFailedException(ExitCode.NotFound, $"The list has {list.Count} items and none at '{steps[0]}'.");
        if (index == list.Count)
            list.Add(value);
        else if (steps.Count == 1 && value is null)
            list.RemoveAt(index);
        else
            list[index] = steps.Count == 1 ? value : ChangeInside(list[index]!.DeepClone(), steps, value);
        return list;
    }

    private static JsonNode ChangeInside(JsonNode item, IReadOnlyList<string> steps, JsonNode? value)
    {
        if (item is JsonArray list)
            return ChangeList(list, [.. steps.Skip(1)], value);
        var map = item as JsonObject ?? throw new CommandFailedException(ExitCode.NotFound, $"'{steps[0]}' is neither an object nor a list.");
        if (steps.Count == 2 && value is null)
            map.Remove(steps[1]);
        else if (steps.Count == 2)
            map[steps[1]] = value;
        else
            map[steps[1]] = ChangeInside(map[steps[1]]?.DeepClone() ?? new JsonObject(), [.. steps.Skip(1)], value);
        return map;
    }

    private static async Task<int> WriteAsync(Terminal terminal, JsonNode? written, OutputFormat format)
    {
        if (format == OutputFormat.Table)
            await WriteTableAsync(terminal, written);
        else
            await DocumentOutput.WriteAsync(terminal.Out, written, format);
        var violations = Refusal.Violations(written).ToList();
        if (violations.Count == 0)
            return ExitCode.Ok;
        await terminal.Error.WriteLineAsync("This would be refused:\n" + string.Join('\n', violations));
        return ExitCode.Invalid;
    }

    private static async Task WriteTableAsync(Terminal terminal, JsonNode? written)
    {
        var changes = written?["diff"]?["changes"] as JsonArray ?? [];
        await TextTable.WriteAsync(terminal.Out, [], changes.Select(Change));
        foreach (var narrowed in written?["narrowed"] as JsonArray ?? [])
            await terminal.Out.WriteLineAsync($"narrowed {Whose(narrowed)}{narrowed?["pointer"]}: {DocumentOutput.Short(narrowed?["from"])} -> {DocumentOutput.Short(narrowed?["to"])} ({narrowed?["rule"]})");
        foreach (var withheld in written?["withheld"] as JsonArray ?? [])
            await terminal.Out.WriteLineAsync($"withheld {Whose(withheld)}{withheld?["pointer"]}: {withheld?["message"]} ({withheld?["policy"]})");
        if (written?["impact"]?["tenantsAffected"] is { } tenants)
            await terminal.Out.WriteLineAsync($"tenants affected: {tenants}");
        await terminal.Out.WriteLineAsync(changes.Count == 0 ? "nothing changes" : $"revision {written?["revision"]}");
        foreach (var warning in written?["warnings"] as JsonArray ?? [])
            await terminal.Error.WriteLineAsync($"warning {warning?["pointer"]}: {warning?["message"]} ({warning?["policy"]})");
    }

    private static string Whose(JsonNode? entry) => entry?["tenant"] is { } tenant ? $"{tenant} " : "";

    private static string[] Change(JsonNode? change) => (string?)change?["op"] switch
    {
        "add" => ["+", $"{change["pointer"]}", DocumentOutput.Short(change["after"])],
        "remove" => ["-", $"{change["pointer"]}", DocumentOutput.Short(change["before"])],
        _ => ["~", $"{change?["pointer"]}", $"{DocumentOutput.Short(change?["before"])} -> {DocumentOutput.Short(change?["after"])}"],
    };
}
