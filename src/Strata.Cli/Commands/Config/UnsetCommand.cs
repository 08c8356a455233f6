using System.CommandLine;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>`strata config unset`.</summary>
internal static class UnsetCommand
{
    public static Command Create(Terminal terminal)
    {
        var write = new ConfigWrite();
        var pointer = PointerArgument.Required("What to take away, as a JSON Pointer.");
        var command = new ExampleCommand(
            "unset",
            "Take a value out of a layer, so that the inherited one shows again.",
            "strata config unset --tenant acme /quotas/requestsPerMinute") { pointer };
        write.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var at = JsonPointer.Parse(parsed.GetRequiredValue(pointer));
            return write.RunAsync(
                terminal,
                parsed,
                own => NodeAt.TryFind(own, at, out _)
                    ? ConfigWrite.Patch(own, at, null)
                    : throw new CommandFailedException(ExitCode.NotFound, $"This layer sets nothing at {at}; what is in force there is inherited."),
                cancellationToken);
        });
        return command;
    }
}
