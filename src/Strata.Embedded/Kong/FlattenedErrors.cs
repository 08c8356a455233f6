using System.Text.Json.Nodes;

namespace Strata.Embedded.Kong;

/// <summary>
/// What <c>flatten_errors=1</c> makes of the faults: a list by entity. Faults that are keyed by name are lost on the way, as in Kong 3.9, when their type
/// stands at the top of the document.
/// </summary>
internal static class FlattenedErrors
{
    /// <summary>Takes the faults that it can place out of <paramref name="faults"/>.</summary>
    /// <param name="document">The document as it was sent.</param>
    /// <param name="faults">Becomes what could not be placed.</param>
    public static JsonArray Take(JsonObject document, JsonObject faults)
    {
        var flattened = new JsonArray();
        foreach (var (type, section) in faults.ToArray())
        {
            if (section is not JsonArray and not JsonObject || FieldValidation.AsArray(document[type]) is not { } entities)
                continue;
            faults.Remove(type);
            foreach (var (i, fault) in (section as JsonArray ?? []).Index())
                Add(flattened, type, entities.ElementAtOrDefault(i) as JsonObject, fault);
        }
        return flattened;
    }

    private static void Add(JsonArray flattened, string type, JsonObject? item, JsonNode? fault)
    {
        if (item is null || fault is null)
            return;
        var (entity, own) = ((JsonObject)item.DeepClone(), fault.DeepClone());
        if (own is JsonObject byField)
            AddChildren(flattened, type, entity, byField);
        var errors = new JsonArray();
        Collect(errors, "", own);
        if (errors.Count == 0)
            return;
        var flat = new JsonObject { ["entity_type"] = type.EndsWith('s') ? type[..^1] : type };
        if (Id(entity) is { } id)
            flat["entity_id"] = id;
        if (entity["name"]?.AsScalar() is string { Length: > 0 } name)
            flat["entity_name"] = name;
        if (entity["tags"] is JsonArray tags && tags.All(tag => tag?.AsScalar() is string))
            flat["entity_tags"] = tags.DeepClone();
        flat["entity"] = entity;
        flat["errors"] = errors;
        flattened.Add((JsonNode)flat);
    }

    /// <summary>Children become entities of their own, with their parent's id; the parent is shown without them.</summary>
    private static void AddChildren(JsonArray flattened, string type, JsonObject entity, JsonObject faults)
    {
        foreach (var (child, field) in Schemas.All.ChildrenOf(type))
        {
            if (entity[child.Name] is not JsonArray children)
                continue;
            var below = faults[child.Name] as JsonArray;
            faults.Remove(child.Name);
            entity.Remove(child.Name);
            foreach (var (i, fault) in (below ?? []).Index())
            {
                if (children.ElementAtOrDefault(i) is not JsonObject item)
                    continue;
                if (item[field] is null && Id(entity) is { } id)
                    item[field] = new JsonObject { ["id"] = id };
                Add(flattened, child.Name, item, fault);
            }
        }
    }

    private static void Collect(JsonArray errors, string path, JsonNode? fault)
    {
        switch (fault)
        {
            case JsonObject byField:
                foreach (var (name, below) in byField.OrderBy(member => member.Key, StringComparer.Ordinal))
                {
                    if (name == "@entity")
                    {
                        foreach (var message in below as JsonArray ?? [])
                            errors.Add((JsonNode)new JsonObject { ["type"] = "entity", ["message"] = message?.DeepClone() });
                        continue;
                    }
                    Collect(errors, path.Length == 0 ? name : $"{path}.{name}", below);
                }
                break;
            case JsonArray byPosition:
                foreach (var (i, below) in byPosition.Index())
                    Collect(errors, $"{path}.{i + 1}", below);
                break;
            case JsonValue text when path.Length > 0:
                errors.Add((JsonNode)new JsonObject { ["type"] = "field", ["field"] = path, ["message"] = text.DeepClone() });
                break;
        }
    }

    private static string? Id(JsonObject entity) =>
        entity["id"]?.AsScalar() is string id && Formats.ByName["uuid"](JsonValue.Create(id)!) is null ? id : null;
}
