using System.CommandLine;
using Strata.Cli.Contexts;
using Strata.Cli.Http;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>`strata whoami`.</summary>
internal static class WhoamiCommand
{
    public static Command Create(Terminal terminal)
    {
        var output = new OutputOption();
        var command = new ExampleCommand(
            "whoami",
            "Tell who the token in use belongs to, what it is bound to and when it ends, as the server sees it.",
            "strata whoami",
            "strata whoami --output json");
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var connection = Connection.Of(terminal);
            await terminal.Error.WriteLineAsync($"{connection.Url} ({connection.Origin})");
            using var api = new StrataApi(connection, terminal);
            await DocumentOutput.WriteAsync(terminal, (await api.GetAsync("/v1/whoami", cancellationToken)).Body, output.Read(parsed));
            return ExitCode.Ok;
        });
        return command;
    }
}
