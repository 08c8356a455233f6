using System.Text.Json;
using Strata.JsonSchema.Json;

namespace Strata.JsonSchema.Loading;

/// <summary>A parsed schema document with the resources and anchors in it.</summary>
internal sealed class SchemaDocument
{
    /// <summary>Enough for any schema written by people; the check against the metaschema recurses this deep.</summary>
    public const int MaxDepth = 200;

    private readonly StoredTape _tape;
    private readonly Dictionary<int, SchemaResource> _places = [];
    private readonly Dictionary<int, Dictionary<string, int>> _largeMaps = [];

    private SchemaDocument(StoredTape tape) => _tape = tape;

    public Tape Tape => _tape.View;

    public List<SchemaResource> Resources { get; } = [];

    public SchemaResource Root => Resources[0];

    /// <exception cref="SchemaException">Not JSON, not a schema, or without any URI.</exception>
    public static SchemaDocument Load(ReadOnlyMemory<byte> json, string? retrievalUri)
    {
        try
        {
            var document = new SchemaDocument(new StoredTape(json, MaxDepth));
            document.AddRoot(retrievalUri);
            return document;
        }
        catch (JsonException malformed)
        {
            throw new SchemaException(retrievalUri ?? "", malformed.Message, malformed);
        }
    }

    /// <summary>Follows a JSON Pointer from a resource's root, also through resources inside it and into unknown keywords.</summary>
    /// <returns>The row and the resource it belongs to; row -1 when nothing is there.</returns>
    public (int Row, SchemaResource Resource) Follow(SchemaResource from, string pointer)
    {
        var row = from.Row;
        var resource = from;
        foreach (var segment in pointer.Split('/').Skip(1))
        {
            row = Step(row, JsonPointer.Unescape(segment));
            if (row < 0)
                return (row, resource);
            resource = _places.GetValueOrDefault(row, resource);
        }

        // A schema where none was expected, in an unknown keyword, is met for the first time by a reference to it.
        if (!_places.ContainsKey(row) && Tape.Rows[row].Type is JsonTypes.Object)
            Visit(row, resource);
        return (row, _places.GetValueOrDefault(row, resource));
    }

    public SchemaResource ResourceOf(int row, SchemaResource otherwise) => _places.GetValueOrDefault(row, otherwise);

    /// <summary>Many references into one large map would otherwise take quadratic time.</summary>
    private int Step(int row, string segment)
    {
        const int Large = 64;
        if (Tape.Rows[row].Type != JsonTypes.Object || Tape.Rows[row].Length < Large)
            return JsonPointer.Step(Tape, row, segment);
        if (!_largeMaps.TryGetValue(row, out var map))
        {
            _largeMaps[row] = map = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var member = row + 1; member < Tape.Rows[row].Next; member = Tape.Rows[member + 1].Next)
                map[Tape.String(member)] = member + 1;
        }

        return map.GetValueOrDefault(segment, -1);
    }

    private void AddRoot(string? retrievalUri)
    {
        var baseUri = UriReference.Parse(retrievalUri ?? Text(0, "$id"u8) ?? "").WithoutFragment;
        if (!baseUri.IsAbsolute)
            throw new SchemaException(baseUri.ToString(), "A schema needs an absolute URI: its `$id`, or the URI it was retrieved from.");
        if (!IsSchema(0))
            throw new SchemaException(baseUri.ToString(), "A schema must be an object or a boolean.");
        var id = Tape.Rows[0].Type == JsonTypes.Object ? Text(0, "$id"u8) : null;
        var own = id is null ? baseUri : UriReference.Parse(id).ResolveAgainst(baseUri).WithoutFragment;
        var root = Register(own, 0, null);
        VisitInside(0, root);
    }

    private SchemaResource Register(UriReference uri, int row, SchemaResource? around)
    {
        var dialect = Tape.Rows[row].Type == JsonTypes.Object ? Text(row, "$schema"u8) : null;
        dialect = dialect is null ? around?.Dialect : UriReference.Parse(dialect).ResolveAgainst(uri).WithoutFragment.ToString();
        var resource = new SchemaResource(uri, this, row, dialect);
        Resources.Add(resource);
        _places[row] = resource;
        return resource;
    }

    /// <summary>Recursion is as deep as the document, which is bounded.</summary>
    private void Visit(int row, SchemaResource around)
    {
        if (!IsSchema(row))
            return;
        _places[row] = around;
        if (Tape.Rows[row].Type != JsonTypes.Object)
            return;
        var id = Text(row, "$id"u8);
        var own = id is null ? around.BaseUri : UriReference.Parse(id).ResolveAgainst(around.BaseUri).WithoutFragment;
        VisitInside(row, own == around.BaseUri ? around : Register(own, row, around));
    }

    private void VisitInside(int row, SchemaResource resource)
    {
        if (Tape.Rows[row].Type != JsonTypes.Object)
            return;
        AddAnchor(row, "$anchor"u8, resource, resource.Anchors);
        AddAnchor(row, "$dynamicAnchor"u8, resource, resource.Anchors);
        AddAnchor(row, "$dynamicAnchor"u8, resource, resource.DynamicAnchors);
        for (var member = row + 1; member < Tape.Rows[row].Next; member = Tape.Rows[member + 1].Next)
        {
            var holding = Keywords.Holding(Tape.String(member));
            if (holding == Subschemas.One)
                Visit(member + 1, resource);
            if (holding == Subschemas.List && Tape.Rows[member + 1].Type == JsonTypes.Array)
                VisitEach(member + 1, 0, resource);
            if (holding == Subschemas.Map && Tape.Rows[member + 1].Type == JsonTypes.Object)
                VisitEach(member + 1, 1, resource);
        }
    }

    private void VisitEach(int container, int namesBefore, SchemaResource resource)
    {
        for (var child = container + 1; child < Tape.Rows[container].Next; child = Tape.Rows[child + namesBefore].Next)
            Visit(child + namesBefore, resource);
    }

    private void AddAnchor(int row, ReadOnlySpan<byte> keyword, SchemaResource resource, Dictionary<string, int> anchors)
    {
        if (Text(row, keyword) is not { } name)
            return;
        if (!anchors.TryAdd(name, row) && anchors[name] != row)
            throw new SchemaException(resource.Locate(row), $"The anchor \"{name}\" stands twice in one schema resource.");
    }

    private bool IsSchema(int row) => Tape.Rows[row].Type is JsonTypes.Object or JsonTypes.Boolean;

    private string? Text(int row, ReadOnlySpan<byte> keyword)
    {
        var value = Tape.Member(row, keyword);
        return value >= 0 && Tape.Rows[value].Type == JsonTypes.String ? Tape.String(value) : null;
    }
}
