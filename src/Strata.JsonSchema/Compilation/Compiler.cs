using Strata.JsonSchema.Loading;

namespace Strata.JsonSchema.Compilation;

/// <summary>
/// Turns schemas into nodes. Every schema becomes one node, made before its children, from a work list: references may be
/// recursive and chains of them as long as they like.
/// </summary>
internal sealed class Compiler(SchemaRegistry registry, SchemaOptions options)
{
    private readonly Dictionary<(SchemaDocument Document, int Row), SchemaNode> _nodes = [];
    private readonly List<SchemaNode> _order = [];
    private readonly List<DynamicReference> _dynamicReferences = [];
    private readonly HashSet<SchemaResource> _resources = [];
    private readonly HashSet<(SchemaDocument Document, string Dialect)> _documents = [];
    private readonly Dictionary<string, Patterns.Pattern> _patterns = new(StringComparer.Ordinal);
    private int _digested;

    public SchemaOptions Options => options;

    public SchemaProgram Compile(UriReference uri)
    {
        var root = Resolve(uri, from: null);
        do
        {
            for (; _digested < _order.Count; _digested++)
                new KeywordReader(this, _order[_digested]).Read();
        }
        while (AddDynamicTargets());
        var isDynamic = _dynamicReferences.Any(reference => reference.Targets.Values.Distinct().Count() > 1);
        ProgramAnalysis.Run(_order, isDynamic);
        return new SchemaProgram(root, [.. _order], [.. _documents], isDynamic);
    }

    /// <summary>The node of a schema at a row that a keyword of a parent leads to.</summary>
    public SchemaNode Child(SchemaNode parent, int row) => Node(parent.Resource.Document.ResourceOf(row, parent.Resource), row);

    /// <summary>The target of a reference; <paramref name="from"/> is where the reference stands, null for what is compiled.</summary>
    public SchemaNode Resolve(UriReference uri, (SchemaNode Node, string Keyword)? from)
    {
        var resource = registry.Find(uri.WithoutFragment.ToString())
            ?? throw new SchemaException(Locate(from) ?? uri.ToString(), $"No schema is known by the URI {uri.WithoutFragment}.");
        var fragment = UriReference.Decode(uri.Fragment ?? "");
        if (fragment.Length == 0)
            return Node(resource, resource.Row);
        if (fragment[0] != '/')
        {
            return resource.Anchors.TryGetValue(fragment, out var anchored)
                ? Node(resource, anchored)
                : throw new SchemaException(Locate(from) ?? uri.ToString(), $"The schema {resource.Uri} has no anchor \"{fragment}\".");
        }

        var (row, owner) = resource.Document.Follow(resource, fragment);
        if (row < 0 || resource.Document.Tape.Rows[row].Type is not (JsonTypes.Object or JsonTypes.Boolean))
            throw new SchemaException(Locate(from) ?? uri.ToString(), $"The reference {uri} does not lead to a schema.");
        foreach (var inside in resource.Document.Resources)
            registry.Register(inside);
        return Node(owner, row);
    }

    public DynamicReference ResolveDynamic(UriReference uri, (SchemaNode Node, string Keyword) from)
    {
        var initial = Resolve(uri, from);
        var name = UriReference.Decode(uri.Fragment ?? "");
        var isDynamic = initial.Resource.DynamicAnchors.TryGetValue(name, out var row) && row == initial.Row;
        var reference = new DynamicReference(initial, isDynamic ? name : null);
        if (isDynamic)
            _dynamicReferences.Add(reference);
        return reference;
    }

    /// <summary>One object per pattern text: building it is the dear part.</summary>
    public Patterns.Pattern Pattern(string source, (SchemaNode Node, string Keyword) from)
    {
        if (_patterns.TryGetValue(source, out var known))
            return known;
        try
        {
            return _patterns[source] = Patterns.Pattern.Compile(source, options.MaxPatternTime);
        }
        catch (FormatException invalid)
        {
            throw new SchemaException(Locate(from)!, $"Not an ECMA-262 regular expression: {invalid.Message}", invalid);
        }
    }

    /// <summary>Written out for errors only.</summary>
    private static string? Locate((SchemaNode Node, string Keyword)? from) => from is { } at ? $"{at.Node.Resource.Locate(at.Node.Row)}/{at.Keyword}" : null;

    private SchemaNode Node(SchemaResource resource, int row)
    {
        if (_nodes.TryGetValue((resource.Document, row), out var known))
            return known;
        var metaschema = resource.Dialect ?? options.DefaultDialect;
        var node = new SchemaNode(_order.Count, resource, row) { Dialect = registry.FindDialect(metaschema, resource.Uri) };
        _nodes.Add((resource.Document, row), node);
        _order.Add(node);
        _resources.Add(resource);
        _documents.Add((resource.Document, resource.Document.Root.Dialect ?? options.DefaultDialect));
        return node;
    }

    /// <summary>Gives each dynamic reference the anchors of all resources in the program; that may bring new schemas in.</summary>
    private bool AddDynamicTargets()
    {
        foreach (var reference in _dynamicReferences)
        {
            foreach (var resource in _resources.ToArray())
            {
                if (resource.DynamicAnchors.TryGetValue(reference.Anchor!, out var row))
                    reference.Targets[resource] = Node(resource, row);
            }
        }

        return _digested < _order.Count;
    }
}
