using System.Diagnostics;
using System.Text.Json;

namespace Strata.JsonSchema.Tests;

/// <summary>What is meant to break an engine ends in a verdict or an error, soon.</summary>
public sealed class HostileTests
{
    [Fact]
    public void A_document_nested_too_deeply_is_an_error_with_the_limit()
    {
        var schema = Schemas.Compile("""{"items": {"$ref": "#"}}""");
        var deep = (new string('[', 65) + new string(']', 65)).Utf8();

        Assert.False(schema.IsValid(deep));
        Assert.Equal(("must be nested at most 64 levels deep", "64"), (schema.Validate(deep)[0].Message, schema.Validate(deep)[0].Limit));
    }

    [Fact]
    public void A_limit_set_far_too_high_still_ends_in_an_error()
    {
        var schema = Schemas.Compile("""{"items": {"allOf": [{"anyOf": [{"$ref": "#"}]}]}}""", new SchemaOptions { MaxDepth = 1_000_000 });
        var deep = (new string('[', 500_000) + new string(']', 500_000)).Utf8();

        Assert.False(schema.IsValid(deep));
        Assert.Contains(schema.Validate(deep), error => error.Message == "is nested too deeply for its schema");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(100)]
    public void Twins_nested_far_too_deeply_to_be_compared_end_in_an_error(int count)
    {
        var schema = Schemas.Compile("""{"uniqueItems": true}""", new SchemaOptions { MaxDepth = 1_000_000 });
        var deep = new string('[', 100_000) + new string(']', 100_000);
        var twins = $"[{string.Join(',', Enumerable.Repeat(deep, count))}]".Utf8();

        Assert.False(schema.IsValid(twins));
        Assert.Equal("is nested too deeply for its schema", Assert.Single(schema.Validate(twins)).Message);
    }

    [Theory]
    [InlineData("""{"$ref": "#"}""")]
    [InlineData("""{"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"allOf": [{"$ref": "#/$defs/a"}]}}}""")]
    [InlineData("""{"$dynamicRef": "#a", "$anchor": "a"}""")]
    public void A_reference_to_itself_without_end_is_refused(string schema) =>
        Assert.Contains("without end", Schemas.Refused(schema).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"anyOf": [{"type": "null"}, {"$ref": "#"}]}""")]
    [InlineData("""{"if": {"type": "object"}, "then": {"$ref": "#"}}""")]
    [InlineData("""{"not": {"$ref": "#"}}""")]
    [InlineData("""{"$dynamicAnchor": "a", "anyOf": [false, {"$dynamicRef": "#a"}]}""")]
    public void A_conditional_reference_to_itself_ends_in_an_error(string schema)
    {
        var compiled = Schemas.Compile(schema);

        Assert.False(compiled.IsValid("{}"u8));
        Assert.Contains(compiled.Validate("{}"u8), error => error.Message == "makes its schema refer to itself without end");
    }

    [Fact]
    public void A_schema_built_to_explode_runs_out_of_steps()
    {
        var levels = string.Join(',', Enumerable.Range(0, 60).Select(i => $$"""
            "a{{i}}": {"anyOf": [{"$ref": "#/$defs/a{{i + 1}}"}, {"$ref": "#/$defs/a{{i + 1}}"}]}
            """));
        var schema = Schemas.Compile("""{"$ref": "#/$defs/a0", "$defs": {""" + levels + """, "a60": false}}""", new SchemaOptions { MaxSteps = 100_000 });

        Assert.False(schema.IsValid("1"u8));
        Assert.NotEmpty(schema.Validate("1"u8));
    }

    [Fact]
    public void A_chain_of_references_may_be_long()
    {
        var links = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $$"""
            "a{{i}}": {"$ref": "#/$defs/a{{i + 1}}"}
            """));

        Assert.False(Schemas.Compile("""{"$ref": "#/$defs/a0", "$defs": {""" + links + """, "a20000": {"type": "null"}}}""").IsValid("1"u8));
    }

    [Theory]
    [InlineData(@"^(([a-z])+.)+[A-Z]([a-z])+$")]
    [InlineData(@"^(a+)+$")]
    [InlineData(@"(?=.*(a+)+$)b")]
    [InlineData(@"^(a|a)*?\b$")]
    public void A_pattern_cannot_be_made_to_hang(string pattern)
    {
        var schema = Schemas.Compile($$"""{"pattern": {{JsonSerializer.Serialize(pattern)}}}""");
        var watch = Stopwatch.StartNew();

        Assert.False(schema.IsValid(('"' + new string('a', 40_000) + "!\"").Utf8()));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void A_pattern_that_takes_too_long_is_an_error_even_where_it_must_not_match()
    {
        var schema = Schemas.Compile("""{"not": {"pattern": "^(?=x|a)((a|aa)+)+$"}}""");
        var text = ('"' + new string('a', 60) + "!\"").Utf8();

        Assert.False(schema.IsValid(text));
        Assert.Equal("takes too long to match the patterns of its schema", Assert.Single(schema.Validate(text)).Message);
    }

    [Theory]
    [InlineData("""{"maximum": 1e400}""", "1e401", false)]
    [InlineData("""{"maximum": 1e999999999999999999999}""", "1e999999998", true)]
    [InlineData("""{"multipleOf": 0.01}""", "0.07", true)]
    [InlineData("""{"multipleOf": 0.1}""", "1e999999999", true)]
    [InlineData("""{"multipleOf": 3}""", "1e999999999", false)]
    [InlineData("""{"multipleOf": 123456789012345678901}""", "370370367037037036703", true)]
    [InlineData("""{"const": 9007199254740992}""", "9007199254740993", false)]
    [InlineData("""{"const": 1e-400}""", "0", false)]
    [InlineData("""{"type": "integer"}""", "1.50e1", true)]
    [InlineData("""{"exclusiveMinimum": 0}""", "-0.0", false)]
    public void Numbers_are_exact(string schema, string number, bool valid) =>
        Assert.Equal(valid, Schemas.Compile(schema).Allows(number));

    [Fact]
    public void Lone_surrogates_are_text_like_any_other()
    {
        const string Lone = "\"\\ud800\"";

        Assert.True(Schemas.Compile("""{"maxLength": 1, "pattern": "^.$", "const": "\ud800"}""").Allows(Lone));
        Assert.False(Schemas.Compile("""{"const": "\ud801"}""").Allows(Lone));
        Assert.False(Schemas.Compile("""{"uniqueItems": true}""").Allows($"[{Lone}, {Lone}]"));
        Assert.Equal("/\ud800", Schemas.Compile("""{"additionalProperties": false}""").OnlyError("""{"\ud800": 1}""").InstanceLocation);
    }

    [Fact]
    public void Large_arrays_are_checked_for_twins_in_little_time()
    {
        var items = string.Join(',', Enumerable.Range(0, 100_000).Select(i => $$"""{"id": {{i}}, "name": "n{{i}}"}"""));
        var schema = Schemas.Compile("""{"uniqueItems": true}""");

        Assert.True(schema.Allows($"[{items}]"));
        Assert.Contains("items 7 and 100000", schema.Validate(("[" + items + """, {"name": "n7", "id": 7.0}]""").Utf8())[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_equal_items_are_found_at_the_first_two()
    {
        var items = string.Join(',', Enumerable.Repeat("7", 400_000));

        Assert.Contains("items 0 and 1", Schemas.Compile("""{"uniqueItems": true}""").OnlyError($"[{items}]").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1,]")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\" 1}")]
    [InlineData("01")]
    [InlineData("1.")]
    [InlineData("-")]
    [InlineData("1e")]
    [InlineData("tru")]
    [InlineData("\"\\x\"")]
    [InlineData("\"\\u12g4\"")]
    [InlineData("\"a")]
    [InlineData("\"\n\"")]
    [InlineData("1 2")]
    [InlineData("[1}")]
    [InlineData("\ufeff1")]
    [InlineData("// c\n1")]
    public void What_is_not_JSON_is_refused_with_its_place(string text) =>
        Assert.Contains("line", Assert.Throws<JsonException>(() => Schemas.Compile("true").IsValid(text.Utf8())).Message, StringComparison.Ordinal);

    [Fact]
    public void Invalid_UTF8_is_not_JSON() =>
        Assert.Throws<JsonException>(() => Schemas.Compile("true").IsValid([(byte)'"', 0xC3, 0x28, (byte)'"']));

    [Fact]
    public void A_valid_document_costs_no_allocation()
    {
        var schema = Schemas.Compile("""
            {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 9}, "b": {"items": {"minimum": 1.5}}},
             "unevaluatedProperties": false, "anyOf": [{"properties": {"c": {"enum": ["x", "y"]}}}]}
            """);
        var document = """{"a": "abc", "b": [2, 3.5, 1e9], "c": "x"}"""u8.ToArray();
        for (var i = 0; i < 100; i++)
            Assert.True(schema.IsValid(document));

        // The runtime may allocate on our thread whenever it likes, but not every time.
        Assert.Equal(0, Enumerable.Range(0, 10).Min(_ => Allocated()));

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
                schema.IsValid(document);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void One_compiled_schema_serves_many_threads()
    {
        var schema = Schemas.Compile("""{"properties": {"n": {"maximum": 500}}, "unevaluatedProperties": false}""");

        var wrong = Enumerable.Range(0, 20_000).AsParallel().Count(i => schema.Validate(("{\"n\": " + (i % 1000) + "}").Utf8()).IsEmpty != (i % 1000 <= 500));

        Assert.Equal(0, wrong);
    }
}
