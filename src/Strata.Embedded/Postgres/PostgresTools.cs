using System.Diagnostics;

namespace Strata.Embedded.Postgres;

/// <summary>What a command line tool answered.</summary>
/// <param name="ExitCode">0 is success.</param>
/// <param name="Output">Standard output and error, trimmed.</param>
internal readonly record struct ToolResult(int ExitCode, string Output);

/// <summary>Runs the programs in PostgreSQL's `bin` folder, as a user that PostgreSQL accepts.</summary>
/// <param name="binFolder">The folder with `initdb`, `pg_ctl` and `postgres`.</param>
internal sealed class PostgresTools(string binFolder)
{
    /// <summary>The user that runs PostgreSQL in place of root, which it refuses; null when we are not root.</summary>
    public static string? User { get; } = !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess ? "nobody" : null;

    /// <summary>The temporary folder, as long as <see cref="User"/> may enter it.</summary>
    public static string TemporaryFolder => CanReach(Path.GetTempPath()) ? Path.GetTempPath() : "/tmp";

    /// <summary>Runs `initdb` or `pg_ctl` to its end.</summary>
    public async Task<ToolResult> RunAsync(string tool, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = StartInfo(Path.Combine(binFolder, OperatingSystem.IsWindows() ? tool + ".exe" : tool), arguments);
        if (User is not null)
            start.UserName = User;
        start.WorkingDirectory = Path.GetPathRoot(binFolder);
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        return await RunAsync(start, cancellationToken);
    }

    /// <summary>Runs any program to its end with captured output.</summary>
    public static async Task<ToolResult> RunAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        // On Windows the server that pg_ctl starts inherits its pipes, and reading them would wait for the server's end.
        var capture = !(OperatingSystem.IsWindows() && start.FileName.Contains("pg_ctl", StringComparison.Ordinal));
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = capture;
        start.RedirectStandardError = capture;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = capture ? process.StandardOutput.ReadToEndAsync(cancellationToken) : Task.FromResult("");
        var error = capture ? process.StandardError.ReadToEndAsync(cancellationToken) : Task.FromResult("");
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new ToolResult(process.ExitCode, $"{await output}\n{await error}".Trim());
    }

    /// <summary>A start without a shell and without a window.</summary>
    public static ProcessStartInfo StartInfo(string program, IEnumerable<string> arguments) =>
        new(program, arguments) { UseShellExecute = false, CreateNoWindow = true };

    /// <summary>Whether <see cref="User"/> may walk down to the folder; always true when we run PostgreSQL ourselves.</summary>
    public static bool CanReach(string folder)
    {
        if (OperatingSystem.IsWindows() || User is null)
            return true;
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (at.Exists && !at.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
                return false;
        }

        return true;
    }

    /// <summary>Gives an existing file or folder to <see cref="User"/>; nothing to do when we run PostgreSQL ourselves.</summary>
    public static async Task HandOverAsync(string path, CancellationToken cancellationToken)
    {
        if (User is not null)
            await ChangeAsync("chown", [User, path], cancellationToken);
    }

    /// <summary>Lets <see cref="User"/> read a file or folder and what is in it, whatever root's umask; nothing to do when we run PostgreSQL ourselves.</summary>
    public static async Task ShowAsync(string path, CancellationToken cancellationToken)
    {
        if (User is not null)
            await ChangeAsync("chmod", ["-R", "a+rX", path], cancellationToken);
    }

    private static async Task ChangeAsync(string tool, string[] arguments, CancellationToken cancellationToken)
    {
        var result = await RunAsync(StartInfo(tool, arguments), cancellationToken);
        if (result.ExitCode != 0)
            throw new EmbeddedServerException(EmbeddedFailure.StartFailed, $"PostgreSQL cannot run as root, and '{User}' could not be given its files: {result.Output}");
    }
}
