using System.Text;
using System.Text.Json;

namespace Strata.JsonSchema.Tests.Suite;

/// <summary>One test of the suite: a schema, an instance as it stands in the file, and the verdict.</summary>
public sealed record SuiteCase(string File, string Group, string Name, byte[] Schema, byte[] Data, bool Valid)
{
    public override string ToString() => $"{File} / {Group} / {Name}";

    internal static IEnumerable<SuiteCase> In(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            var file = Path.GetRelativePath(SuiteFolder.Tests, path).Replace('\\', '/');
            using var document = JsonDocument.Parse(System.IO.File.ReadAllBytes(path));
            foreach (var group in document.RootElement.EnumerateArray())
            {
                foreach (var test in group.GetProperty("tests").EnumerateArray())
                {
                    yield return new SuiteCase(
                        file,
                        group.GetProperty("description").GetString()!,
                        test.GetProperty("description").GetString()!,
                        Encoding.UTF8.GetBytes(group.GetProperty("schema").GetRawText()),
                        Encoding.UTF8.GetBytes(test.GetProperty("data").GetRawText()),
                        test.GetProperty("valid").GetBoolean());
                }
            }
        }
    }
}
