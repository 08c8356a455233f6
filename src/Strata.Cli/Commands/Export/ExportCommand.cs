using System.CommandLine;
using Strata.Cli.Http;

namespace Strata.Cli.Commands;

/// <summary>`strata export`.</summary>
internal static class ExportCommand
{
    public static Command Create(Terminal terminal)
    {
        var platform = new Option<string>("--platform", "-p") { Description = "The platform.", HelpName = "platform", Required = true };
        var output = new Option<string>("--out") { Description = "The folder; files of the same names are overwritten.", HelpName = "folder", Required = true };
        var command = new ExampleCommand(
            "export",
            "Write a platform, its segments and its tenants as files for `strata apply`. Applying what was exported changes nothing.",
            "strata export --platform dcoder --out platforms/dcoder") { platform, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new StrataApi(terminal);
            await new ExportRun(terminal, api, parsed.GetRequiredValue(output)).RunAsync(parsed.GetRequiredValue(platform), cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }
}
