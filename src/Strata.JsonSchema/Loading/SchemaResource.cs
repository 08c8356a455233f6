using Strata.JsonSchema.Json;

namespace Strata.JsonSchema.Loading;

/// <summary>A schema with a URI of its own: a document's root, or a schema inside it with <c>$id</c>.</summary>
internal sealed class SchemaResource(UriReference baseUri, SchemaDocument document, int row, string? dialect)
{
    /// <summary>Without fragment; what relative references in this resource are resolved against.</summary>
    public UriReference BaseUri { get; } = baseUri;

    public string Uri { get; } = baseUri.ToString();

    public SchemaDocument Document { get; } = document;

    public int Row { get; } = row;

    /// <summary>URI of the metaschema by <c>$schema</c>, here or in a resource around this one; null leaves it to the options.</summary>
    public string? Dialect { get; } = dialect;

    /// <summary>Rows by <c>$anchor</c> and <c>$dynamicAnchor</c>.</summary>
    public Dictionary<string, int> Anchors { get; } = new(StringComparer.Ordinal);

    /// <summary>Rows by <c>$dynamicAnchor</c> alone.</summary>
    public Dictionary<string, int> DynamicAnchors { get; } = new(StringComparer.Ordinal);

    /// <summary>Absolute location of a row of this resource.</summary>
    public string Locate(int at) => $"{Uri}#{JsonPointer.Between(Document.Tape, Row, at)}";
}
