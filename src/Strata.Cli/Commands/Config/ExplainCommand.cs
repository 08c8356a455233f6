using System.CommandLine;
using System.Text.Json.Nodes;
using Strata.Cli.Http;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>`strata config explain`.</summary>
internal static class ExplainCommand
{
    private static readonly string[] Headings = ["POINTER", "VALUE", "LAYER", "REVISION", "RULE", "NOTE"];

    public static Command Create(Terminal terminal)
    {
        var scope = new ScopeOptions();
        var output = new OutputOption();
        var pointer = PointerArgument.Optional("What to explain, as a JSON Pointer; without it every leaf.");
        var command = new ExampleCommand(
            "explain",
            "Tell why each value is what it is: the layer that won, and those that it hides.",
            "strata config explain --tenant acme /quotas/requestsPerMinute",
            "strata config explain --tenant acme --output json") { pointer };
        scope.AddTo(command);
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new StrataApi(terminal);
            var at = parsed.GetValue(pointer) is { Length: > 0 } text ? $"?pointer={Uri.EscapeDataString(text)}" : "";
            var answer = await api.GetAsync($"{scope.Read(parsed).Path}/config/explain{at}", cancellationToken);
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
