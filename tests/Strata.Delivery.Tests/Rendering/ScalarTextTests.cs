using Strata.Delivery.Rendering;
using Strata.Model.Documents;

namespace Strata.Delivery.Tests.Rendering;

public sealed class ScalarTextTests
{
    public static TheoryData<string> Texts =>
        ["plain", "two words", "yes", "No", "~", "null", "12", "1e3", "0x1f", "2026-01-01", "1:30", "- a", "a: b", "a #b", "#a", "*a", "&a", "!a", "%a", "@a", "`a", "{a}", "[a]",
         "", " ", "\n", "\t", "\u0085", "\u2028", "\ufeff", "\u0000", "\u007f", "\"", "\\", "'", "東京", "🗼", "a\uffff", "os.environ/KEY", "a.b/c-d"];

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_text_comes_back_from_YAML(string text)
    {
        var document = JsonObject.Of((text + "k", Json.Of(text)), ("list", Json.Of([text, text])), ("map", new JsonArray([JsonObject.Of(("a", Json.Of(text)))])));

        Assert.Equal(document, Yaml.ReadOne(YamlText.Write(document)));
        Assert.Equal(document, Yaml.ReadOne(JsonText.Write(document)));
    }

    [Theory]
    [InlineData(2e-7)]
    [InlineData(7.5e-8)]
    [InlineData(1e30)]
    [InlineData(0.1)]
    [InlineData(-5)]
    public void A_number_comes_back_from_YAML_as_a_number(double number)
    {
        var document = JsonObject.Of(("n", Json.Of(number)));

        Assert.Equal(document, Yaml.ReadOne(YamlText.Write(document)));
    }
}
