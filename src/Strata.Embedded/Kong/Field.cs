using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Strata.Embedded.Kong;

/// <summary>The kinds of values in Kong's schemas. <see cref="Any"/> is not looked at.</summary>
internal enum FieldType
{
    String,
    Integer,
    Number,
    Boolean,
    Array,
    Set,
    Map,
    Record,
    Foreign,
    Any,
}

/// <summary>A rule about a text: what must (not) be found in it, and what Kong says otherwise.</summary>
internal sealed record TextRule(Regex Pattern, string Fault);

/// <summary>A rule across the fields of a record. Adds what is wrong to the faults, which are keyed by field and by <c>@entity</c>.</summary>
internal delegate void EntityCheck(JsonObject entity, JsonObject faults);

/// <summary>What a field of an entity may hold, as one line of Kong's schemas says it. Unset rules do not apply.</summary>
internal sealed record Field
{
    public required FieldType Type { get; init; }

    public bool IsRequired { get; init; }

    /// <summary>Taken when the field is absent. Null: there is none.</summary>
    public JsonNode? Default { get; init; }

    /// <summary>Must be null: how Kong takes a scope from a plugin.</summary>
    public bool IsNull { get; init; }

    public bool IsUnique { get; init; }

    /// <summary>A random value is taken when the field is absent.</summary>
    public bool IsGenerated { get; init; }

    /// <summary>The only values; texts, <c>double</c> and <c>bool</c>.</summary>
    public ImmutableArray<object> OneOf { get; init; } = [];

    public (double Low, double High)? Between { get; init; }

    public double? GreaterThan { get; init; }

    /// <summary>Bytes of a text, entries of a list.</summary>
    public int? MinLength { get; init; }

    public int? MaxLength { get; init; }

    public string? StartsWith { get; init; }

    public Regex? Match { get; init; }

    /// <summary>None may match.</summary>
    public ImmutableArray<TextRule> None { get; init; } = [];

    /// <summary>Each must match.</summary>
    public ImmutableArray<TextRule> All { get; init; } = [];

    /// <summary>One must match.</summary>
    public (ImmutableArray<Regex> Patterns, string Fault)? AnyOf { get; init; }

    public string? Contains { get; init; }

    /// <summary>A rule that needs code; gives what is wrong.</summary>
    public Func<JsonNode, string?>? Custom { get; init; }

    /// <summary>The entries of an array or set, the values of a map; none may be null.</summary>
    public Field? Elements { get; init; }

    /// <summary>The names in a map.</summary>
    public Field? Keys { get; init; }

    /// <summary>The fields of a record.</summary>
    public OrderedDictionary<string, Field> Fields { get; init; } = [];

    public ImmutableArray<EntityCheck> Checks { get; init; } = [];

    /// <summary>The entity type that a foreign field points to.</summary>
    public string? Reference { get; init; }

    /// <summary>The entity ends with the one that it points to.</summary>
    public bool IsCascading { get; init; }
}

/// <summary>An entity type.</summary>
internal sealed record EntityType
{
    public required string Name { get; init; }

    /// <summary>The field that may stand for the id. Null: there is none.</summary>
    public string? Key { get; init; }

    /// <summary>What the id is derived from where there is no key. Empty: an id is random.</summary>
    public ImmutableArray<string> CacheKey { get; init; } = [];

    /// <summary>The name in the Admin API.</summary>
    public required string Path { get; init; }

    /// <summary>The name in the Admin API below a parent.</summary>
    public required string Nested { get; init; }

    /// <summary>Whether <c>url</c> may stand for protocol, host, port and path.</summary>
    public bool HasUrl { get; init; }

    /// <summary>The entity as a record.</summary>
    public required Field Record { get; init; }

    /// <summary>Its references: field and entity type.</summary>
    public IEnumerable<KeyValuePair<string, Field>> Foreign => Record.Fields.Where(entry => entry.Value.Type == FieldType.Foreign);
}
