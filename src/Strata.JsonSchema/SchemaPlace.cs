using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Strata.JsonSchema.Compilation;
using Strata.JsonSchema.Json;

namespace Strata.JsonSchema;

/// <summary>
/// A place in documents, such as <c>quotas.users</c>, with all that the schema says about it whatever the document: <c>$ref</c> and
/// <c>allOf</c> are followed and merged, conditions and choices are not looked into. Immutable; schemas that refer to themselves make
/// places without end, built as they are asked for.
/// </summary>
public sealed class SchemaPlace
{
    private readonly PlaceGraph _graph;
    private readonly ImmutableArray<SchemaNode> _nodes;
    private readonly ConcurrentDictionary<string, JsonElement?> _annotations = new(StringComparer.Ordinal);
    private readonly Lazy<ImmutableArray<string>> _properties;

    internal SchemaPlace(PlaceGraph graph, ImmutableArray<SchemaNode> nodes)
    {
        _graph = graph;
        _nodes = nodes;
        _properties = new Lazy<ImmutableArray<string>>(FindProperties);
        Types = nodes.Aggregate(JsonTypes.All, (types, node) => types & node.Types);
    }

    /// <summary>Names in <c>properties</c>, in ordinal order. Those whose schema is <c>false</c> are left out.</summary>
    /// <exception cref="RegexMatchTimeoutException">See <see cref="Property"/>.</exception>
    public IReadOnlyList<string> Properties => _properties.Value;

    /// <summary>
    /// What <c>additionalProperties</c> says of names not listed; if it is absent, <c>true</c> or <c>false</c>, what the only entry of
    /// <c>patternProperties</c> says; null when neither does.
    /// </summary>
    public SchemaPlace? AdditionalProperties => _graph.Merge(_nodes.Select(OfOtherNames));

    /// <summary>What <c>items</c> says; null when it is absent, <c>true</c> or <c>false</c>.</summary>
    public SchemaPlace? Items => _graph.Merge(_nodes.Select(node => PlaceGraph.UnlessBoolean(node.Array?.Items)));

    /// <summary>The types allowed by <c>type</c>; all where it is absent.</summary>
    public JsonTypes Types { get; }

    /// <summary>Absolute URIs of the schemas merged here, the outermost first.</summary>
    public IEnumerable<string> Locations => _nodes.Select(node => node.Resource.Locate(node.Row));

    internal ImmutableArray<SchemaNode> Nodes => _nodes;

    /// <summary>A member: by <c>properties</c> and the <c>patternProperties</c> that match, else by <c>additionalProperties</c>.</summary>
    /// <param name="name">The member's name.</param>
    /// <returns>Null when nothing describes it, or when it is not allowed.</returns>
    /// <exception cref="RegexMatchTimeoutException">
    /// A pattern that is no automaton took longer than <see cref="SchemaOptions.MaxPatternTime"/> to match the name.
    /// </exception>
    public SchemaPlace? Property(string name)
    {
        var utf8 = JsonText.ToUtf8(name);
        var schemas = _nodes.SelectMany(node => OfName(node, utf8)).ToList();
        return schemas.Exists(schema => schema.IsFalse) ? null : _graph.Merge(schemas);
    }

    /// <summary>
    /// A keyword's value as it stands in the schema, such as <c>default</c>, <c>title</c>, or a custom vocabulary's. Where several schemas are
    /// merged, the outermost one's.
    /// </summary>
    /// <param name="keyword">The keyword.</param>
    /// <returns>Null when the keyword is absent.</returns>
    public JsonElement? Annotation(string keyword) => _annotations.GetOrAdd(keyword, FindAnnotation);

    private JsonElement? FindAnnotation(string keyword)
    {
        foreach (var node in _nodes)
        {
            var tape = node.Resource.Document.Tape;
            var value = tape.Member(node.Row, JsonText.ToUtf8(keyword));
            if (value >= 0)
                return JsonElement.Parse(tape.Text(value));
        }

        return null;
    }

    private ImmutableArray<string> FindProperties() =>
        [.. _nodes.SelectMany(PlaceGraph.DeclaredNames).Distinct().Where(name => Property(name) is not null).Order(StringComparer.Ordinal)];

    private static SchemaNode? OfOtherNames(SchemaNode node)
    {
        if (node.Object is not { } rules)
            return null;
        return PlaceGraph.UnlessBoolean(rules.Additional) ?? (rules.Patterns.Length == 1 ? PlaceGraph.UnlessBoolean(rules.Patterns[0].Schema) : null);
    }

    private static List<SchemaNode> OfName(SchemaNode node, byte[] name)
    {
        if (node.Object is not { } rules)
            return [];
        var schemas = rules.Patterns.Where(pattern => pattern.Pattern.IsMatch(name)).Select(pattern => pattern.Schema).ToList();
        var index = rules.Names.Find(name);
        if (index >= 0 && rules.Properties[index].Schema is { } listed)
            schemas.Insert(0, listed);
        if (schemas.Count == 0 && rules.Additional is { } other && (other.IsFalse || PlaceGraph.UnlessBoolean(other) is not null))
            schemas.Add(other);
        return schemas;
    }
}
