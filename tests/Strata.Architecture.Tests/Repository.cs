using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Strata.Architecture.Tests;

/// <summary>The checkout that these tests were built from.</summary>
internal static partial class Repository
{
    public static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    public static IEnumerable<SourceFile> Sources() => Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal))
        .Select(path => new SourceFile(path, path.Split('/')[1], File.ReadAllText(Path.Combine(Root, path))));

    /// <summary>The names of all test projects, test classes and, as <c>Class.Method</c>, tests.</summary>
    public static HashSet<string> Tests()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(Path.Combine(Root, "tests"), "*Tests.cs", SearchOption.AllDirectories))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            names.Add(Path.GetRelativePath(Path.Combine(Root, "tests"), path).Replace('\\', '/').Split('/')[0]);
            names.Add(name);
            names.UnionWith(TestMethod().Matches(File.ReadAllText(path)).Select(method => $"{name}.{method.Groups["name"].Value}"));
        }
        return names;
    }

    [GeneratedRegex(@"^    public (async )?(Task|ValueTask|void) (?<name>\w+)\(", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex TestMethod();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}

/// <summary>A file of <c>src</c>.</summary>
internal sealed record SourceFile(string Path, string Project, string Text);
