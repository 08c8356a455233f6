using System.CommandLine;
using Strata.Cli.Http;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>`strata diff`.</summary>
internal static class DiffCommand
{
    public static Command Create(Terminal terminal)
    {
        var layer = new LayerOptions();
        var output = new OutputOption();
        var from = new Argument<long>("from") { Description = "The older revision; 0 is the empty document of the beginning." };
        var to = new Argument<long?>("to") { Description = "The newer one; without it the newest.", Arity = ArgumentArity.ZeroOrOne };
        var command = new ExampleCommand(
            "diff",
            "Tell what differs between two revisions of a layer. Exit code 0 when nothing does, 1 when something does.",
            "strata diff --platform dcoder 3",
            "strata diff --tenant acme 3 5 --output json") { from, to };
        layer.AddTo(command);
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new StrataApi(terminal);
            var until = parsed.GetValue(to) is { } number ? $"&to={number}" : "";
            var diff = (await api.GetAsync($"{layer.Revisions(parsed)}/diff?from={parsed.GetValue(from)}{until}", cancellationToken)).Body;
            var changes = WrittenOutput.Changes(diff);
            if (output.Read(parsed) == OutputFormat.Table)
                await WrittenOutput.WriteDiffAsync(terminal, changes, "");
            else
                await DocumentOutput.WriteAsync(terminal, diff, output.Read(parsed));
            return changes.Count == 0 ? ExitCode.Ok : ExitCode.Failure;
        });
        return command;
    }
}
