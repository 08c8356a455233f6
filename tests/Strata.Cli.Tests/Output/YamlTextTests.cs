using System.Text.Json.Nodes;
using Strata.Cli.Output;

namespace Strata.Cli.Tests.Output;

public sealed class YamlTextTests
{
    [Theory]
    [InlineData("null", "null")]
    [InlineData("~", "null")]
    [InlineData("true", "true")]
    [InlineData("yes", "\"yes\"")]
    [InlineData("on", "\"on\"")]
    [InlineData("12", "12")]
    [InlineData("+12", "12")]
    [InlineData("0012", "12")]
    [InlineData("0x1F", "31")]
    [InlineData("0o17", "15")]
    [InlineData("1.50", "1.50")]
    [InlineData(".5", "0.5")]
    [InlineData("1e3", "1000")]
    [InlineData("1:30", "\"1:30\"")]
    [InlineData("4.0.1", "\"4.0.1\"")]
    [InlineData("2027-12-31", "\"2027-12-31\"")]
    [InlineData("\"12\"", "\"12\"")]
    [InlineData("'true'", "\"true\"")]
    [InlineData("", "null")]
    [InlineData("[a, 1]", "[\"a\",1]")]
    public void A_scalar_means_what_the_core_schema_says(string yaml, string json) =>
        Assert.Equal(json, YamlText.Read(yaml, "test")?.ToJsonString() ?? "null");

    [Theory]
    [InlineData("a: 1\na: 2", "test:2:1: /a: yaml: the key 'a' comes twice")]
    [InlineData("a: &x 1\nb: *x", "test:1:4: /a: yaml: anchors and aliases are not supported")]
    [InlineData("a: !!str 1", "test:1:4: /a: yaml: tags are not supported")]
    [InlineData("[a, b]: 1", "a key must be a string")]
    [InlineData("a: .inf", "test:1:4: /a: yaml: '.inf' is not a number of JSON")]
    [InlineData("a: 1e99", "test:1:4: /a: yaml: the number 1e99 is too large")]
    [InlineData("a: 1\n---\nb: 2", "one file holds one")]
    [InlineData("a: [1", "test:")]
    public void What_json_cannot_hold_is_refused_with_its_place(string yaml, string message)
    {
        var refused = Assert.Throws<CommandFailedException>(() => YamlText.Read(yaml, "test"));

        Assert.Equal(ExitCode.Invalid, refused.ExitCode);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_without_end_is_refused() =>
        Assert.Throws<CommandFailedException>(() => YamlText.Read(new string('[', 5000), "test"));

    [Theory]
    [InlineData("""{"a":"yes","b":"12","c":"","d":"x: y","e":"#","f":"null","g":" a","h":"a ","i":"-","j":"0x1","k":"é","l":"l1\nl2\n","m":"{a}","n":"*"}""")]
    [InlineData("""{"a":".inf","b":"-.INF","c":"+.Inf","d":".nan","e":".NAN",".inf":".Nan","f":"0o17","g":".","h":"inf"}""")]
    [InlineData("""{"a":[],"b":{},"c":[{"d":1},[2,null]],"e":true,"f":1.50,"g/h~":"key"}""")]
    [InlineData("\"alone\"")]
    [InlineData("42")]
    public void What_is_written_reads_as_the_same(string json)
    {
        var value = JsonNode.Parse(json);

        var read = YamlText.Read(YamlText.Write(value), "test");

        Assert.Equal(value!.ToJsonString(), read!.ToJsonString());
    }

    [Fact]
    public void Plain_text_is_written_without_quotes() =>
        Assert.Equal("name: Acme Code\nhosts:\n- api.acme.example\n", YamlText.Write(JsonNode.Parse("""{"name":"Acme Code","hosts":["api.acme.example"]}""")));
}
