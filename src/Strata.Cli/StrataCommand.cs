using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Strata.Cli.Commands;
using Strata.Cli.Output;
using Strata.Embedded;

namespace Strata.Cli;

/// <summary>The whole command line.</summary>
public static class StrataCommand
{
    // `up` ends two servers and writes a database to disk; the others end at once when asked to.
    private static readonly TimeSpan TimeToStop = TimeSpan.FromMinutes(2);

    /// <summary>Runs one command line and returns its exit code. Ctrl-C and SIGTERM end it in order.</summary>
    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellationToken)
    {
        ParseResult parsed;
        try
        {
            parsed = Create(terminal).Parse(args);
        }
        catch (InvalidOperationException malformed)
        {
            // How System.CommandLine answers a validator that asks for the value of an option that has none, or a malformed one.
            await terminal.Error.WriteLineAsync(malformed.Message);
            return ExitCode.Usage;
        }
        if (parsed.Action is ParseErrorAction)
            return await RefuseAsync(parsed, terminal);
        try
        {
            var invocation = new InvocationConfiguration
            {
                Output = terminal.Out,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeToStop,
            };
            return await parsed.InvokeAsync(invocation, cancellationToken);
        }
        catch (CommandFailedException e)
        {
            await terminal.Error.WriteLineAsync(e.Message);
            return e.ExitCode;
        }
        catch (EmbeddedServerException e)
        {
            await terminal.Error.WriteLineAsync(e.Message);
            return ExitCode.Failure;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Failure;
        }
        catch (Exception e)
        {
            await terminal.Error.WriteLineAsync($"This is a bug of Strata; please report it.\n{e}");
            return ExitCode.Failure;
        }
    }

    /// <summary>The tree of commands.</summary>
    public static RootCommand Create(Terminal terminal)
    {
        var root = new RootCommand("The configuration plane of a multi-brand, multi-tenant AI platform.")
        {
            UpCommand.Create(terminal),
            TestCommand.Create(terminal),
            BenchCommand.Create(terminal),
            LoginCommand.Create(terminal),
            WhoamiCommand.Create(terminal),
            ContextCommands.Create(terminal),
            TokenCommand.Create(terminal),
            new Command("config", "Read and change configuration.")
            {
                GetCommand.Create(terminal),
                ExplainCommand.Create(terminal),
                SetCommand.Create(terminal),
                UnsetCommand.Create(terminal),
                ConfigDiffCommand.Create(terminal),
                EditCommand.Create(terminal),
            },
            ApplyCommand.Create(terminal),
            ValidateCommand.Create(terminal),
            ExportCommand.Create(terminal),
            RenderCommand.Create(terminal),
            ImpactCommand.Create(terminal),
            PlanCommand.Create(terminal),
            ReconcileCommand.Create(terminal),
            DriftCommand.Create(terminal),
            StatusCommand.Create(terminal),
            WaitCommand.Create(terminal),
            HistoryCommand.Create(terminal),
            DiffCommand.Create(terminal),
            RollbackCommand.Create(terminal),
            PlatformCommands.Create(terminal),
            SegmentCommands.Create(terminal),
            TenantCommands.Create(terminal),
            AuditCommands.Create(terminal),
            MigrateCommand.Create(terminal),
            CompletionCommand.Create(terminal),
            VersionCommand.Create(terminal),
        };
        foreach (var help in root.Options.OfType<HelpOption>())
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    private static async Task<int> RefuseAsync(ParseResult parsed, Terminal terminal)
    {
        foreach (var error in parsed.Errors)
            await terminal.Error.WriteLineAsync(error.Message);
        await terminal.Error.WriteLineAsync($"See `{CommandPath.Of(parsed.CommandResult.Command)} --help`.");
        return ExitCode.Usage;
    }
}
