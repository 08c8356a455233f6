using System.Diagnostics;
using Strata.Embedded.Postgres;

namespace Strata.Embedded;

/// <summary>
/// A tiny shell that outlives us by a moment: it waits on a pipe which the operating system closes however we end, and then stops what we started.
/// Windows has no such shell: <see cref="Start"/> gives null there, and the next start must look for leftovers.
/// </summary>
public sealed class ParentWatch : IAsyncDisposable
{
    // A line on the pipe is our word that all was stopped in order; its end without one is our death.
    private const string Wait = """
        trap '' INT TERM HUP
        if read -r word; then exit 0; fi

        """;

    private readonly Process _shell;

    private ParentWatch(Process shell) => _shell = shell;

    /// <summary>Begins to watch.</summary>
    /// <param name="script">What `/bin/sh` does if we die; sees the arguments as `$1`, `$2` ...</param>
    /// <param name="arguments">The script's arguments.</param>
    /// <returns>Null where the system has no `/bin/sh`.</returns>
    public static ParentWatch? Start(string script, params string[] arguments)
    {
        if (OperatingSystem.IsWindows())
            return null;
        var start = PostgresTools.StartInfo("/bin/sh", ["-c", Wait + script, "sh", .. arguments]);
        start.WorkingDirectory = "/";
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        return new ParentWatch(Process.Start(start)!);
    }

    /// <summary>Ends the watch without its script, after what it guards has stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        await _shell.StandardInput.WriteLineAsync("stopped");
        await LetGoAsync();
    }

    /// <summary>Does what our death would do.</summary>
    internal async Task LetGoAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync(CancellationToken.None);
        _shell.Dispose();
    }
}
