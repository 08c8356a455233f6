using System.Diagnostics;

namespace Strata.Cli.Commands;

/// <summary>The SDK's command, at the root of the checkout.</summary>
internal static class Dotnet
{
    /// <summary>Runs `dotnet` and hands on each line of its standard output; its standard error is ours. Cancelling ends it with all that it started.</summary>
    /// <returns>Its exit code.</returns>
    public static async Task<int> RunAsync(Terminal terminal, string[] arguments, Func<string, Task> line, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = terminal.Root, UseShellExecute = false, RedirectStandardOutput = true };
        using var dotnet = Process.Start(start)!;
        try
        {
            while (await dotnet.StandardOutput.ReadLineAsync(cancellationToken) is { } text)
                await line(text);
            await dotnet.WaitForExitAsync(cancellationToken);
            return dotnet.ExitCode;
        }
        catch (OperationCanceledException)
        {
            dotnet.Kill(entireProcessTree: true);
            throw;
        }
    }
}
