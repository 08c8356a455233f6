using System.Collections.Frozen;

namespace Strata.JsonSchema.Loading;

/// <summary>Which keywords hold schemas, and how. Everything else (<c>const</c>, <c>enum</c>, <c>default</c>, unknown keywords) is never looked into.</summary>
internal enum Subschemas
{
    None,

    /// <summary>One schema.</summary>
    One,

    /// <summary>An array of schemas.</summary>
    List,

    /// <summary>An object whose values are schemas, or, in the old <c>dependencies</c>, arrays of names.</summary>
    Map,
}

internal static class Keywords
{
    private static readonly FrozenDictionary<string, Subschemas> Table = new Dictionary<string, Subschemas>(StringComparer.Ordinal)
    {
        ["$defs"] = Subschemas.Map,
        ["definitions"] = Subschemas.Map,
        ["properties"] = Subschemas.Map,
        ["patternProperties"] = Subschemas.Map,
        ["dependentSchemas"] = Subschemas.Map,
        ["dependencies"] = Subschemas.Map,
        ["allOf"] = Subschemas.List,
        ["anyOf"] = Subschemas.List,
        ["oneOf"] = Subschemas.List,
        ["prefixItems"] = Subschemas.List,
        ["additionalProperties"] = Subschemas.One,
        ["propertyNames"] = Subschemas.One,
        ["items"] = Subschemas.One,
        ["contains"] = Subschemas.One,
        ["if"] = Subschemas.One,
        ["then"] = Subschemas.One,
        ["else"] = Subschemas.One,
        ["not"] = Subschemas.One,
        ["unevaluatedItems"] = Subschemas.One,
        ["unevaluatedProperties"] = Subschemas.One,
        ["contentSchema"] = Subschemas.One,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static Subschemas Holding(string keyword) => Table.GetValueOrDefault(keyword, Subschemas.None);
}
