using System.Globalization;
using System.Text.Json.Nodes;

namespace Strata.JsonSchema.Tests.Fuzzing;

/// <summary>Random schemas and instances from so small an alphabet that they often meet. One seed makes one case.</summary>
/// <param name="seed">The case.</param>
/// <param name="portable">Leaves out what engines in JavaScript cannot see: numbers beyond doubles, lone surrogates.</param>
internal sealed class Generator(int seed, bool portable = false)
{
    private static readonly string[] Unportable = ["1e400", "12345678901234567890", "1e399", "\"\\ud800\"", "1e-7"];

    private static readonly string[] Names = ["a", "b", "c", "", "a/b~", "é\U0001F432", "__proto__"];
    private static readonly string[] Patterns = ["^a", "b$", ".", "^[^a]*$", @"^\w+$", @"\p{Ll}", "(?!a)", "^(a|b)*$"];
    private static readonly string[] Formats = ["date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uri-reference", "uuid", "json-pointer", "regex", "idn-hostname", "iri", "uri-template"];

    private static readonly string[] Scalars =
    [
        "null", "true", "false", "0", "-0", "1", "1.0", "10e-1", "1.5", "-3", "1e400", "12345678901234567890", "\"\"", "\"a\"", "\"b\"", "\"abc\"",
        "\"\\u0061\"", "\"\\ud800\"", "\"\\ud83d\\udc32\"", "\"2026-11-23\"", "\"a/b\"", "\"1.2.3.4\"", "\"a@b.c\"", "\"{a}\"", "\"xn--a\"",
    ];

    private readonly Random _random = new(seed);

    /// <summary>A schema's text, with definitions to refer to. References may go round in circles.</summary>
    public string Schema() => $$"""{"$defs": {"x": {{Subschema(3)}}, "y": {{Subschema(3)}}}, "$dynamicAnchor": "d", "allOf": [{{Subschema(4)}}]}""";

    public string Instance(int depth = 3) => (depth == 0 ? 0 : _random.Next(4)) switch
    {
        2 => $"[{Many(4, () => Instance(depth - 1))}]",
        3 => Object(5, () => Instance(depth - 1)),
        _ => Pick(Scalars),
    };

    private string Subschema(int depth)
    {
        if (depth == 0)
            return Pick(["true", "false", "{}", """{"type": "string"}""", """{"type": "integer"}""", """{"const": 1}"""]);
        var keywords = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Keyword(depth)).DistinctBy(keyword => keyword.Name);
        return $"{{{string.Join(", ", keywords.Select(keyword => $"\"{keyword.Name}\": {keyword.Value}"))}}}";
    }

    private (string Name, string Value) Keyword(int depth)
    {
        string Below() => Subschema(depth - 1);
        string List() => $"[{Below()}, {Below()}]";
        string Map() => Object(3, Below);
        var name = Pick(
        [
            "type", "const", "enum", "minimum", "maximum", "exclusiveMinimum", "multipleOf", "minLength", "maxLength", "pattern", "format", "minItems", "maxItems", "uniqueItems",
            "contains", "minContains", "maxContains", "prefixItems", "items", "properties", "patternProperties", "additionalProperties", "propertyNames", "required",
            "minProperties", "maxProperties", "dependentRequired", "dependentSchemas", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "$ref", "$dynamicRef",
            "unevaluatedItems", "unevaluatedProperties",
        ]);
        return (name, name switch
        {
            "type" => Pick(["\"object\"", "\"array\"", "\"string\"", "[\"integer\", \"null\"]", "\"number\"", "[\"object\", \"array\"]"]),
            "const" => Instance(2),
            "enum" => $"[{Many(4, () => Instance(1))}]",
            "minimum" or "maximum" or "exclusiveMinimum" => Pick(["0", "1", "1.5", "-2e0", "1e399"]),
            "multipleOf" => Pick(["1", "0.5", "3", "1e-7"]),
            "pattern" => JsonValue.Create(Pick(Patterns)).ToJsonString(),
            "format" => $"\"{Pick(Formats)}\"",
            "uniqueItems" => "true",
            "patternProperties" => $"{{{JsonValue.Create(Pick(Patterns)).ToJsonString()}: {Below()}}}",
            "required" => $"[{Name()}]",
            "dependentRequired" => $"{{{Name()}: [{Name()}]}}",
            "properties" or "dependentSchemas" => Map(),
            "allOf" or "anyOf" or "oneOf" or "prefixItems" => List(),
            "$ref" => Pick(["\"#/$defs/x\"", "\"#/$defs/y\"", "\"#\""]),
            "$dynamicRef" => "\"#d\"",
            _ when name.StartsWith("min", StringComparison.Ordinal) || name.StartsWith("max", StringComparison.Ordinal) => _random.Next(4).ToString(CultureInfo.InvariantCulture),
            _ => Below(),
        });
    }

    /// <summary>Names differ, for JSON does not say what a name twice means.</summary>
    private string Object(int max, Func<string> value)
    {
        var names = Enumerable.Range(0, _random.Next(max)).Select(_ => Name()).Distinct(StringComparer.Ordinal);
        return $"{{{string.Join(", ", names.Select(name => $"{name}: {value()}"))}}}";
    }

    private string Many(int max, Func<string> value) => string.Join(", ", Enumerable.Range(0, _random.Next(max)).Select(_ => value()));

    private string Name() => JsonValue.Create(Pick(Names)).ToJsonString();

    private string Pick(string[] choices)
    {
        while (true)
        {
            var choice = choices[_random.Next(choices.Length)];
            if (!portable || !Unportable.Contains(choice, StringComparer.Ordinal))
                return choice;
        }
    }
}
