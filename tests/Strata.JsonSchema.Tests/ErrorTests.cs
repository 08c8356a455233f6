namespace Strata.JsonSchema.Tests;

public sealed class ErrorTests
{
    [Theory]
    [InlineData("""{"maximum": 600}""", "900", "must be at most 600 (is 900)", "600")]
    [InlineData("""{"minimum": 0.5}""", "0.1", "must be at least 0.5 (is 0.1)", "0.5")]
    [InlineData("""{"exclusiveMaximum": 1}""", "1", "must be less than 1 (is 1)", "1")]
    [InlineData("""{"multipleOf": 5}""", "7", "must be a multiple of 5 (is 7)", "5")]
    [InlineData("""{"maxLength": 2}""", "\"abc\"", "must be at most 2 characters long (is 3)", "2")]
    [InlineData("""{"minItems": 1}""", "[]", "must have at least 1 item (has 0)", "1")]
    [InlineData("""{"maxProperties": 0}""", """{"a": 1}""", "must have at most 0 members (has 1)", "0")]
    [InlineData("""{"type": "string"}""", "1", "must be a string (is a number)", null)]
    [InlineData("""{"type": ["string", "null"]}""", "1.5", "must be a string or null (is a number with a fraction)", null)]
    [InlineData("""{"enum": ["a", 1]}""", "2", "must be one of \"a\", 1", null)]
    [InlineData("""{"const": {"a": 1}}""", "2", "must be {\"a\": 1}", null)]
    [InlineData("""{"pattern": "^a$"}""", "\"b\"", "must match the pattern ^a$", null)]
    [InlineData("""{"uniqueItems": true}""", "[1, 2, 1.0]", "must not hold an item twice (items 0 and 2 are equal)", null)]
    [InlineData("""{"contains": {"type": "null"}}""", "[1]", "must have at least 1 matching item (has 0)", "1")]
    [InlineData("""{"required": ["host"]}""", "{}", "must have \"host\"", null)]
    [InlineData("""{"dependentRequired": {"a": ["b"]}}""", """{"a": 1}""", "must have \"b\" because it has \"a\"", null)]
    [InlineData("""{"anyOf": [{"type": "string"}, {"type": "null"}]}""", "1", "must be a string or null (is a number)", null)]
    [InlineData("""{"not": {}}""", "1", "must not match the schema in \"not\"", null)]
    public void A_message_says_what_was_expected_and_what_is_there(string schema, string instance, string message, string? limit)
    {
        var error = Schemas.Compile(schema).OnlyError(instance);

        Assert.Equal((message, limit), (error.Message, error.Limit));
    }

    [Fact]
    public void A_format_is_named_with_an_example()
    {
        var error = Schemas.Compile("""{"format": "date"}""", new SchemaOptions { AssertFormat = true }).OnlyError("\"tomorrow\"");

        Assert.Equal("must be a date by RFC 3339, such as 2026-11-23", error.Message);
    }

    [Theory]
    [InlineData("additionalProperties")]
    [InlineData("unevaluatedProperties")]
    public void An_unknown_member_is_reported_at_itself_with_the_nearest_known_name(string keyword)
    {
        var schema = Schemas.Compile("""{"properties": {"quotas": {}, "users": {}}, "KEYWORD": false}""".Replace("KEYWORD", keyword, StringComparison.Ordinal));

        var error = schema.OnlyError("""{"users": 1, "qoutas": 2}""");

        Assert.Equal(("/qoutas", keyword, "is not known here; did you mean \"quotas\"?"), (error.InstanceLocation, error.Keyword, error.Message));
    }

    [Fact]
    public void A_name_that_only_another_branch_knows_is_not_suggested_to_itself()
    {
        var schema = Schemas.Compile("""{"if": {"required": ["a"]}, "then": {"properties": {"a": {}}}, "else": {"properties": {"b": {}}}, "unevaluatedProperties": false}""");

        Assert.Equal("is not known here", schema.OnlyError("""{"a": 1, "b": 2}""").Message.Split(';')[0]);
        Assert.DoesNotContain("\"b\"", schema.OnlyError("""{"a": 1, "b": 2}""").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_branch_told_by_its_tag_is_the_only_one_reported()
    {
        var schema = Schemas.Compile("""
            {"oneOf": [
                {"properties": {"kind": {"const": "a"}, "size": {"maximum": 1}}},
                {"properties": {"kind": {"const": "b"}, "size": {"maximum": 2}}}]}
            """);

        var error = schema.OnlyError("""{"kind": "b", "size": 3}""");

        Assert.Equal(("/size", "/oneOf/1/properties/size/maximum"), (error.InstanceLocation, error.KeywordLocation));
    }

    [Fact]
    public void Locations_name_the_path_taken_and_the_place_where_the_keyword_stands()
    {
        var error = Schemas.Compile("""{"properties": {"a/b": {"$ref": "#/$defs/n"}}, "$defs": {"n": {"minimum": 1}}}""").OnlyError("""{"a/b": 0}""");

        Assert.Equal(
            ("/a~1b", "/properties/a~1b/$ref/minimum", "https://example.com/schema#/$defs/n/minimum"),
            (error.InstanceLocation, error.KeywordLocation, error.AbsoluteKeywordLocation));
    }

    [Fact]
    public void Errors_come_in_the_order_of_the_document()
    {
        var schema = Schemas.Compile("""{"required": ["z"], "properties": {"a": {"type": "null"}, "b": {"items": {"type": "null"}}}}""");

        var errors = schema.Validate("""{"b": [1, null, 2], "a": 3}"""u8);

        Assert.Equal(["", "/b/0", "/b/2", "/a"], errors.Select(error => error.InstanceLocation));
    }

    [Fact]
    public void A_failed_choice_hides_the_unevaluated_members_its_branches_know()
    {
        var schema = Schemas.Compile("""
            {"unevaluatedProperties": false, "anyOf": [{"properties": {"a": {"type": "null"}}}, {"properties": {"a": {"const": 5}, "b": true}}]}
            """);

        Assert.Equal("anyOf/0/properties/a", schema.OnlyError("""{"a": 1, "b": 2}""").KeywordLocation[1..].Replace("/type", "", StringComparison.Ordinal));
    }

    [Fact]
    public void No_more_errors_are_reported_than_asked_for()
    {
        var schema = Schemas.Compile("""{"items": {"type": "null"}}""", new SchemaOptions { MaxErrors = 3 });

        Assert.Equal(3, schema.Validate("[1, 2, 3, 4, 5]"u8).Length);
    }
}
