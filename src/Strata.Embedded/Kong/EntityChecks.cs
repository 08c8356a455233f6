using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Strata.Embedded.Kong;

/// <summary>The rules across fields that Kong's schemas name.</summary>
internal static class EntityChecks
{
    private static readonly FrozenDictionary<string, CountRule> Counts = new Dictionary<string, CountRule>
    {
        ["at_least_one_of"] = new((set, _) => set > 0, "at least one of these fields must be non-empty"),
        ["only_one_of"] = new((set, _) => set == 1, "only one of these fields must be non-empty"),
        ["exactly_one_of"] = new((set, _) => set == 1, "exactly one of these fields must be non-empty"),
        ["mutually_exclusive"] = new((set, _) => set < 2, "only one or none of these fields must be set"),
        ["mutually_required"] = new((set, all) => set == 0 || set == all, "all or none of these fields must be set"),
    }.ToFrozenDictionary();

    /// <summary>The rule that a table of one member states.</summary>
    public static EntityCheck Read(JsonObject table)
    {
        var (kind, argument) = table.First();
        return kind switch
        {
            "conditional" => Conditional(argument!.AsObject()),
            "custom" => Custom(CustomChecks.OfEntities[argument!.GetValue<string>()]),
            _ => Count(Counts[kind], [.. argument!.AsArray().Select(name => name!.GetValue<string>())]),
        };
    }

    /// <summary>Adds a fault of the whole entity.</summary>
    public static void Add(JsonObject faults, string fault)
    {
        if (faults["@entity"] is not JsonArray entity)
            faults["@entity"] = entity = [];
        entity.Add(JsonValue.Create(fault));
    }

    /// <summary>The value at a dotted path; null too where there is none.</summary>
    public static JsonNode? At(JsonObject entity, string path) =>
        path.Split('.').Aggregate((JsonNode?)entity, (node, name) => (node as JsonObject)?[name]);

    /// <summary>Whether a value counts as given: not null, not empty.</summary>
    public static bool IsGiven(JsonNode? value) => value switch
    {
        null => false,
        JsonArray list => list.Count > 0,
        JsonObject members => members.Count > 0,
        _ => !(value.AsValue().TryGetValue(out string? text) && text.Length == 0),
    };

    private static EntityCheck Count(CountRule rule, ImmutableArray<string> fields) => (entity, faults) =>
    {
        if (!rule.Holds(fields.Count(field => IsGiven(At(entity, field))), fields.Length))
            Add(faults, $"{rule.Otherwise}: {string.Join(", ", fields.Select(field => $"'{field}'"))}");
    };

    private static EntityCheck Custom(Func<JsonObject, string?> check) => (entity, faults) =>
    {
        if (check(entity) is { } fault)
            Add(faults, fault);
    };

    private static EntityCheck Conditional(JsonObject rule)
    {
        var (ifField, thenField) = (rule["if"]!.GetValue<string>(), rule["then"]!.GetValue<string>());
        var (match, must) = (rule["match"]!.AsObject(), rule["must"]!.AsObject());
        var instead = rule["instead"]?.GetValue<string>();
        var otherwise = rule["err"]?.GetValue<string>() ?? $"failed conditional validation given value of field '{ifField}'";
        return (entity, faults) =>
        {
            if (At(entity, ifField) is not { } value || Condition(match, value) is not null || (instead is not null && IsGiven(At(entity, instead))))
                return;
            if (Condition(must, At(entity, thenField)) is not { } fault)
                return;
            Set(faults, thenField, fault);
            Add(faults, otherwise);
        };
    }

    /// <summary>What a condition says about a value; null when it holds.</summary>
    private static string? Condition(JsonObject condition, JsonNode? value)
    {
        var (kind, argument) = condition.First();
        return kind switch
        {
            "eq" => value is null ? null : "value must be null",
            "required" => value is null ? "required field missing" : null,
            _ when value is null => null,
            "one_of" => argument!.AsArray().Any(word => JsonNode.DeepEquals(word, value)) ? null : $"expected one of: {string.Join(", ", argument.AsArray())}",
            "not_one_of" => argument!.AsArray().Any(word => JsonNode.DeepEquals(word, value)) ? "" : null,
            "gt" => FieldValidation.Number(value) > FieldValidation.Number(argument!) ? null : $"value must be greater than {argument}",
            "len_min" => IsGiven(value) ? null : $"length must be at least {argument}",
            "contains" => (value as JsonArray ?? []).Any(word => JsonNode.DeepEquals(word, argument)) ? null : $"expected to contain: {argument}",
            _ => throw new ArgumentException($"no condition is named {kind}", nameof(condition)),
        };
    }

    /// <summary>Kong writes below a text here when the field above has a fault of its own, and falls over.</summary>
    private static void Set(JsonObject faults, string path, string fault)
    {
        var names = path.Split('.');
        var node = faults;
        foreach (var name in names[..^1])
        {
            if (node[name] is JsonValue)
                throw new KongCrashException();
            if (node[name] is not JsonObject below)
                node[name] = below = [];
            node = below;
        }
        node[names[^1]] = fault;
    }

    /// <summary>How many of some fields may be given.</summary>
    private sealed record CountRule(Func<int, int, bool> Holds, string Otherwise);
}

/// <summary>Kong's own failure on some invalid documents, which ends as 500 instead of 400.</summary>
internal sealed class KongCrashException : Exception;
