using System.Collections.Frozen;
using System.Reflection;
using Strata.JsonSchema.Compilation;

namespace Strata.JsonSchema.Loading;

/// <summary>The metaschemas of draft 2020-12, embedded as published. Immutable, hence shared by all registries.</summary>
internal static class StandardMetaschemas
{
    /// <summary>Schemas may be nested as deep as their loader allows.</summary>
    public static SchemaOptions Options { get; } = new() { MaxDepth = SchemaDocument.MaxDepth };

    private static readonly Lazy<CompiledSchema> Draft202012 = new(() =>
        new CompiledSchema(new Compiler(new SchemaRegistry(), Options).Compile(UriReference.Parse(SchemaRegistry.Draft202012)), Options));

    public static FrozenDictionary<string, SchemaResource> Resources { get; } = Load().ToFrozenDictionary(resource => resource.Uri, StringComparer.Ordinal);

    public static CompiledSchema Compiled => Draft202012.Value;

    private static IEnumerable<SchemaResource> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith("metaschema/", StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            yield return SchemaDocument.Load(bytes, retrievalUri: null).Root;
        }
    }
}
