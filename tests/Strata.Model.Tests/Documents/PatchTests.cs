using System.Text;
using Strata.Model.Documents;
using Strata.Model.Sections;

namespace Strata.Model.Tests.Documents;

public sealed class PatchTests
{
    private static readonly Shape Shape = new ObjectShape(
    [
        KeyValuePair.Create<string, Shape>("a", new MapShape(new LeafShape())),
        KeyValuePair.Create<string, Shape>("secret", new LeafShape { IsOpaque = true }),
    ]);

    // The examples of RFC 7396, appendix A, that have an object on both sides.
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", "{}")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void A_merge_patch_does_what_RFC_7396_says(string document, string patch, string expected) =>
        Assert.Equal(Read(expected), MergePatch.Apply(new MapShape(new MapShape(new MapShape(new LeafShape()))), Read(document), Read(patch)).Value);

    [Fact]
    public void An_opaque_leaf_is_replaced_whole() => Assert.Equal(
        Read("""{"secret":{"$secret":{"path":"new"}}}"""),
        MergePatch.Apply(Shape, Read("""{"secret":{"$secret":{"path":"old","field":"/x"}}}"""), Read("""{"secret":{"$secret":{"path":"new"}}}""")).Value);

    [Fact]
    public void A_merge_patch_must_be_an_object() => Assert.Equal(ErrorCodes.MalformedPatch, MergePatch.Apply(Shape, JsonObject.Empty, Json.True).Error!.Code);

    [Theory]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b","value":2}]""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":[1,3]}""", """[{"op":"add","path":"/a/1","value":2}]""", """{"a":[1,2,3]}""")]
    [InlineData("""{"a":[1]}""", """[{"op":"add","path":"/a/-","value":2}]""", """{"a":[1,2]}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"move","from":"/a/b","path":"/c"}]""", """{"a":{},"c":1}""")]
    [InlineData("""{"a":1}""", """[{"op":"copy","from":"/a","path":"/b"}]""", """{"a":1,"b":1}""")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/a","value":1.0},{"op":"remove","path":"/a"}]""", "{}")]
    [InlineData("""{"a/b":1,"m~n":2}""", """[{"op":"replace","path":"/a~1b","value":3},{"op":"remove","path":"/m~0n"}]""", """{"a/b":3}""")]
    public void A_JSON_patch_does_what_RFC_6902_says(string document, string patch, string expected) =>
        Assert.Equal(Read(expected), JsonPatch.Apply(Read(document), Json.Trusted(patch)).Value);

    [Theory]
    [InlineData("""{"op":"add"}""")]
    [InlineData("""[{"op":"add","path":"/a/b","value":1}]""")]
    [InlineData("""[{"op":"replace","path":"/missing","value":1}]""")]
    [InlineData("""[{"op":"remove","path":"/missing"}]""")]
    [InlineData("""[{"op":"add","path":"nopointer","value":1}]""")]
    [InlineData("""[{"op":"move","from":"/o","path":"/o/x"}]""")]
    [InlineData("""[{"op":"explode","path":"/o"}]""")]
    public void A_patch_that_does_not_apply_is_malformed(string patch) =>
        Assert.Equal(ErrorCodes.MalformedPatch, JsonPatch.Apply(Read("""{"o":{}}"""), Json.Trusted(patch)).Error!.Code);

    [Fact]
    public void A_failing_test_is_a_conflict() =>
        Assert.Equal(ErrorCodes.Conflict, JsonPatch.Apply(Read("""{"a":1}"""), Json.Trusted("""[{"op":"test","path":"/a","value":2}]""")).Error!.Code);

    [Fact]
    public void A_patch_that_doubles_its_document_again_and_again_is_stopped()
    {
        var doubling = string.Join(',', Enumerable.Range(0, 500).Select(_ => """{"op":"copy","from":"/a","path":"/a/-"}"""));

        var error = JsonPatch.Apply(Read("""{"a":["0123456789"]}"""), Json.Trusted($"[{doubling}]")).Error!;

        Assert.Equal(ErrorCodes.SchemaViolation, error.Code);
    }

    [Theory]
    [InlineData("""{"op":"add","path":"/a/0","value":0}""")]
    [InlineData("""{"op":"replace","path":"/a/0","value":1}""")]
    [InlineData("""{"op":"remove","path":"/a/0"}""")]
    [InlineData("""{"op":"move","from":"/a/0","path":"/b"}""")]
    [InlineData("""{"op":"move","from":"/b","path":"/a/0"},{"op":"copy","from":"/a/0","path":"/b"}""")]
    public void A_patch_that_copies_a_long_array_again_and_again_is_stopped(string operation)
    {
        var document = JsonObject.Of(("a", new JsonArray([.. Enumerable.Repeat(Json.Of(0), 400_000)])), ("b", Json.Of(0)));

        var error = JsonPatch.Apply(document, Json.Trusted($"[{string.Join(',', Enumerable.Repeat(operation, 400))}]")).Error;

        Assert.Equal((ErrorCodes.MalformedPatch, "The patch has too many operations on long arrays or large objects."), (error?.Code, error?.Message));
    }

    [Theory]
    [InlineData("""{"op":"add","path":"@","value":1}""", "/0/path")]
    [InlineData("""{"op":"move","from":"@","path":"/a"}""", "/0/from")]
    public void A_pointer_of_too_many_segments_is_refused_with_the_limit(string operation, string place)
    {
        var pointer = string.Concat(Enumerable.Repeat("/a", 257));

        var error = JsonPatch.Apply(JsonObject.Empty, Json.Trusted($"[{operation.Replace("@", pointer, StringComparison.Ordinal)}]")).Error!;

        Assert.Equal((ErrorCodes.SchemaViolation, place, "256"), (error.Code, error.Violations.SingleOrDefault()?.Pointer.Text, error.Violations.SingleOrDefault()?.Limit?.ToString()));
    }

    private static JsonObject Read(string text) => (JsonObject)Json.Parse(Encoding.UTF8.GetBytes(text)).Value;
}
