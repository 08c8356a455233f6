namespace Strata.JsonSchema.Tests.Suite;

/// <summary>The suite's remote schemas, served from memory as if at http://localhost:1234.</summary>
internal static class Remotes
{
    private static readonly Lazy<(string Uri, byte[] Json)[]> Files = new(() =>
    [
        .. new[] { "draft2020-12", "draft2019-09" }.SelectMany(draft => Directory.EnumerateFiles(Path.Combine(SuiteFolder.Remotes, draft), "*.json", SearchOption.AllDirectories))
            .Select(path => ("http://localhost:1234/" + Path.GetRelativePath(SuiteFolder.Remotes, path).Replace('\\', '/'), File.ReadAllBytes(path))),
    ]);

    public static SchemaRegistry Registry()
    {
        var registry = new SchemaRegistry();
        foreach (var (uri, json) in Files.Value)
            registry.Add(json, uri);
        return registry;
    }
}
