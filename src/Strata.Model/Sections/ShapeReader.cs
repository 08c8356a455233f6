using Strata.JsonSchema;
using Strata.Model.Documents;
using Strata.Model.Overrides;

namespace Strata.Model.Sections;

/// <summary>Reads shapes from a schema, without any instance: what binds a value must not depend on its siblings.</summary>
internal static class ShapeReader
{
    private static readonly JsonPointer AllowedHosts = JsonPointer.Parse("/llm/allowedHosts");

    /// <summary>The shape of a place.</summary>
    /// <param name="place">The place in the schema.</param>
    /// <param name="pointer">Where it stands in the document; a map's entries stand at <c>*</c>.</param>
    /// <exception cref="SchemaException">The annotations contradict the rules of layering.</exception>
    public static Shape Read(SchemaPlace place, JsonPointer pointer)
    {
        if (IsTrue(place, "opaque"))
            return Leaf(place, pointer);
        if (place.Properties.Count > 0)
            return new ObjectShape(place.Properties.Select(name => KeyValuePair.Create(name, Read(place.Property(name)!, pointer.Append(name)))));
        return place.AdditionalProperties is { } entry ? new MapShape(Read(entry, pointer.Append("*"))) : Leaf(place, pointer);
    }

    private static LeafShape Leaf(SchemaPlace place, JsonPointer pointer)
    {
        var rule = place.Annotation("override") is { } word ? OverrideRules.Parse(word.GetString()!) : OverrideRule.Replace;
        var standard = place.Annotation("default") is { } value ? Json.Trusted(value.GetRawText()) : null;
        if (rule is OverrideRule.OnlyDisable or OverrideRule.OnlyEnable && standard is null)
            throw new SchemaException(pointer.Text, $"'{rule.Word()}' needs a default: without an inherited value it says nothing.");
        return new LeafShape
        {
            Rule = rule,
            Order = [.. place.Annotation("overrideOrder")?.EnumerateArray().Select(step => step.GetString()!) ?? []],
            Default = standard,
            IsOpaque = IsTrue(place, "opaque"),
            IsAnchor = IsTrue(place, "anchor"),
            InheritsAllowlist = pointer == AllowedHosts,
        };
    }

    private static bool IsTrue(SchemaPlace place, string keyword) => place.Annotation(keyword)?.ValueKind == System.Text.Json.JsonValueKind.True;
}
