using System.Diagnostics;

namespace Strata.Faults.Tests.Processes;

/// <summary>The real `strata` command against a server, as somebody with its token runs it.</summary>
/// <param name="ExitCode">How it ended.</param>
/// <param name="Out">What it wrote.</param>
/// <param name="Error">What it said beside.</param>
internal sealed record StrataCommand(int ExitCode, string Out, string Error)
{
    public static async Task<StrataCommand> RunAsync(StrataProcess server, Caller caller, string[] arguments, CancellationToken cancellationToken)
    {
        // artifacts/bin/Strata.Faults.Tests/debug -> artifacts/bin/Strata.Cli/debug
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(own.Parent!.Parent!.FullName, "Strata.Cli", own.Name, "strata.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["STRATA_URL"] = server.Address.ToString();
        start.Environment["STRATA_TOKEN"] = caller.Token;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        return new StrataCommand(process.ExitCode, await output, await error);
    }

    public override string ToString() => $"exit code {ExitCode}\n{Out}\n{Error}";
}
