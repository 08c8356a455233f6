using System.CommandLine;

namespace Strata.Cli.Output;

/// <summary>How a command is called.</summary>
internal static class CommandPath
{
    /// <summary>For example `strata config get`.</summary>
    public static string Of(Command command) =>
        command is RootCommand || command.Parents.OfType<Command>().FirstOrDefault() is not { } parent ? "strata" : $"{Of(parent)} {command.Name}";
}
