using System.CommandLine;
using Strata.Cli.Http;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>`strata config get`.</summary>
internal static class GetCommand
{
    public static Command Create(Terminal terminal)
    {
        var scope = new ScopeOptions();
        var output = new OutputOption();
        var pointer = PointerArgument.Optional("What to print, as a JSON Pointer; without it everything.");
        var own = new Option<bool>("--own") { Description = "Only what this layer sets itself, instead of the effective configuration." };
        var command = new ExampleCommand(
            "get",
            "Print effective configuration.",
            "strata config get --tenant acme",
            "strata config get --tenant acme /quotas",
            "strata config get --platform dcoder --own --output yaml") { pointer, own };
        scope.AddTo(command);
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new StrataApi(terminal);
            var from = scope.Read(parsed);
            var answer = await api.GetAsync(parsed.GetValue(own) ? from.OwnDocument : $"{from.Path}/config", cancellationToken);
            var at = JsonPointer.Parse(parsed.GetValue(pointer) ?? "");
            if (!NodeAt.TryFind(answer.Body, at, out var value))
                throw new CommandFailedException(ExitCode.NotFound, $"{from.Id} has no value at {at}.");
            await DocumentOutput.WriteAsync(terminal, value, output.Read(parsed));
            return ExitCode.Ok;
        });
        return command;
    }
}
