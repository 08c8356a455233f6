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
    private readonly CommentOption _comment = new();
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
        var query = $"{(parsed.GetValue(_dryRun) ? "dryRun=true&" : "")}{CommentOption.AsQuery(_comment.Read(parsed))}";
        var written = await api.PatchAsync($"{scope.Writable}?{query}", patch(own.Body as JsonObject ?? []), own.ETag, cancellationToken);
        return await WrittenOutput.WriteAsync(terminal, written.Body, _output.Read(parsed));
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
}
