using System.CommandLine;
using Strata.Cli.Http;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>`strata segment delete`.</summary>
internal static class SegmentDeleteCommand
{
    public static Command Create(Terminal terminal)
    {
        var id = new Argument<string>("segment") { Description = "Its id." };
        var platform = SegmentCommands.Platform();
        var comment = new CommentOption();
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask. Without a terminal nobody is asked anyway." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what it would do, without doing it." };
        var output = new OutputOption();
        var command = new ExampleCommand(
            "delete",
            "Delete a segment: its tenants lose what it sets. Its history stays, and a rollback brings it back.",
            "strata segment delete pilots --platform dcoder --dry-run",
            "strata segment delete pilots --platform dcoder --yes --comment 'The pilot is over'") { id, platform, comment, yes, dryRun };
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new StrataApi(terminal);
            var path = $"{SegmentCommands.PathOf(parsed.GetRequiredValue(platform))}/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}";
            var present = await api.GetAsync(path, cancellationToken);
            var asks = !parsed.GetValue(yes) && terminal.IsInteractive;
            if (parsed.GetValue(dryRun) || asks)
            {
                var plan = (await api.SendAsync(new ApiRequest(HttpMethod.Delete, $"{path}?dryRun=true") { ETag = present.ETag }, cancellationToken)).Body;
                if (parsed.GetValue(dryRun))
                    return await WrittenOutput.WriteAsync(terminal, plan, output.Read(parsed));
                await WrittenOutput.WriteChangesAsync(terminal, plan, "");
                if (!await terminal.AgreesAsync("Delete this segment?", cancellationToken))
                    throw new CommandFailedException(ExitCode.Failure, "Nothing was deleted.");
            }

            var query = CommentOption.AsQuery(comment.Read(parsed));
            var written = await api.SendAsync(new ApiRequest(HttpMethod.Delete, $"{path}?{query}") { ETag = present.ETag }, cancellationToken);
            return await WrittenOutput.WriteAsync(terminal, written.Body, output.Read(parsed));
        });
        return command;
    }
}
