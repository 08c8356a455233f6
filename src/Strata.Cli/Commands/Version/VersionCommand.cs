using System.CommandLine;
using System.Reflection;

namespace Strata.Cli.Commands;

/// <summary>`strata version`.</summary>
internal static class VersionCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new ExampleCommand("version", "Print the version.", "strata version");
        command.SetAction(_ =>
        {
            var version = typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!;
            terminal.Out.WriteLine(version.InformationalVersion);
        });
        return command;
    }
}
