using System.CommandLine;
using System.Text.Json.Nodes;
using Strata.Cli.Http;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>`strata config explain`.</summary>
internal static class ExplainCommand
{
    private static readonly string[] Headings = ["POINTER", "VALUE", "LAYER", "REVISION", "SINCE", "BY", "RULE", "NOTE"];

    public static Command Create(Terminal terminal)
    {
        var scope = new ScopeOptions();
        var output = new OutputOption();
        var pointer = PointerArgument.Optional("What to explain, as a JSON Pointer; without it every leaf.");
        var command = new ExampleCommand(
            "explain",
            "Tell why each value is what it is: the layer that won, since when and by whom, and those that it hides.",
            "strata config explain --tenant acme /quotas/requestsPerMinute",
            "strata config explain --tenant acme --output json") { pointer };
        scope.AddTo(command);
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new StrataApi(terminal);
            var (from, at) = (scope.Read(parsed), parsed.GetValue(pointer) ?? "");
            var answer = await api.GetAsync($"{from.Path}/config/explain{(at.Length > 0 ? $"?pointer={Uri.EscapeDataString(at)}" : "")}", cancellationToken);
            if (at.Length > 0 && answer.Body?["items"] is JsonArray { Count: 0 })
                throw new CommandFailedException(ExitCode.NotFound, $"{from.Id} has no value at {at}.");
            if (output.Read(parsed) == OutputFormat.Table)
                await TextTable.WriteAsync(terminal, Headings, (answer.Body?["items"] as JsonArray ?? []).Select(Row), Judge);
            else
                await DocumentOutput.WriteAsync(terminal, answer.Body, output.Read(parsed));
            return ExitCode.Ok;
        });
        return command;
    }

    private static string[] Row(JsonNode? item) =>
    [
        $"{item?["pointer"]}",
        DocumentOutput.Clipped(item?["value"]),
        $"{item?["layer"]}",
        $"{item?["revision"]}",
        $"{item?["at"]}",
        $"{item?["author"]}",
        $"{item?["rule"]}",
        string.Join("; ", Notes(item)),
    ];

    private static Colour Judge(string[] row) =>
        row[^1].StartsWith("narrowed", StringComparison.Ordinal) || row[^1].StartsWith("withheld", StringComparison.Ordinal) ? Colour.Yellow : Colour.None;

    private static IEnumerable<string> Notes(JsonNode? item)
    {
        if ((bool?)item?["narrowed"] == true)
            yield return "narrowed";
        if (item?["withheld"] is { } policy)
            yield return $"withheld by {policy}";
        foreach (var hidden in item?["shadowed"] as JsonArray ?? [])
            yield return $"hides {DocumentOutput.Clipped(hidden?["value"])} of {hidden?["layer"]}";
    }
}
