using System.CommandLine;

namespace Strata.Cli.Commands;

/// <summary>`strata test`: every test of the repository, with one line at the end that a script can read.</summary>
internal static class TestCommand
{
    public static Command Create(Terminal terminal)
    {
        var arguments = new Argument<string[]>("arguments") { Description = "Arguments for `dotnet test`, after `--`.", Arity = ArgumentArity.ZeroOrMore };
        var command = new ExampleCommand(
            "test", "Run every test. The last line is `N passed, N failed`.", "strata test", "strata test -- --filter-class Strata.Model.Tests.ResolverTests")
        {
            arguments,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(terminal, parsed.GetValue(arguments) ?? [], cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, string[] arguments, CancellationToken cancellationToken)
    {
        // Release, as the launcher builds: nothing is compiled twice. An assembly in which a filter finds nothing (8) is no failure.
        string[] fixedArguments = ["test", "--solution", "Strata.slnx", "--configuration", "Release", "--no-ansi", "--no-progress", "--ignore-exit-code", "8"];
        var summary = TestSummary.None;
        var exitCode = await Dotnet.RunAsync(terminal, [.. fixedArguments, .. arguments], Note, cancellationToken);
        await terminal.Out.WriteLineAsync(summary.ToString());
        return exitCode == 0 ? ExitCode.Ok : ExitCode.Failure;

        Task Note(string line)
        {
            summary = summary.With(line);
            return terminal.Error.WriteLineAsync(line);
        }
    }
}
