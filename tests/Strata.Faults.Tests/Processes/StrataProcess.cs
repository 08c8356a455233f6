using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Strata.Testing;

namespace Strata.Faults.Tests.Processes;

/// <summary>A step at which a server dies, or is frozen.</summary>
/// <param name="Step">A checkpoint's name.</param>
/// <param name="Pass">At the how many-th time, from 1.</param>
internal sealed record Ambush(string Step, int Pass)
{
    /// <summary>The order to kill the process there.</summary>
    public string Deadly => string.Create(CultureInfo.InvariantCulture, $"kill {Step} {Pass}");

    /// <summary>The order to freeze the process there.</summary>
    public string Freezing => string.Create(CultureInfo.InvariantCulture, $"stop {Step} {Pass}");
}

/// <summary>The real server program in a process of its own, with <c>Strata.Faults.Trap</c> inside.</summary>
internal sealed partial class StrataProcess : IAsyncDisposable
{
    private const int LinesToKeep = 300;

    private readonly Process _process;
    private readonly Queue<string> _said = new();
    private readonly TaskCompletionSource<Uri?> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _set = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StrataProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.Exited += (_, _) =>
        {
            _ready.TrySetResult(null);
            _set.TrySetResult();
            _woken.TrySetResult();
        };
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    public bool IsAlive => !_process.HasExited;

    /// <summary>The step that the trap has shut at; never ends while it has not.</summary>
    public Task<string> Reached => _reached.Task;

    /// <summary>Ends when it has been frozen by the trap and goes on, or is dead.</summary>
    public Task Woken => _woken.Task;

    /// <summary>What the server said last.</summary>
    public string LastWords
    {
        get
        {
            lock (_said)
                return string.Join('\n', _said);
        }
    }

    /// <summary>Starts a server; ready for requests when the task ends, or dead in its trap.</summary>
    /// <param name="settings">Environment variables.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<StrataProcess> StartAsync(IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var process = new StrataProcess(StartInfo(settings));
        process._process.Start();
        process._process.BeginOutputReadLine();
        process._process.BeginErrorReadLine();
        if (await process._ready.Task.WaitAsync(TimeSpan.FromMinutes(3), cancellationToken) is { } address)
            process.Address = address;
        else if (await process.DeathAsync() is null)
            throw new InvalidOperationException($"The server ended before it was ready:\n{process.LastWords}");
        return process;
    }

    /// <summary>Sets the trap; a server that is dead already stays so.</summary>
    public async Task ObeyAsync(string order)
    {
        if (!IsAlive)
            return;
        try
        {
            await _process.StandardInput.WriteLineAsync(order);
            await _process.StandardInput.FlushAsync(CancellationToken.None);
        }
        catch (IOException)
        {
            return;
        }
        await _set.Task.InTimeAsync(CancellationToken.None, $"the server obeys '{order}'");
        _set = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Waits for its end and says in which trap it died; <c>null</c> when in none.</summary>
    public async Task<string?> DeathAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None);
        return Reached.IsCompleted ? await Reached : null;
    }

    /// <summary>Lets a frozen process go on.</summary>
    private async Task ContinueAsync()
    {
        using var shell = Process.Start("/bin/sh", ["-c", "kill -s CONT \"$1\"", "sh", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await shell.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>The same until something is done: who has said that it is about to freeze may not have yet.</summary>
    public async Task ContinueUntilAsync(Task done, CancellationToken cancellationToken)
    {
        await Waiting.UntilAsync(
            async () =>
            {
                await ContinueAsync();
                return done.IsCompleted;
            },
            cancellationToken,
            "the server goes on");
        await done;
    }

    public async ValueTask DisposeAsync()
    {
        if (IsAlive)
            await KillAsync();
        _process.Dispose();
    }

    private static ProcessStartInfo StartInfo(IReadOnlyDictionary<string, string> settings)
    {
        // artifacts/bin/Strata.Faults.Tests/debug -> artifacts/bin/Strata.Server/debug
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        string Built(string project) => Path.Combine(own.Parent!.Parent!.FullName, project, own.Name);
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(Built("Strata.Server"), "Strata.Server.dll")])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Built("Strata.Server"),
        };
        start.Environment["DOTNET_STARTUP_HOOKS"] = Path.Combine(Built("Strata.Faults.Trap"), "Strata.Faults.Trap.dll");
        start.Environment["ASPNETCORE_HOSTINGSTARTUPASSEMBLIES"] = "Strata.Faults.Trap";
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        // Started again and again: what pays off after minutes only costs here.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        return start;
    }

    private void Hear(string? line)
    {
        if (line is null)
            return;
        lock (_said)
        {
            _said.Enqueue(line);
            if (_said.Count > LinesToKeep)
                _said.Dequeue();
        }
        if (Listening().Match(line) is { Success: true } listening)
            _ready.TrySetResult(new Uri(listening.Groups["url"].Value));
        else if (line == "trap: set")
            _set.TrySetResult();
        else if (line == "trap: woken")
            _woken.TrySetResult();
        else if (line.StartsWith("trap: ", StringComparison.Ordinal))
            _reached.TrySetResult(line["trap: ".Length..]);
    }

    [GeneratedRegex("Now listening on: (?<url>http://127.0.0.1:[0-9]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Listening();
}
