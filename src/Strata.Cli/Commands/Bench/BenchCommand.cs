using System.CommandLine;

namespace Strata.Cli.Commands;

/// <summary>`strata bench`: what things cost, as ratios to a baseline of the same run.</summary>
internal static class BenchCommand
{
    public static Command Create(Terminal terminal)
    {
        var names = new Argument<string[]>("names")
        {
            Description = "Which benchmarks: an area, or one benchmark of it as `area/benchmark`. Without names all.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new ExampleCommand(
            "bench",
            "Measure, and print tables with ratios. What they mean is in `benchmarks/README.md`.",
            "strata bench",
            "strata bench json-schema",
            "strata bench json-schema/validation json-schema/throughput")
        {
            names,
        };
        command.SetAction((parsed, cancellationToken) => Dotnet.RunAsync(
            terminal,
            ["run", "--project", "benchmarks/Strata.Benchmarks", "--configuration", "Release", "--verbosity", "quiet", "--", .. parsed.GetValue(names) ?? []],
            terminal.Out.WriteLineAsync,
            cancellationToken));
        return command;
    }
}
