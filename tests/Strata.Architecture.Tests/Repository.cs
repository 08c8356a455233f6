using System.Runtime.CompilerServices;

namespace Strata.Architecture.Tests;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    public static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    public static IEnumerable<SourceFile> Sources() => Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal))
        .Select(path => new SourceFile(path, path.Split('/')[1], File.ReadAllText(Path.Combine(Root, path))));

    private static string ThisFile([CallerFilePath] string path = "") => path;
}

/// <summary>A file of <c>src</c>.</summary>
internal sealed record SourceFile(string Path, string Project, string Text);
