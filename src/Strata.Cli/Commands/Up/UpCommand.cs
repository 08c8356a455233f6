using System.CommandLine;

namespace Strata.Cli.Commands;

/// <summary>`strata up`.</summary>
internal static class UpCommand
{
    public static Command Create(Terminal terminal) => new ExampleCommand("up", "Run everything on this machine.", "strata up");
}
