using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Strata.JsonSchema;
using Strata.Model.Documents;

namespace Strata.Model.Sections;

/// <summary>One section of the document: a top-level member with a schema of its own.</summary>
/// <param name="Name">The member's name, e.g. <c>quotas</c>.</param>
/// <param name="Title">The schema's title.</param>
/// <param name="Text">The schema as it is published, UTF-8.</param>
/// <param name="Schema">The schema, compiled.</param>
public sealed record Section(string Name, string Title, ReadOnlyMemory<byte> Text, CompiledSchema Schema);

/// <summary>
/// The product's language: the schemas of all sections, and the shapes that layering reads from them. Immutable; one per process is enough.
/// </summary>
public sealed class SectionCatalog
{
    /// <summary>The names of the sections, in the order in which people read them.</summary>
    public static readonly ImmutableArray<string> Names =
    [
        "branding", "llm", "features", "plugins", "quotas", "budgets", "observability", "logging",
        "rag", "residency", "egress", "semanticCache", "guardrails", "archival", "dashboards",
    ];

    // Asserted on the effective document only: a sparse layer need not say what another layer says.
    private static readonly FrozenSet<string> EffectiveOnly =
        FrozenSet.ToFrozenSet(["required", "dependentRequired", "dependentSchemas", "minProperties"], StringComparer.Ordinal);

    private readonly FrozenDictionary<string, Section> _byName;
    private readonly ImmutableArray<byte> _version;

    private SectionCatalog(FrozenDictionary<string, Section> byName, DocumentSchemas documents, ImmutableArray<byte> version)
    {
        _byName = byName;
        _version = version;
        Documents = documents;
        Sections = [.. Names.Select(name => byName[name])];
        Root = new ObjectShape(Sections.Select(section => KeyValuePair.Create(section.Name, ShapeReader.Read(section.Schema.Root, JsonPointer.Of(section.Name)))));
    }

    /// <summary>The sections in reading order.</summary>
    public ImmutableArray<Section> Sections { get; }

    /// <summary>The schemas of the documents that hold no sections: allowlist, segment, tenant attributes.</summary>
    public DocumentSchemas Documents { get; }

    /// <summary>The shape of the whole document.</summary>
    public ObjectShape Root { get; }

    /// <summary>The shape of a segment's document, its <c>config</c> being shaped by the sections.</summary>
    public Shape Segment => field ??= new ObjectShape(
        [.. ((ObjectShape)Documents.Segment).Members.Where(member => member.Key != "config"), KeyValuePair.Create<string, Shape>("config", Root)]);

    /// <summary>Where leaves begin in the documents of a kind of layer.</summary>
    public Shape ShapeOf(LayerKind kind) => kind switch
    {
        LayerKind.Allowlist => Documents.Allowlist,
        LayerKind.Attributes => Documents.Attributes,
        LayerKind.Segment => Segment,
        LayerKind.Platform or LayerKind.Tenant => Root,
    };

    /// <summary>Twelve hexadecimal digits that change whenever any schema does: core's part of a revision vector.</summary>
    public string Version => Convert.ToHexStringLower(_version.AsSpan(0, 6));

    /// <summary>Compiles the schemas that this assembly carries.</summary>
    /// <exception cref="SchemaException">A schema is wrong: a defect of the build.</exception>
    public static SectionCatalog Load()
    {
        var files = EmbeddedSchemas.All();
        var registry = new SchemaRegistry().AddVocabulary(
            "https://schemas.strata.dev/vocabularies/override", "override", "overrideOrder", "opaque", "anchor");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, text) in files)
        {
            registry.Add(text);
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(text.Span);
        }
        var options = new SchemaOptions { MaxErrors = 10_000 };
        var sections = Names.ToFrozenDictionary(name => name, name =>
        {
            var schema = registry.Compile($"https://schemas.strata.dev/sections/{name}", options);
            return new Section(name, schema.Root.Annotation("title")?.GetString() ?? name, files[$"{name}.json"], schema);
        }, StringComparer.Ordinal);
        return new SectionCatalog(sections, DocumentSchemas.Compile(registry, options), [.. hash.GetHashAndReset()]);
    }

    /// <summary>A section by name; <c>null</c> when there is none.</summary>
    public Section? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Every leaf that a sparse document sets.</summary>
    public IEnumerable<Leaf> Leaves(JsonObject document) => Sparse.Leaves(Root, document);

    /// <summary>What is wrong with a layer's sparse document: types, ranges, formats, patterns, unknown members.</summary>
    public ImmutableArray<Violation> CheckLayer(JsonObject document) =>
        [.. Check(document, error => !IsEffectiveOnly(error)), .. References.Check(Leaves(document))];

    /// <summary>What is wrong with an effective document: the same, and what must be there.</summary>
    public ImmutableArray<Violation> CheckEffective(JsonObject document) => [.. Check(document, static _ => true)];

    /// <summary>What is wrong with an effective document and was not before. Sections that both share are not looked at again.</summary>
    public IEnumerable<Violation> CheckEffective(JsonObject before, JsonObject after)
    {
        var changed = after.Names.Where(name => !ReferenceEquals(before[name], after[name])).ToHashSet(StringComparer.Ordinal);
        var found = CheckEffective(Only(after, changed));
        return found.IsEmpty ? [] : found.Except(CheckEffective(Only(before, changed)));
    }

    private static JsonObject Only(JsonObject document, HashSet<string> names) => JsonObject.Of(document.Members.ToArray().Where(member => names.Contains(member.Key)));

    private IEnumerable<Violation> Check(JsonObject document, Func<(JsonPointer Pointer, SchemaError Error), bool> counts)
    {
        foreach (var name in document.Names)
        {
            if (Find(name) is not { } section)
            {
                yield return new Violation(JsonPointer.Of(name), "additionalProperties", $"is not a section; the sections are {string.Join(", ", Names)}");
                continue;
            }
            foreach (var violation in SchemaViolations.Of(section.Schema, document[name]!, JsonPointer.Of(name), counts))
                yield return violation;
        }
    }

    private bool IsEffectiveOnly((JsonPointer Pointer, SchemaError Error) found) =>
        (EffectiveOnly.Contains(found.Error.Keyword) || found.Error.KeywordLocation.Contains("/then/", StringComparison.Ordinal)
            || found.Error.KeywordLocation.Contains("/else/", StringComparison.Ordinal))
        && Root.At(found.Pointer) is ObjectShape or MapShape;
}
