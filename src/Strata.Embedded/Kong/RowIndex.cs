using System.Text.Json.Nodes;

namespace Strata.Embedded.Kong;

/// <summary>Entities by type and id, and by type and key.</summary>
internal sealed class RowIndex(IEnumerable<Row> rows)
{
    private readonly Row[] _rows = [.. rows];
    private Dictionary<(string Type, string Name), Row>? _byName;

    /// <summary>The entity that a reference names, by id or key as text or as an object with the id. Null: there is none.</summary>
    public Row? Find(string type, JsonNode reference)
    {
        var name = reference is JsonObject pointer ? pointer["id"]?.AsScalar() as string : reference.AsScalar() as string;
        return name is null ? null : ByName().GetValueOrDefault((type, name));
    }

    private Dictionary<(string Type, string Name), Row> ByName()
    {
        if (_byName is not null)
            return _byName;
        _byName = [];
        foreach (var row in _rows)
        {
            if (row.Id is { } id)
                _byName.TryAdd((row.Type.Name, id), row);
            if (row.Key is { } key)
                _byName[(row.Type.Name, key)] = row;
        }
        return _byName;
    }
}
