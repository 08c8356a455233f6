using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Strata.Embedded.Kong;

/// <summary>A document that a node can serve: every entity on its own, with id, defaults and resolved references. Or what is wrong with it.</summary>
/// <param name="Entities">Entities by type and id. Null: there are faults.</param>
/// <param name="Faults">The faults, keyed as Kong does.</param>
internal sealed record Declaration(FrozenDictionary<string, OrderedDictionary<string, JsonObject>>? Entities, JsonObject? Faults)
{
    /// <summary>Loads a document as <c>POST /config</c> does.</summary>
    /// <param name="document">Not changed.</param>
    /// <param name="now">Becomes the time of creation of entities that name none.</param>
    /// <exception cref="KongCrashException">Kong answers 500 to this document.</exception>
    public static Declaration Load(JsonObject document, DateTimeOffset now)
    {
        var judged = DocumentValidation.Of(document);
        if (judged.Fault is JsonObject faults)
            return new Declaration(null, faults);
        var filled = (JsonObject)judged.Value!;
        var rows = new List<Row>();
        foreach (var row in Row.All(filled))
        {
            if (row.Item["id"] is null)
                row.Item.Remove("id");
            row.DeriveId();
            if (row.Id is null)
                row.Item["id"] = Guid.CreateVersion7().ToString();
            rows.Add(row);
        }
        var index = new RowIndex(rows);
        return (Repeated(rows) ?? Unresolved(rows, index) ?? RepeatedSecondary(rows)) is { } broken
            ? new Declaration(null, broken)
            : new Declaration(Flat(rows, index, now, filled["_transform"]?.AsScalar() is not false), null);
    }

    private static JsonObject? Repeated(IEnumerable<Row> rows)
    {
        var faults = new SortedDictionary<string, SortedDictionary<int, string>>(StringComparer.Ordinal);
        var seen = new HashSet<(string, string, string)>();
        foreach (var row in rows)
        {
            var isKnownId = !seen.Add((row.Type.Name, "primary key", row.Id!));
            var isKnownKey = row.Key is { } key && row.Type.Record.Fields[row.Type.Key!].IsUnique && !seen.Add((row.Type.Name, row.Type.Key!, key));
            if (!isKnownId && !isKnownKey)
                continue;
            if (!faults.TryGetValue(row.Type.Name, out var positions))
                faults[row.Type.Name] = positions = [];
            positions[row.Position] = isKnownKey ? Repeats(row, row.Type.Key!, row.Key!) : Repeats(row, "primary key", row.Id!);
        }
        return faults.Count == 0 ? null : new JsonObject(faults.Select(type => KeyValuePair.Create(type.Key, (JsonNode?)FieldValidation.Positions(
            [.. Enumerable.Range(1, type.Value.Keys.Max()).Select(i => type.Value.TryGetValue(i, out var fault) ? (JsonNode?)fault : null)]))));
    }

    /// <summary>Keyed by name instead of position, and of each type only the last is told.</summary>
    private static JsonObject? RepeatedSecondary(IEnumerable<Row> rows)
    {
        var faults = new JsonObject();
        var seen = new HashSet<(string, string, string)>();
        foreach (var row in rows)
        {
            foreach (var (name, _) in row.Type.Record.Fields.Where(field => field.Value.IsUnique && field.Key != row.Type.Key))
            {
                if (row.Text(name) is { } value && !seen.Add((row.Type.Name, name, value)))
                    faults[row.Type.Name] = new JsonObject { [row.Key ?? row.Id!] = Repeats(row, name, value) };
            }
        }
        return faults.Count == 0 ? null : faults;
    }

    /// <summary>Keyed by name, too; for an entity without one Kong crashes.</summary>
    private static JsonObject? Unresolved(IEnumerable<Row> rows, RowIndex index)
    {
        var faults = new JsonObject();
        foreach (var row in rows)
        {
            foreach (var (name, field) in row.Type.Foreign)
            {
                if (row.Item[name] is not { } reference || index.Find(field.Reference!, reference) is not null)
                    continue;
                if (faults[row.Type.Name] is not JsonObject named)
                    faults[row.Type.Name] = named = [];
                var written = reference.AsScalar() as string ?? reference.ToJsonString();
                var at = row.Key ?? throw new KongCrashException();
                named[at] = new JsonArray($"invalid reference '{name}: {written}' (no such entry in '{field.Reference}')");
            }
        }
        return faults.Count == 0 ? null : faults;
    }

    private static FrozenDictionary<string, OrderedDictionary<string, JsonObject>> Flat(List<Row> rows, RowIndex index, DateTimeOffset now, bool transforms)
    {
        var entities = new Dictionary<string, OrderedDictionary<string, JsonObject>>();
        foreach (var row in rows)
        {
            var entity = new JsonObject();
            foreach (var (name, field) in row.Type.Record.Fields)
            {
                var value = field.Type == FieldType.Foreign ? Pointer(row, name, field, index) : row.Item[name]?.DeepClone();
                entity[name] = value ?? (name is "created_at" or "updated_at" ? now.ToUnixTimeSeconds() : null);
            }
            if (transforms && row.Type.Name == "basicauth_credentials")
                entity["password"] = Stored(entity);
            if (!entities.TryGetValue(row.Type.Name, out var ofType))
                entities[row.Type.Name] = ofType = [];
            ofType[row.Id!] = entity;
        }
        return entities.ToFrozenDictionary();
    }

    private static JsonObject? Pointer(Row row, string name, Field field, RowIndex index) =>
        row.Reference(name) is { } reference ? new JsonObject { ["id"] = index.Find(field.Reference!, reference)?.Id } : null;

    // Kong keeps the SHA-1 of the password and the consumer's id.
#pragma warning disable CA5350
    private static string Stored(JsonObject credential) =>
        Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes($"{credential["password"]}{credential["consumer"]?["id"]}")));
#pragma warning restore CA5350

    private static string Repeats(Row row, string what, string value) =>
        $"uniqueness violation: '{row.Type.Name}' entity with {what} set to '{value}' already declared";
}
