using System.CommandLine;
using System.Text.Json.Nodes;
using Strata.Cli.Http;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>`strata rollback`.</summary>
internal static class RollbackCommand
{
    public static Command Create(Terminal terminal)
    {
        var layer = new LayerOptions();
        var output = new OutputOption();
        var number = new Argument<long>("revision") { Description = "The revision to put in force again; 0 is the empty document of the beginning." };
        var comment = new CommentOption();
        var dryRun = new Option<bool>("--dry-run") { Description = "Judge the rollback and show what it would do, without doing it." };
        var command = new ExampleCommand(
            "rollback",
            "Put an old document in force again, as a new revision: nothing is lost, and a rollback can be rolled back.",
            "strata rollback --platform dcoder 3 --dry-run",
            "strata rollback --tenant acme 5 --comment 'False alarm'") { number, comment, dryRun };
        layer.AddTo(command);
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new StrataApi(terminal);
            var body = comment.Read(parsed) is { } why ? new JsonObject { ["comment"] = why } : [];
            var query = parsed.GetValue(dryRun) ? "?dryRun=true" : "";
            var written = await api.PostAsync($"{layer.Revisions(parsed)}/{parsed.GetValue(number)}/rollback{query}", body, cancellationToken);
            return await WrittenOutput.WriteAsync(terminal, written.Body, output.Read(parsed));
        });
        return command;
    }
}
