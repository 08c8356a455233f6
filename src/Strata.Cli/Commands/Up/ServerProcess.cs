using System.Diagnostics;
using System.Globalization;
using Strata.Embedded;

namespace Strata.Cli.Commands;

/// <summary>The server as a child of `strata up`. What it says goes to a file; its last lines are kept for the case that it falls over.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int LinesToKeep = 30;
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(40);

    private readonly Process _process;
    private readonly ParentWatch? _watch;
    private readonly StreamWriter _log;
    private readonly Queue<string> _last = new();

    private ServerProcess(Process process, StreamWriter log)
    {
        (_process, _log) = (process, log);
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _watch = ParentWatch.Start("kill -s TERM \"$1\"", Pid);
    }

    /// <summary>Ends when the server has ended.</summary>
    public Task WaitForExitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>What the server said last.</summary>
    public string LastWords
    {
        get
        {
            lock (_last)
                return string.Join('\n', _last);
        }
    }

    private string Pid => _process.Id.ToString(CultureInfo.InvariantCulture);

    /// <summary>Starts the built server.</summary>
    /// <param name="program">Its `.dll`.</param>
    /// <param name="settings">Environment variables on top of ours.</param>
    /// <param name="logFile">Gets what the server says; begun anew.</param>
    public static ServerProcess Start(string program, IReadOnlyDictionary<string, string> settings, string logFile)
    {
        if (!File.Exists(program))
        {
            throw new CommandFailedException(
                ExitCode.Failure, $"The server is not built: {program} is missing. Use the launcher `strata` at the root of the checkout.");
        }

        var start = new ProcessStartInfo("dotnet", ["exec", program])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // The server looks for its appsettings.json there.
            WorkingDirectory = Path.GetDirectoryName(program),
        };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        return new ServerProcess(new Process { StartInfo = start }, new StreamWriter(logFile, append: false) { AutoFlush = true });
    }

    /// <summary>Asks the server to stop, and makes it after a while.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            // Where there is no shell the console's Ctrl-C has reached the server as well.
            if (!OperatingSystem.IsWindows() && !_process.HasExited)
                using (var kill = Process.Start("/bin/sh", ["-c", "kill -s TERM \"$1\"", "sh", Pid]))
                    await kill.WaitForExitAsync(CancellationToken.None);
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeToStop, TimeProvider.System, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            // Its last lines are still on their way to the log.
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        if (_watch is not null)
            await _watch.DisposeAsync();
        _process.Dispose();
        await _log.DisposeAsync();
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_last)
        {
            _log.WriteLine(line);
            _last.Enqueue(line);
            if (_last.Count > LinesToKeep)
                _last.Dequeue();
        }
    }
}
