namespace Strata.JsonSchema.Tests;

public sealed class LimitTests
{
    [Fact]
    public void A_limit_below_one_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SchemaOptions { MaxErrors = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SchemaOptions { MaxDepth = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SchemaOptions { MaxSteps = 0 });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(25)]
    public void The_time_for_patterns_is_above_zero_and_at_most_a_day(int hours) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SchemaOptions { MaxPatternTime = TimeSpan.FromHours(hours) });

    [Theory]
    [InlineData("false", "1")]
    [InlineData("""{"maximum": 1}""", "2")]
    public void A_fault_of_the_instance_is_no_exceeded_limit(string schema, string instance) =>
        Assert.False(Schemas.Compile(schema).OnlyError(instance).IsExceededLimit);

    [Fact]
    public void A_document_too_deep_is_told_from_one_that_is_wrong()
    {
        var error = Schemas.Compile("true", new SchemaOptions { MaxDepth = 1 }).OnlyError("[[]]");

        Assert.True(error.IsExceededLimit);
        Assert.Equal(("", "1"), (error.Keyword, error.Limit));
    }

    [Theory]
    [InlineData("""{"items": {"pattern": "^(?!y)x"}}""")]
    [InlineData("""{"items": {"not": {"pattern": "^(?!x)x"}}}""")]
    [InlineData("""{"items": {"anyOf": [{"pattern": "^(?!x)x"}, {"pattern": "^x(?!y)"}]}}""")]
    public void Patterns_that_are_no_automata_share_one_limit_of_time(string schema)
    {
        var document = $"[{string.Join(',', Enumerable.Repeat("\"x\"", 1000))}]";
        var hurried = Schemas.Compile(schema, new SchemaOptions { MaxPatternTime = TimeSpan.FromTicks(1) });

        Assert.True(Schemas.Compile(schema, new SchemaOptions { MaxPatternTime = TimeSpan.FromHours(1) }).Allows(document));
        Assert.False(hurried.IsValid(document.Utf8()));
        Assert.True(hurried.OnlyError(document).IsExceededLimit);
    }

    [Fact]
    public void Automata_need_no_limit_of_time() =>
        Assert.True(Schemas.Compile("""{"items": {"pattern": "^x"}}""", new SchemaOptions { MaxPatternTime = TimeSpan.FromTicks(1) }).Allows("""["x", "x"]"""));

    [Fact]
    public void Errors_found_before_a_limit_are_reported_with_it()
    {
        var schema = Schemas.Compile(
            """{"prefixItems": [{"type": "null"}, {"anyOf": [{"pattern": "^(?!x)x"}, {"type": "null"}]}]}""",
            new SchemaOptions { MaxPatternTime = TimeSpan.FromTicks(1) });
        var document = $"[1, \"{new string('x', 100_000)}\"]".Utf8();

        Assert.Equal(["/0", ""], schema.Validate(document).Select(error => error.InstanceLocation));
    }

    [Theory]
    [InlineData("""{"items": {"maximum": 5}}""", "[", "1,", "9]")]
    [InlineData("""{"uniqueItems": true}""", "[", "1,", "9]")]
    [InlineData("""{"const": [0]}""", "[", "1,", "9]")]
    [InlineData("""{"pattern": "^x*$"}""", "\"", "xxxxxxxx", "y\"")]
    [InlineData("""{"patternProperties": {"^x*$": false}}""", "{\"", "xxxxxxxx", "\": 1}")]
    public void Looking_at_one_large_value_again_and_again_takes_steps(string leaf, string before, string part, string after)
    {
        // 256 looks: far fewer than the steps allowed, if a look were one step whatever it looks at.
        var levels = string.Join(',', Enumerable.Range(0, 8).Select(i => $$"""
            "a{{i}}": {"anyOf": [{"$ref": "#/$defs/a{{i + 1}}"}, {"$ref": "#/$defs/a{{i + 1}}"}]}
            """));
        var schema = Schemas.Compile("""{"$ref": "#/$defs/a0", "$defs": {""" + levels + ", \"a8\": " + leaf + "}}", new SchemaOptions { MaxSteps = 100_000 });

        Assert.True(schema.OnlyError(before + string.Concat(Enumerable.Repeat(part, 10_000)) + after).IsExceededLimit);
    }

    [Fact]
    public void Unknown_members_beyond_those_reported_cost_next_to_nothing()
    {
        var known = string.Join(',', Enumerable.Range(0, 300).Select(i => $$"""
            "a property with a long name {{i}}": true
            """));
        var schema = Schemas.Compile($$"""{"properties": {{{known}}}, "additionalProperties": false}""", new SchemaOptions { MaxErrors = 1 });
        Allocated(1);

        Assert.InRange(Allocated(2000), 0, 2 * Allocated(1));

        long Allocated(int members)
        {
            var document = $"{{{string.Join(',', Enumerable.Range(0, members).Select(i => $"\"a property with no name {i}\": 1"))}}}".Utf8();
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Single(schema.Validate(document));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
