namespace Strata.JsonSchema.Tests;

public sealed class SchemaPlaceTests
{
    [Fact]
    public void References_and_allOf_are_merged_and_the_outermost_annotation_counts()
    {
        var root = Schemas.Compile("""
            {"properties": {"a": {"$ref": "#/$defs/a", "title": "outer", "allOf": [{"properties": {"z": {}}}]}},
             "$defs": {"a": {"title": "inner", "description": "d", "type": ["object", "null"], "properties": {"b": {"type": "string"}}}}}
            """).Root;

        var place = root.Property("a")!;

        Assert.Equal(["b", "z"], place.Properties);
        Assert.Equal(JsonTypes.Object | JsonTypes.Null, place.Types);
        Assert.Equal(("outer", "d"), (place.Annotation("title")!.Value.GetString(), place.Annotation("description")!.Value.GetString()));
        Assert.Null(place.Annotation("default"));
        Assert.Equal(JsonTypes.String, place.Property("b")!.Types);
    }

    [Fact]
    public void A_map_is_described_by_additionalProperties_or_its_only_pattern()
    {
        var root = Schemas.Compile("""
            {"properties": {"m": {"additionalProperties": {"type": "null"}},
                            "p": {"additionalProperties": false, "patternProperties": {"^x": {"type": "string"}}},
                            "l": {"items": {"type": "integer"}}}, "additionalProperties": false}
            """).Root;

        Assert.Equal(JsonTypes.Null, root.Property("m")!.AdditionalProperties!.Types);
        Assert.Equal(JsonTypes.Null, root.Property("m")!.Property("any")!.Types);
        Assert.Equal(JsonTypes.String, root.Property("p")!.AdditionalProperties!.Types);
        Assert.Equal(JsonTypes.String, root.Property("p")!.Property("x1")!.Types);
        Assert.Null(root.Property("p")!.Property("y"));
        Assert.Equal(JsonTypes.Integer, root.Property("l")!.Items!.Types);
        Assert.Null(root.Property("unknown"));
        Assert.Null(root.AdditionalProperties);
    }

    [Fact]
    public void A_recursive_schema_has_places_as_deep_as_one_asks()
    {
        var place = Schemas.Compile("""{"type": "object", "properties": {"next": {"$ref": "#"}}}""").Root;

        Assert.Equal(JsonTypes.Object, place.Property("next")!.Property("next")!.Property("next")!.Types);
    }
}
