using System.CommandLine;
using Strata.Cli.Files;
using Strata.Cli.Http;
using Strata.Cli.Options;

namespace Strata.Cli.Commands;

/// <summary>`strata apply`.</summary>
internal static class ApplyCommand
{
    public static Command Create(Terminal terminal)
    {
        var files = new Option<string[]>("--file", "-f")
        {
            Description = "A file, a folder with all below it, or - for standard input. "
                + "A folder of brands brings the allowlist of ../infrastructure/policies with it.",
            HelpName = "file|folder|-",
            Required = true,
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only show the plan." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask. Without a terminal nobody is asked anyway." };
        var prune = new Option<bool>("--prune")
        {
            Description = "Also delete segments that the files leave out, of those platforms that they describe. Tenants are never deleted.",
        };
        var comment = new CommentOption();
        var output = new OutputOption();
        var command = new ExampleCommand(
            "apply",
            "Bring platforms, segments, tenants and the allowlist to what files say. "
                + "The plan comes first: what changes, for how many tenants, and what is refused, with file and line. One bad item refuses all. "
                + "Many tenants are applied in parts; what was interrupted goes on with the same command.",
            "strata apply -f platforms --dry-run",
            "strata apply -f platforms/dcoder --yes --comment 'Spring prices'",
            "strata export --platform dcoder --out dcoder && strata apply -f dcoder",
            "cat tenant.yaml | strata apply -f - --yes") { files, dryRun, yes, prune, comment };
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var set = await new ConfigurationFiles(terminal).ReadAsync(parsed.GetRequiredValue(files), cancellationToken);
            set.Demand();
            if (set.Items.IsEmpty)
                throw new CommandFailedException(ExitCode.Invalid, "The files hold no configuration.");
            using var api = new StrataApi(terminal);
            var options = new ApplyOptions(parsed.GetValue(dryRun), parsed.GetValue(yes), parsed.GetValue(prune), comment.Read(parsed), output.Read(parsed));
            return await new ApplyRun(terminal, api, options).RunAsync(set, cancellationToken);
        });
        return command;
    }
}

/// <summary>How files are applied.</summary>
/// <param name="DryRun">Whether the plan is all that is wanted.</param>
/// <param name="Yes">Whether nobody is asked.</param>
/// <param name="Prune">Whether segments that the files leave out are deleted.</param>
/// <param name="Comment">The comment on the revisions; null for none.</param>
/// <param name="Format">How the result is written.</param>
internal sealed record ApplyOptions(bool DryRun, bool Yes, bool Prune, string? Comment, OutputFormat Format);
