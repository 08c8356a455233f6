using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Strata.Cli.Commands;

namespace Strata.Cli.Output;

/// <summary>The usual help, followed by the command's examples.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    // Wide enough for tables, and the same for everybody.
    private const int MaxWidth = 120;

    private const string Surroundings =
        """
        Environment:
          STRATA_URL      where Strata is (default http://127.0.0.1:5080); wins over contexts
          STRATA_TOKEN    the bearer token; wins over contexts; `strata token` prints one for development
          STRATA_CONTEXT  a server that `strata login` keeps, instead of the one in use
          VISUAL, EDITOR  what `config edit` opens
          NO_COLOR        anything: no colours on a terminal either

        Exit codes:
          0  done
          1  failed; also: `diff`, `config diff` and `drift` found differences, `render --check` stale files, `audit verify` a broken chain, `migrate` a tenant that failed
          2  the command line is wrong
          3  what was asked for does not exist
          4  not allowed
          5  somebody else was faster, or the state does not allow it; also: `reconcile` met a plan that waits for approval
          6  the content breaks a schema, rule or policy, or a file is wrong
          7  what was waited for did not come in time


        """;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        help.MaxWidth = MaxWidth;
        var exitCode = help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is RootCommand)
            output.Write(Surroundings);
        if (parseResult.CommandResult.Command is not ExampleCommand { Examples: var examples })
            return exitCode;
        output.WriteLine("Examples:");
        foreach (var example in examples)
            output.WriteLine($"  {example}");
        output.WriteLine();
        return exitCode;
    }
}
