using System.Text.Json.Nodes;

namespace Strata.Embedded.Kong;

/// <summary>
/// Judges a whole document. Kong does it twice when the first pass finds anything: then with the references filled in, so that scopes that come from
/// nesting and unresolved references are faults only in a document that has others.
/// </summary>
/// <param name="rows">The entities by type, id and key, for the second pass. Null: the first pass.</param>
internal sealed class DocumentValidation(RowIndex? rows)
{
    private static readonly Field Version = new() { Type = FieldType.String, IsRequired = true, OneOf = ["1.1", "2.1", "3.0"] };
    private static readonly Field Flag = new() { Type = FieldType.Boolean, Default = true };
    private static readonly Field Comment = new() { Type = FieldType.String };
    private static readonly Field Ignored = new() { Type = FieldType.Array, Elements = new Field { Type = FieldType.Any } };
    private static readonly OrderedDictionary<string, Field> Extras = new() { ["_comment"] = Comment, ["_ignore"] = Ignored };
    private static readonly OrderedDictionary<string, Field> Meta = new(Extras) { ["_format_version"] = Version, ["_transform"] = Flag };

    /// <summary>The document with defaults, and its faults.</summary>
    public static Validated Of(JsonObject document)
    {
        var first = new DocumentValidation(null).Document(document);
        if (first.Fault is null)
            return first;
        var copy = (JsonObject)document.DeepClone();
        foreach (var row in Row.All(copy))
            row.DeriveId();
        return new DocumentValidation(new RowIndex(Row.All(copy))).Document(copy);
    }

    private Validated Document(JsonObject document)
    {
        var (filled, faults) = (new JsonObject(), new JsonObject());
        foreach (var (name, field) in Meta)
            FieldValidation.Put(filled, faults, name, Judge(field, document, name));
        foreach (var type in Schemas.All.Entities.Where(type => document.ContainsKey(type.Name)))
            FieldValidation.Put(filled, faults, type.Name, List(type, document[type.Name], null, null));
        foreach (var (name, _) in document.Where(member => !Meta.ContainsKey(member.Key) && !Schemas.All.ByName.ContainsKey(member.Key)))
            faults[name] = "unknown field";
        return new Validated(filled, faults.Count == 0 ? null : faults);
    }

    private Validated List(EntityType type, JsonNode? value, string? parentField, string? parentId)
    {
        if (value is null)
            return default;
        if (FieldValidation.AsArray(value) is not { } items)
            return new Validated(null, "expected an array");
        var judged = items.Select(item => FieldValidation.AsObject(item) is { } entity
            ? Entity(type, entity, parentField, parentId)
            : new Validated(null, "expected a record")).ToArray();
        return new Validated(new JsonArray([.. judged.Select(item => item.Value)]), FieldValidation.Positions([.. judged.Select(item => item.Fault)]));
    }

    private Validated Entity(EntityType type, JsonObject item, string? parentField, string? parentId)
    {
        var (filled, faults) = (new JsonObject(), new JsonObject());
        if (type.HasUrl && item.ContainsKey("url"))
            item = WithoutUrl(item, faults);
        var record = Record(type, item, faults);
        var children = Schemas.All.ChildrenOf(type.Name);
        foreach (var (name, field) in record.Fields)
        {
            var isParent = name == parentField;
            var judged = field.Type == FieldType.Foreign ? Reference(field, item[name], isParent, parentId) : Judge(field, item, name);
            // A fault that is known before, of a plugin's name, stays.
            if (!faults.ContainsKey(name))
                FieldValidation.Put(filled, faults, name, judged);
        }
        foreach (var (name, field) in Extras.Where(extra => item.ContainsKey(extra.Key)))
            FieldValidation.Put([], faults, name, Judge(field, item, name));
        foreach (var (child, field) in children.Where(child => item.ContainsKey(child.Child.Name)))
            FieldValidation.Put(filled, faults, child.Name, List(child, item[child.Name], field, item["id"]?.AsScalar() as string ?? ""));
        foreach (var (name, _) in item.Where(member => !record.Fields.ContainsKey(member.Key) && !Extras.ContainsKey(member.Key)))
        {
            if (!children.Any(child => child.Child.Name == name))
                faults[name] = "unknown field";
        }
        foreach (var check in record.Checks)
            check(filled, faults);
        return new Validated(filled, faults.Count == 0 ? null : faults);
    }

    /// <summary>The entity's fields; those of a plugin depend on its name.</summary>
    private static Field Record(EntityType type, JsonObject item, JsonObject faults)
    {
        if (type.Name != "plugins" || item["name"]?.AsScalar() is not string name)
            return type.Record;
        if (Schemas.All.FindPlugin(name) is { } plugin)
            return plugin;
        faults["name"] = $"plugin '{name}' not enabled; add it to the 'plugins' configuration property";
        return type.Record with { Fields = new(type.Record.Fields) { ["config"] = new Field { Type = FieldType.Any } } };
    }

    private static Validated Judge(Field field, JsonObject item, string name) => field.IsGenerated && !item.ContainsKey(name)
        ? new Validated(Guid.CreateVersion7().ToString("N"), null)
        : FieldValidation.Member(field, item, name);

    private Validated Reference(Field field, JsonNode? value, bool isParent, string? parentId)
    {
        if (rows is not null && value is null && isParent)
            value = new JsonObject { ["id"] = parentId };
        if (value is null)
            return new Validated(null, field.IsRequired && !isParent ? "required field missing" : null);
        if (field.IsNull)
            return new Validated(null, "value must be null");
        if (rows is null)
            return value.AsScalar() is string ? new Validated(value.DeepClone(), null) : new Validated(null, "expected a string");
        var isKnown = value is JsonObject pointer ? pointer["id"]?.AsScalar() is string : rows.Find(field.Reference!, value) is not null;
        return isKnown ? new Validated(value.DeepClone(), null) : new Validated(null, new JsonObject { ["id"] = "missing primary key" });
    }

    /// <summary>The parts of <c>url</c> take the place of what is written beside it; user info and query are dropped.</summary>
    private static JsonObject WithoutUrl(JsonObject item, JsonObject faults)
    {
        var copy = (JsonObject)item.DeepClone();
        copy.Remove("url");
        var judged = FieldValidation.Of(new Field { Type = FieldType.String, Custom = Formats.ByName["url"] }, item["url"]);
        if (judged.Fault is not null)
            faults["url"] = judged.Fault;
        if (judged.Fault is not null || !Uri.TryCreate(item["url"]?.GetValue<string>(), UriKind.Absolute, out var url))
            return copy;
        (copy["protocol"], copy["host"], copy["port"]) = (url.Scheme, url.Host, KongText.Number(url.Port < 0 ? 80 : url.Port));
        copy["path"] = url.AbsolutePath == "/" && !item["url"]!.GetValue<string>().EndsWith('/') ? null : url.AbsolutePath;
        return copy;
    }
}
