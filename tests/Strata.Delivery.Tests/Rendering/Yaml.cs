using System.Globalization;
using System.Text.RegularExpressions;
using Strata.Model.Documents;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlScalar = YamlDotNet.Core.Events.Scalar;

namespace Strata.Delivery.Tests.Rendering;

/// <summary>Reads YAML with a parser that is not ours, scalars by the rules of YAML 1.1 where they differ: what PyYAML and libyaml would see.</summary>
internal static partial class Yaml
{
    public static JsonObject ReadOne(string text) => Read(text).Single();

    public static IEnumerable<JsonObject> Read(string text)
    {
        var parser = new Parser(new StringReader(text));
        parser.Consume<StreamStart>();
        while (!parser.TryConsume<StreamEnd>(out _))
        {
            parser.Consume<DocumentStart>();
            yield return (JsonObject)Value(parser);
            parser.Consume<DocumentEnd>();
        }
    }

    private static Json Value(Parser parser)
    {
        if (parser.TryConsume<YamlScalar>(out var scalar))
            return scalar.Style == ScalarStyle.Plain ? Plain(scalar.Value) : Json.Of(scalar.Value);
        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<Json>();
            while (!parser.TryConsume<SequenceEnd>(out _))
                items.Add(Value(parser));
            return new JsonArray([.. items]);
        }
        parser.Consume<MappingStart>();
        var members = new List<KeyValuePair<string, Json>>();
        while (!parser.TryConsume<MappingEnd>(out _))
            members.Add(KeyValuePair.Create(parser.Consume<YamlScalar>().Value, Value(parser)));
        return JsonObject.Of(members);
    }

    private static Json Plain(string text) => text switch
    {
        "null" or "~" or "" => Json.Null,
        _ when True().IsMatch(text) => Json.True,
        _ when False().IsMatch(text) => Json.False,
        _ when Number().IsMatch(text) => Json.Of(double.Parse(text, CultureInfo.InvariantCulture)),
        _ => Json.Of(text),
    };

    [GeneratedRegex(@"\A(true|yes|on)\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex True();

    [GeneratedRegex(@"\A(false|no|off)\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex False();

    // PyYAML's float needs a point and a sign in the exponent.
    [GeneratedRegex(@"\A[-+]?([0-9]+|[0-9]+\.[0-9]*([eE][-+][0-9]+)?)\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Number();
}
