using System.Collections.Immutable;
using Strata.JsonSchema;
using Strata.Model.Documents;

namespace Strata.Model.Sections;

/// <summary>The schemas of the layers that are not made of sections.</summary>
public sealed class DocumentSchemas
{
    private readonly CompiledSchema _allowlist;
    private readonly CompiledSchema _segment;
    private readonly CompiledSchema _attributes;

    private DocumentSchemas(CompiledSchema allowlist, CompiledSchema segment, CompiledSchema attributes)
    {
        (_allowlist, _segment, _attributes) = (allowlist, segment, attributes);
        (Allowlist, Segment, Attributes) = (Shape(allowlist), Shape(segment), Shape(attributes));
    }

    /// <summary>The shape of the allowlist's document.</summary>
    public Shape Allowlist { get; }

    /// <summary>The shape of a segment's document; its <c>config</c> is shaped by the sections instead.</summary>
    public Shape Segment { get; }

    /// <summary>The shape of a tenant's attributes.</summary>
    public Shape Attributes { get; }

    /// <summary>What is wrong with an allowlist.</summary>
    public ImmutableArray<Violation> CheckAllowlist(JsonObject document) => Check(_allowlist, document);

    /// <summary>What is wrong with a segment's document, its <c>config</c> apart.</summary>
    public ImmutableArray<Violation> CheckSegment(JsonObject document) => Check(_segment, document);

    /// <summary>What is wrong with a tenant's attributes.</summary>
    public ImmutableArray<Violation> CheckAttributes(JsonObject document) => Check(_attributes, document);

    internal static DocumentSchemas Compile(SchemaRegistry registry, SchemaOptions options) => new(
        registry.Compile("https://schemas.strata.dev/allowlist", options),
        registry.Compile("https://schemas.strata.dev/segment", options),
        registry.Compile("https://schemas.strata.dev/tenant-attributes", options));

    private static Shape Shape(CompiledSchema schema) => ShapeReader.Read(schema.Root, JsonPointer.Root);

    private static ImmutableArray<Violation> Check(CompiledSchema schema, JsonObject document) =>
        [.. SchemaViolations.Of(schema, document, JsonPointer.Root, static _ => true)];
}
