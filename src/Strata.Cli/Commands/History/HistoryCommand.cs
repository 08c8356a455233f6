using System.CommandLine;
using System.Text.Json.Nodes;
using Strata.Cli.Options;

namespace Strata.Cli.Commands;

/// <summary>`strata history`.</summary>
internal static class HistoryCommand
{
    private static readonly string[] Columns = ["number", "at", "author", "kind", "restores", "comment"];

    public static Command Create(Terminal terminal)
    {
        var layer = new LayerOptions();
        var number = new Argument<long?>("revision") { Description = "Show this one with its document, instead of the list.", Arity = ArgumentArity.ZeroOrOne };
        var command = new ExampleCommand(
            "history",
            "List a layer's revisions, the newest first.",
            "strata history --platform dcoder",
            "strata history --tenant acme 3 --output yaml",
            "strata history --platform dcoder --segment pro") { number };
        layer.AddTo(command);
        return command.Answering(terminal, new OutputOption(), async (api, parsed, cancellationToken) => parsed.GetValue(number) is { } one
            ? (await api.GetAsync($"{layer.Revisions(parsed)}/{one}", cancellationToken)).Body
            : new JsonArray([.. await api.ListAsync(layer.Revisions(parsed), cancellationToken)]), Columns);
    }
}
