using System.Buffers;
using System.IO.Enumeration;
using System.Text;
using System.Text.Unicode;

namespace Strata.Cli.Files;

/// <summary>Finds and reads files of configuration.</summary>
/// <param name="terminal">For standard input.</param>
internal sealed class ConfigurationFiles(Terminal terminal)
{
    /// <summary>The allowlist's place in a repository.</summary>
    public const string AllowlistPath = "infrastructure/policies/allowed_provider_hosts.yaml";

    private const long MaxFileBytes = 16 << 20;
    private static readonly string[] Endings = [".yaml", ".yml", ".json"];

    /// <summary>
    /// The allowlist that goes with a folder of brands: `DIR/../infrastructure/policies/allowed_provider_hosts.yaml`; null when there is none.
    /// </summary>
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
        var files = Below(path).Order(StringComparer.Ordinal);
        return AllowlistOf(path) is { } allowlist ? files.Prepend(allowlist) : files;
    }

    /// <summary>
    /// The files below a folder. Links to files count; links to folders and hidden folders do not: they could lead in a circle, or give the same file
    /// twice, as in folders that Kubernetes mounts.
    /// </summary>
    private static string[] Below(string folder)
    {
        var files = new FileSystemEnumerable<string>(
            folder,
            static (ref entry) => entry.ToSpecifiedFullPath(),
            new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false })
        {
            ShouldIncludePredicate = static (ref entry) => !entry.IsDirectory && Endings.Contains(Path.GetExtension(entry.FileName).ToString()),
            ShouldRecursePredicate = static (ref entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && entry.FileName[0] != '.',
        };
        try
        {
            return [.. files];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Invalid, $"{folder} cannot be read: {e.Message}");
        }
    }

    private async Task<(IReadOnlyList<SourceFile> Documents, Problem? Problem)> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        if (path == "-")
            return Parse(await terminal.In.ReadToEndAsync(cancellationToken), path);
        try
        {
            if (new FileInfo(path).Length > MaxFileBytes)
                return ([], At(path, 1, 1, $"must be at most {MaxFileBytes >> 20} MB"));
            var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
            return NotUtf8(bytes, path) is { } fault ? ([], fault) : Parse(Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF'), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ([], At(path, 1, 1, $"cannot be read: {e.Message}"));
        }
    }

    private static (IReadOnlyList<SourceFile> Documents, Problem? Problem) Parse(string text, string path)
    {
        var (documents, problem) = YamlReader.Read(text, path);
        return problem is null && documents.All(document => document.Value is null) ? ([], At(path, 1, 1, "holds no document")) : (documents, problem);
    }

    /// <summary>The first bytes that are no UTF-8; null when all are.</summary>
    private static Problem? NotUtf8(ReadOnlySpan<byte> bytes, string path)
    {
        if (Utf8.IsValid(bytes))
            return null;
        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var length) == OperationStatus.Done)
            at += length;
        var before = bytes[..at];
        return At(path, before.Count((byte)'\n') + 1, at - before.LastIndexOf((byte)'\n'), "is no UTF-8 from here on");
    }

    private static Problem At(string path, int line, int column, string message) => new(path, new Place(line, column), "", "file", message);
}
