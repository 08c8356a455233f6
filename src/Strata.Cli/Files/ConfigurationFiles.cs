namespace Strata.Cli.Files;

/// <summary>Finds and reads files of configuration.</summary>
/// <param name="terminal">For standard input.</param>
internal sealed class ConfigurationFiles(Terminal terminal)
{
    /// <summary>The allowlist's place in a repository.</summary>
    public const string AllowlistPath = "infrastructure/policies/allowed_provider_hosts.yaml";

    private const long MaxFileBytes = 16 << 20;
    private static readonly string[] Endings = [".yaml", ".yml", ".json"];

    /// <summary>The allowlist that goes with a folder of brands: `DIR/../infrastructure/policies/allowed_provider_hosts.yaml`; null when there is none.</summary>
    public static string? AllowlistOf(string folder)
    {
        var file = Path.Combine(folder, "..", AllowlistPath);
        return Directory.Exists(folder) && File.Exists(file) ? Path.GetRelativePath(".", file) : null;
    }

    /// <summary>The nearest folder above a path that has an allowlist beside it; null when there is none.</summary>
    public static string? BrandsAround(string path)
    {
        for (var folder = new DirectoryInfo(path); folder is not null; folder = folder.Parent)
        {
            if (AllowlistOf(folder.FullName) is not null)
                return folder.FullName;
        }

        return null;
    }

    /// <summary>Reads everything that the paths name, with the allowlist beside a folder of brands.</summary>
    /// <param name="paths">Files, folders, or `-` for standard input.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="CommandFailedException">A path does not exist.</exception>
    public async Task<ConfigurationSet> ReadAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        var documents = new List<SourceFile>();
        var problems = new List<Problem>();
        foreach (var path in paths.SelectMany(Files).Distinct(StringComparer.Ordinal))
        {
            var (read, problem) = await ReadFileAsync(path, cancellationToken);
            documents.AddRange(read.Where(document => document.Value is not null));
            if (problem is not null)
                problems.Add(problem);
        }

        return ConfigurationSet.Of(documents, problems);
    }

    private static IEnumerable<string> Files(string path)
    {
        if (path == "-" || File.Exists(path))
            return [path];
        if (!Directory.Exists(path))
            throw new CommandFailedException(ExitCode.NotFound, $"There is no file or folder '{path}'.");
        var files = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Where(file => Endings.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal);
        return AllowlistOf(path) is { } allowlist ? files.Prepend(allowlist) : files;
    }

    private async Task<(IReadOnlyList<SourceFile> Documents, Problem? Problem)> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        if (path == "-")
            return YamlReader.Read(await terminal.In.ReadToEndAsync(cancellationToken), path);
        try
        {
            return new FileInfo(path).Length > MaxFileBytes
                ? ([], new Problem(path, new Place(1, 1), "", "file", $"must be at most {MaxFileBytes >> 20} MB"))
                : YamlReader.Read(await File.ReadAllTextAsync(path, cancellationToken), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Failure, $"{path} cannot be read: {e.Message}");
        }
    }
}
