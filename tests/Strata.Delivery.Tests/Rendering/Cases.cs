using System.Runtime.CompilerServices;
using Strata.Delivery.Rendering;

namespace Strata.Delivery.Tests.Rendering;

/// <summary>
/// Golden cases: <c>Cases/&lt;case&gt;/input.yaml</c> and the expected files beside it. Without an input the case is this repository: its brands, and the
/// files that are committed for them.
/// <c>STRATA_APPROVE=1</c> rewrites the expectations; the review reads the diff.
/// </summary>
internal static class Cases
{
    public static TheoryData<string> In(string folder) => [.. Directory.EnumerateDirectories(Path.Combine(Here(), folder)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public static void Check(string folder, string name, Func<Installation, IEnumerable<GeneratedFile>> render)
    {
        var at = Path.Combine(Here(), folder, name);
        var input = Path.Combine(at, "input.yaml");
        var installation = File.Exists(input) ? Installations.Read(File.ReadAllText(input)) : Installations.Committed();

        var files = render(installation).ToArray();

        foreach (var file in files)
            Equal(File.Exists(input) ? Path.Combine(at, Path.GetFileName(file.Path)) : Path.Combine(Installations.Repository, file.Path), file.Text);
        Equal(Path.Combine(at, "warnings.txt"), string.Concat(files.SelectMany(file => file.Warnings).Select(warning => $"{warning}\n")));
    }

    private static void Equal(string path, string actual)
    {
        if (Environment.GetEnvironmentVariable("STRATA_APPROVE") == "1")
            File.WriteAllText(path, actual);
        Assert.Equal(File.Exists(path) ? File.ReadAllText(path) : "(no such file; STRATA_APPROVE=1 writes it)", actual);
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(Path.GetDirectoryName(path))!;
}
