using System.CommandLine;
using Strata.Cli.Http;
using Strata.Cli.Options;

namespace Strata.Cli.Commands;

/// <summary>`strata config edit`.</summary>
internal static class EditCommand
{
    public static Command Create(Terminal terminal)
    {
        var scope = new ScopeOptions();
        var comment = new CommentOption();
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask. Without a terminal nobody is asked anyway." };
        var command = new ExampleCommand(
            "edit",
            "Open what a layer sets itself in an editor (VISUAL, EDITOR), as YAML, and save what comes out. "
                + "The plan comes first. A text that is refused is kept.",
            "strata config edit --tenant acme",
            "EDITOR='code --wait' strata config edit --platform dcoder --comment 'Spring prices'") { comment, yes };
        scope.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new StrataApi(terminal);
            var run = new EditRun(terminal, api, scope.Read(parsed)) { Comment = comment.Read(parsed), Yes = parsed.GetValue(yes) };
            return await run.RunAsync(cancellationToken);
        });
        return command;
    }
}
