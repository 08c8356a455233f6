using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Strata.Embedded;

namespace Strata.Cli.Tests;

/// <summary>A real `strata up` with a data folder of its own.</summary>
internal sealed partial class UpProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly Process _process;
    private readonly ParentWatch? _watch;

    private UpProcess(Process process)
    {
        _process = process;
        _watch = ParentWatch.Start("kill -s TERM \"$1\"", process.Id.ToString(CultureInfo.InvariantCulture));
    }

    public string Url { get; private set; } = "";

    public string Token { get; private set; } = "";

    public static Task<UpProcess> StartAsync(string dataFolder, CancellationToken cancellationToken, params string[] arguments) =>
        StartAsync(dataFolder, [], cancellationToken, arguments);

    public static async Task<UpProcess> StartAsync(string dataFolder, Dictionary<string, string> variables, CancellationToken cancellationToken, params string[] arguments)
    {
        var up = new UpProcess(Start(["up", "--port", "0", "--data", dataFolder, .. arguments], variables));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        while (await up.LineAsync(deadline.Token) is { } line)
        {
            if (Ready().Match(line) is { Success: true } ready)
                up.Url = ready.Groups["url"].Value;
            if (!Export().IsMatch(line))
                continue;
            up.Token = Export().Match(line).Groups["token"].Value;
            return up;
        }

        var said = await up._process.StandardError.ReadToEndAsync(cancellationToken);
        await up.DisposeAsync();
        throw new InvalidOperationException($"`strata up` did not become ready: {said}");
    }

    /// <summary>The next line; null when there is none, or none in time.</summary>
    private async Task<string?> LineAsync(CancellationToken patience)
    {
        try
        {
            return await _process.StandardOutput.ReadLineAsync(patience);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            return null;
        }
    }

    /// <summary>Runs a `strata` that ends by itself.</summary>
    public static async Task<(int ExitCode, string Error)> RunAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        using var process = Start(arguments, []);
        var error = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, error);
    }

    /// <summary>Sends the signal that a process manager sends, and gives the exit code.</summary>
    public async Task<int> StopAsync()
    {
        if (OperatingSystem.IsWindows())
            _process.Kill();
        else
            using (var kill = Process.Start("/bin/sh", ["-c", "kill -s TERM \"$1\"", "sh", _process.Id.ToString(CultureInfo.InvariantCulture)]))
                await kill.WaitForExitAsync(CancellationToken.None);
        await _process.WaitForExitAsync(CancellationToken.None);
        return _process.ExitCode;
    }

    /// <summary>Ends it as a power cut would.</summary>
    public Task KillAsync()
    {
        _process.Kill();
        return _process.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await StopAsync();
        if (_watch is not null)
            await _watch.DisposeAsync();
        _process.Dispose();
    }

    private static Process Start(string[] arguments, Dictionary<string, string> variables)
    {
        // artifacts/bin/Strata.Cli.Tests/debug -> artifacts/bin/Strata.Cli/debug
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(own.Parent!.Parent!.FullName, "Strata.Cli", own.Name, "strata.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", program, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["STRATA_ROOT"] = Repository.Root;
        start.Environment.Remove("STRATA_TOKEN");
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    [GeneratedRegex("^Strata is ready at (?<url>http://127.0.0.1:[0-9]+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ready();

    [GeneratedRegex("STRATA_TOKEN=(?<token>[^ ]+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Export();
}
