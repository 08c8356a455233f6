using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Strata.Embedded.Postgres;

/// <summary>A data folder, locked for this process, initialized, and free of the leftovers of a killed run.</summary>
/// <param name="folder">What PostgreSQL calls its data directory.</param>
/// <param name="password">The superuser's password; null where everybody on this machine is trusted (tests).</param>
/// <param name="held">Keeps other processes off the folder.</param>
internal sealed class PostgresCluster(string folder, string? password, FileLock held) : IDisposable
{
    /// <summary>The superuser.</summary>
    public const string UserName = "strata";

    private const string MajorVersion = "18";

    /// <summary>What PostgreSQL calls its data directory.</summary>
    public string Folder => folder;

    private string PidFile => Path.Combine(folder, "postmaster.pid");

    /// <summary>The superuser's password; null where everybody on this machine is trusted (tests).</summary>
    public string? Password => password;

    /// <summary>Opens the folder of a lasting server, creating it when missing.</summary>
    public static async Task<PostgresCluster> OpenAsync(PostgresTools tools, string dataFolder, Action<string> progress, CancellationToken cancellationToken)
    {
        dataFolder = Path.GetFullPath(dataFolder);
        Directory.CreateDirectory(dataFolder);
        var held = FileLock.TryTake(Path.Combine(dataFolder, "lock"))
            ?? throw new EmbeddedServerException(EmbeddedFailure.DataFolderInUse, $"Another process already runs PostgreSQL on {dataFolder}. Stop it, or choose another data folder.");
        try
        {
            var cluster = Path.Combine(dataFolder, "cluster");
            if (!Directory.Exists(cluster))
                await CreateAsync(tools, dataFolder, progress, cancellationToken);
            var folder = Directory.ResolveLinkTarget(cluster, returnFinalTarget: true)?.FullName ?? cluster;
            var password = await CheckAsync(dataFolder, folder, cancellationToken);
            var opened = new PostgresCluster(folder, password, held);
            await opened.StopLeftoverAsync(tools, progress, cancellationToken);
            return opened;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Makes a throw-away folder; <paramref name="home"/> is new and locked.</summary>
    public static async Task<PostgresCluster> CreateThrowAwayAsync(PostgresTools tools, string home, FileLock held, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(home);
            await PostgresTools.HandOverAsync(home, cancellationToken);
            await InitializeAsync(tools, home, ["-A", "trust"], cancellationToken);
            return new PostgresCluster(home, null, held);
        }
        catch
        {
            ThrowAwayFolder.Delete(home);
            held.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Ends what a killed run left behind: a server without its owner, or its pid file. We hold the folder's lock, so nobody is using either.
    /// PostgreSQL would take a zombie or a stranger with the same pid for its own and refuse to start.
    /// </summary>
    public async Task StopLeftoverAsync(PostgresTools tools, Action<string> progress, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
            return;
        if (IsAlive(await ReadAsync(PidFile, cancellationToken)))
        {
            progress("Stopping the PostgreSQL that an interrupted run left behind");
            if (!await StopAsync(tools, "fast", cancellationToken))
                await StopAsync(tools, "immediate", cancellationToken);
        }

        File.Delete(PidFile);
    }

    /// <summary>Ends when the running server of this folder has ended, by whatever.</summary>
    public async Task WaitForEndAsync(CancellationToken cancellationToken)
    {
        if ((await ReadAsync(PidFile, cancellationToken)) is not [var first, ..] || !int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            return;
        try
        {
            using var process = Process.GetProcessById(pid);
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (ArgumentException)
        {
            // It is gone already.
        }
    }

    /// <summary>The lines of a file; none where it is not there, or is gone at this moment.</summary>
    private static async Task<string[]> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllLinesAsync(file, cancellationToken);
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }

    /// <summary>Stops the server of this folder: `fast` lets it write what it has, `immediate` does not. False when it did not stop in time.</summary>
    public async Task<bool> StopAsync(PostgresTools tools, string mode, CancellationToken cancellationToken) =>
        (await tools.RunAsync("pg_ctl", ["stop", "-D", folder, "-m", mode, "-w", "-t", "60", "-s"], cancellationToken)).ExitCode == 0;

    public void Dispose() => held.Dispose();

    private bool IsAlive(string[] pidLines)
    {
        // The second line is the server's folder: a copied pid file names the server of the original, which is none of our business.
        if (pidLines.Length < 3
            || pidLines[1] != Path.GetFullPath(folder)
            || !int.TryParse(pidLines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            || !long.TryParse(pidLines[2], NumberStyles.None, CultureInfo.InvariantCulture, out var startedAt))
            return false;
        try
        {
            using var process = Process.GetProcessById(pid);
            var apart = process.StartTime.ToUniversalTime() - DateTimeOffset.FromUnixTimeSeconds(startedAt).UtcDateTime;
            return process.ProcessName.StartsWith("postgres", StringComparison.Ordinal) && apart.Duration() < TimeSpan.FromMinutes(1);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Initializes aside and moves the result into place, so that an interrupted start leaves nothing half-made.</summary>
    private static async Task CreateAsync(PostgresTools tools, string dataFolder, Action<string> progress, CancellationToken cancellationToken)
    {
        progress($"Creating the database server's files in {dataFolder}");
        var cluster = Path.Combine(dataFolder, "cluster");
        const string elsewhere = "/var/lib/strata";
        var here = PostgresTools.CanReach(dataFolder);
        var aside = here ? cluster + ".new" : $"{elsewhere}/{Guid.CreateVersion7():n}";
        if (Directory.Exists(aside))
            Directory.Delete(aside, recursive: true);
        Directory.CreateDirectory(aside);
        if (!here && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(elsewhere, (UnixFileMode)0b111_101_101);
        await PostgresTools.HandOverAsync(aside, cancellationToken);
        await InitializeWithPasswordAsync(tools, aside, PasswordFile(dataFolder), cancellationToken);
        if (here)
            Directory.Move(aside, cluster);
        else
            Directory.CreateSymbolicLink(cluster, aside);
    }

    private static async Task InitializeWithPasswordAsync(PostgresTools tools, string folder, string passwordFile, CancellationToken cancellationToken)
    {
        var password = RandomNumberGenerator.GetHexString(40, lowercase: true);
        await WritePrivateAsync(passwordFile, password, cancellationToken);
        // initdb wants an empty folder and its own user must read the file, so the copy for it lies in the temporary folder for a second.
        var copy = Path.Combine(PostgresTools.TemporaryFolder, $"strata-{Guid.CreateVersion7():n}");
        try
        {
            await WritePrivateAsync(copy, password, cancellationToken);
            await PostgresTools.HandOverAsync(copy, cancellationToken);
            await InitializeAsync(tools, folder, ["-A", "scram-sha-256", $"--pwfile={copy}"], cancellationToken);
        }
        finally
        {
            File.Delete(copy);
        }
    }

    private static async Task InitializeAsync(PostgresTools tools, string folder, string[] authentication, CancellationToken cancellationToken)
    {
        string[] arguments = ["-D", folder, "-U", UserName, "-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync", "--no-instructions"];
        // A second's work that is not cut off: the server inside would leave its shared memory behind.
        var result = await tools.RunAsync("initdb", [.. arguments, .. authentication], CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        if (result.ExitCode != 0)
            throw new EmbeddedServerException(EmbeddedFailure.StartFailed, $"PostgreSQL could not initialize {folder}: {result.Output}");
    }

    private static async Task<string> CheckAsync(string dataFolder, string folder, CancellationToken cancellationToken)
    {
        var version = Path.Combine(folder, "PG_VERSION");
        if (!File.Exists(version))
            throw Broken(dataFolder, $"{version} is missing");
        var found = (await File.ReadAllTextAsync(version, cancellationToken)).Trim();
        if (found != MajorVersion)
            throw Broken(dataFolder, $"it was written by PostgreSQL {found}, this is {MajorVersion}");
        if (!File.Exists(PasswordFile(dataFolder)))
            throw Broken(dataFolder, $"{PasswordFile(dataFolder)} is missing");
        return (await File.ReadAllTextAsync(PasswordFile(dataFolder), cancellationToken)).Trim();
    }

    /// <summary>The refusal of a folder that this server cannot run on.</summary>
    public static EmbeddedServerException Broken(string dataFolder, string detail) =>
        new(EmbeddedFailure.DataFolderBroken, $"The data folder {dataFolder} cannot be used: {detail}. Move it away to start with an empty one.");

    private static string PasswordFile(string dataFolder) => Path.Combine(dataFolder, "password");

    private static async Task WritePrivateAsync(string path, string text, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var writer = new StreamWriter(path, options);
        await writer.WriteLineAsync(text.AsMemory(), cancellationToken);
    }
}
