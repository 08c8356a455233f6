namespace Strata.Model.Sections;

/// <summary>The files of <c>schemas/</c>, which the assembly carries.</summary>
internal static class EmbeddedSchemas
{
    private const string Folder = "schemas/";

    /// <summary>Every schema file by name, in ordinal order.</summary>
    public static SortedDictionary<string, ReadOnlyMemory<byte>> All()
    {
        var assembly = typeof(EmbeddedSchemas).Assembly;
        var files = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            files.Add(name[Folder.Length..], bytes);
        }
        return files;
    }
}
