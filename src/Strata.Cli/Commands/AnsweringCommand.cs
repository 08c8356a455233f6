using System.CommandLine;
using System.Text.Json.Nodes;
using Strata.Cli.Http;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>Commands that ask the API and write what it answers.</summary>
internal static class AnsweringCommand
{
    /// <summary>Has a command write an answer in the format that is asked for.</summary>
    /// <param name="command">The command.</param>
    /// <param name="terminal">Where it speaks.</param>
    /// <param name="output">Its output option, which is added.</param>
    /// <param name="ask">Asks; a list answers an array.</param>
    /// <param name="columns">The members that a table of a list shows.</param>
    public static ExampleCommand Answering(
        this ExampleCommand command,
        Terminal terminal,
        OutputOption output,
        Func<StrataApi, ParseResult, CancellationToken, Task<JsonNode?>> ask,
        params string[] columns)
    {
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new StrataApi(terminal);
            var answer = await ask(api, parsed, cancellationToken);
            if (answer is JsonArray list)
                await DocumentOutput.WriteListAsync(terminal, [.. list.OfType<JsonNode>()], output.Read(parsed), columns);
            else
                await DocumentOutput.WriteAsync(terminal, answer, output.Read(parsed));
            return ExitCode.Ok;
        });
        return command;
    }
}
