namespace Strata.JsonSchema.Tests;

public sealed class VocabularyTests
{
    private const string Dialect = """
        {"$id": "https://example.com/dialect.json", "$schema": "https://json-schema.org/draft/2020-12/schema", "$dynamicAnchor": "meta",
         "$vocabulary": {
            "https://json-schema.org/draft/2020-12/vocab/core": true,
            "https://json-schema.org/draft/2020-12/vocab/applicator": true,
            "https://json-schema.org/draft/2020-12/vocab/validation": true,
            "https://json-schema.org/draft/2020-12/vocab/format-assertion": true,
            "https://example.com/vocab/rule": true},
         "allOf": [{"$ref": "https://json-schema.org/draft/2020-12/schema"}, {"$ref": "rule.json"}]}
        """;

    private const string Rule = """
        {"$id": "https://example.com/rule.json", "$dynamicAnchor": "meta", "properties": {"rule": {"enum": ["locked", "atMost"]}}}
        """;

    [Fact]
    public void A_custom_keyword_is_read_where_it_stands()
    {
        var schema = Compile("""{"properties": {"a": {"rule": "locked", "type": "string"}}}""");

        Assert.Equal("locked", schema.Root.Property("a")!.Annotation("rule")!.Value.GetString());
    }

    [Fact]
    public void A_misspelt_value_breaks_the_metaschema_however_deep_it_stands()
    {
        var refused = Assert.Throws<SchemaException>(() => Compile("""{"properties": {"a": {"items": {"rule": "lokced"}}}}"""));

        Assert.Equal("https://example.com/schema.json#/properties/a/items/rule", refused.Location);
        Assert.Contains("must be one of \"locked\", \"atMost\"", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_values_at_one_place_are_refused_with_both_named()
    {
        var refused = Assert.Throws<SchemaException>(() => Compile("""
            {"properties": {"a": {"rule": "locked", "$ref": "#/$defs/x"}}, "$defs": {"x": {"rule": "atMost"}}}
            """));

        Assert.Contains("\"locked\" at https://example.com/schema.json#/properties/a/rule, and \"atMost\"", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_value_twice_is_no_contradiction() =>
        Assert.NotNull(Compile("""{"properties": {"a": {"rule": "locked", "allOf": [{"rule": "locked"}]}}}"""));

    [Theory]
    [InlineData("""{"anyOf": [{"properties": {"a": {"rule": "locked"}}}]}""")]
    [InlineData("""{"if": true, "then": {"$ref": "#/$defs/x"}, "$defs": {"x": {"items": {"rule": "locked"}}}}""")]
    [InlineData("""{"not": {"rule": "locked"}}""")]
    [InlineData("""{"dependentSchemas": {"b": {"properties": {"a": {"rule": "locked"}}}}}""")]
    public void A_custom_keyword_below_a_condition_is_refused(string schema) =>
        Assert.Contains("cannot stand below a condition", Assert.Throws<SchemaException>(() => Compile(schema)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_dialect_decides_that_format_asserts() =>
        Assert.False(Compile("""{"format": "ipv4"}""").Allows("\"1.2.3\""));

    [Fact]
    public void An_unknown_required_vocabulary_is_refused()
    {
        var registry = new SchemaRegistry().Add(Dialect.Utf8()).Add(Rule.Utf8()).Add("""{"$schema": "https://example.com/dialect.json"}"""u8.ToArray(), Schemas.Uri);

        Assert.Contains("https://example.com/vocab/rule", Assert.Throws<SchemaException>(() => registry.Compile(Schemas.Uri)).Message, StringComparison.Ordinal);
    }

    /// <summary>The dialect is named by a reference relative to <c>$id</c>.</summary>
    private static CompiledSchema Compile(string schema) => new SchemaRegistry()
        .Add(Dialect.Utf8())
        .Add(Rule.Utf8())
        .AddVocabulary("https://example.com/vocab/rule", "rule")
        .Add(("""{"$id": "https://example.com/schema.json", "$schema": "dialect.json", """ + schema.TrimStart()[1..]).Utf8())
        .Compile("https://example.com/schema.json");
}
