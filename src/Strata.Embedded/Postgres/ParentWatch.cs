using System.Diagnostics;

namespace Strata.Embedded.Postgres;

/// <summary>
/// A tiny shell that outlives us by a moment: it waits on a pipe which the operating system closes however we end, and then stops the server.
/// PostgreSQL itself runs in a session of its own (`pg_ctl` sees to that), so that Ctrl-C in a terminal reaches us and not the database first.
/// Windows has no such shell: there the next start stops what a killed run left.
/// </summary>
internal sealed class ParentWatch : IAsyncDisposable
{
    private const string Script = """
        trap '' INT TERM HUP
        cat > /dev/null
        if read -r pid < "$1/postmaster.pid"; then kill -s "$2" "$pid"; fi
        [ "$2" = QUIT ] || exit 0
        tries=0
        while [ -e "$1/postmaster.pid" ] && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
        rm -rf "$1" "$1.lock"
        """;

    private readonly Process _shell;

    private ParentWatch(Process shell) => _shell = shell;

    /// <summary>Begins to watch.</summary>
    /// <param name="folder">The server's data directory.</param>
    /// <param name="throwAway">Whether the server may be cut off and its folder deleted.</param>
    /// <returns>Null where the system has no `/bin/sh`.</returns>
    public static ParentWatch? Start(string folder, bool throwAway)
    {
        if (OperatingSystem.IsWindows())
            return null;
        var start = PostgresTools.StartInfo("/bin/sh", ["-c", Script, "sh", folder, throwAway ? "QUIT" : "INT"]);
        start.WorkingDirectory = "/";
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        return new ParentWatch(Process.Start(start)!);
    }

    /// <summary>Lets go of the pipe, as our death would, and waits for the shell: it must not meet the next server of the same folder.</summary>
    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync(CancellationToken.None);
        _shell.Dispose();
    }
}
