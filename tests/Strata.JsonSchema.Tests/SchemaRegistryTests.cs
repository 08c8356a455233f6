namespace Strata.JsonSchema.Tests;

public sealed class SchemaRegistryTests
{
    [Fact]
    public void A_schema_that_breaks_its_metaschema_is_refused_each_time()
    {
        var registry = new SchemaRegistry().Add("""{"minLength": "long"}"""u8.ToArray(), Schemas.Uri);

        var first = Assert.Throws<SchemaException>(() => registry.Compile(Schemas.Uri));
        var second = Assert.Throws<SchemaException>(() => registry.Compile(Schemas.Uri));

        Assert.StartsWith("The schema breaks its metaschema: /minLength", first.Message, StringComparison.Ordinal);
        Assert.Equal(first.Message, second.Message);
    }

    [Fact]
    public void A_pattern_too_slow_for_the_names_of_its_own_schema_is_refused()
    {
        var schema = """
            {"$schema": "https://example.com/dialect", "properties": {"NAME": {}}, "patternProperties": {"^(?=x|a)((a|aa)+)+$": {}}}
            """.Replace("NAME", new string('a', 60) + "!", StringComparison.Ordinal);
        var registry = new SchemaRegistry().AddVocabulary("https://example.com/vocabulary", "unit").Add("""
            {"$id": "https://example.com/dialect", "$schema": "https://json-schema.org/draft/2020-12/schema", "$vocabulary": {
              "https://json-schema.org/draft/2020-12/vocab/core": true, "https://json-schema.org/draft/2020-12/vocab/applicator": true,
              "https://example.com/vocabulary": true}}
            """u8.ToArray()).Add(schema.Utf8(), Schemas.Uri);

        var refused = Assert.Throws<SchemaException>(() => registry.Compile(Schemas.Uri, new SchemaOptions { MaxPatternTime = TimeSpan.FromMilliseconds(50) }));

        Assert.Contains("takes too long", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_required_names_are_compiled_in_space_that_grows_with_their_number()
    {
        var schema = $$"""{"required": [{{string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"n{i}\""))}}]}""";
        var before = GC.GetAllocatedBytesForCurrentThread();

        Schemas.Compile(schema);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 400_000_000);
    }
}
