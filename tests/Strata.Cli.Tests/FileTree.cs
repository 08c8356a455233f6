using Strata.Testing;

namespace Strata.Cli.Tests;

/// <summary>A folder of files that goes with the test.</summary>
internal sealed class FileTree : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    /// <summary>A copy of the repository's brands and their allowlist.</summary>
    public static FileTree WithBrands()
    {
        var tree = new FileTree();
        foreach (var file in Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Root, "platforms"), "*.yaml", SearchOption.AllDirectories))
            tree.Write(System.IO.Path.GetRelativePath(Repository.Root, file), File.ReadAllText(file));
        const string allowlist = "infrastructure/policies/allowed_provider_hosts.yaml";
        tree.Write(allowlist, File.ReadAllText(System.IO.Path.Combine(Repository.Root, allowlist)));
        return tree;
    }

    public string At(string path) => System.IO.Path.Combine(Path, path);

    public string Write(string path, string content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), content);
        return At(path);
    }

    public void Replace(string path, string old, string with)
    {
        var text = File.ReadAllText(At(path));
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(At(path), text.Replace(old, with, StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();
}
