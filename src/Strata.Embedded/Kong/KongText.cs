using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Strata.Embedded.Kong;

/// <summary>JSON and YAML as Kong reads them: JSON is tried first, of a repeated key the last counts, whole numbers are integers.</summary>
internal static partial class KongText
{
    private const string Prefix = "failed parsing declarative configuration";

    /// <summary>The document, or what Kong says about a text that is none.</summary>
    public static (JsonObject? Document, string? Fault) Parse(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 1000 });
            if (json.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                return Root(Of(json.RootElement));
        }
        catch (JsonException)
        {
            // Not JSON; perhaps YAML.
        }
        try
        {
            return Root(Yaml(text));
        }
        catch (YamlException e)
        {
            return (null, string.Create(CultureInfo.InvariantCulture, $"{Prefix}: {e.Start.Line}:{e.Start.Column}: {e.Message}"));
        }
    }

    /// <summary>The first document of a YAML text, with anchors and merge keys.</summary>
    /// <exception cref="YamlException">It is no YAML.</exception>
    public static JsonNode? Yaml(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents.Count == 0 ? null : Of(stream.Documents[0].RootNode);
    }

    /// <summary>JSON as mutable nodes.</summary>
    public static JsonNode? Of(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new JsonObject();
                foreach (var member in element.EnumerateObject())
                    members[member.Name] = Of(member.Value);
                return members;
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(Of)]);
            case JsonValueKind.String:
                return JsonValue.Create(element.GetString());
            case JsonValueKind.Number:
                return Number(element.GetDouble());
            case JsonValueKind.True or JsonValueKind.False:
                return JsonValue.Create(element.GetBoolean());
            default:
                return null;
        }
    }

    /// <summary>A number as Lua has them: one type, whole ones printed without a fraction.</summary>
    public static JsonValue Number(double value) =>
        value == Math.Floor(value) && Math.Abs(value) < 1e15 ? JsonValue.Create((long)value) : JsonValue.Create(value);

    // An empty list and an empty object are one thing to Lua.
    private static (JsonObject? Document, string? Fault) Root(JsonNode? node) => node switch
    {
        JsonObject document => (document, null),
        JsonArray { Count: 0 } => ([], null),
        JsonArray array => (new JsonObject(array.Index().Select(entry => KeyValuePair.Create($"{entry.Index + 1}", entry.Item?.DeepClone()))), null),
        _ => (null, $"{Prefix}: expected an object"),
    };

    private static JsonNode? Of(YamlNode node) => node switch
    {
        YamlMappingNode mapping => Of(mapping),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(Of)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: var text } => Plain(text ?? ""),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => null,
    };

    private static JsonObject Of(YamlMappingNode mapping)
    {
        var members = new JsonObject();
        foreach (var (key, value) in mapping.Children.OrderBy(child => IsMerge(child.Key) ? 0 : 1))
        {
            if (IsMerge(key))
                Merge(members, Of(value));
            else
                members[key is YamlScalarNode { Value: { } name } ? name : key.ToString()] = Of(value);
        }
        return members;
    }

    private static bool IsMerge(YamlNode key) => key is YamlScalarNode { Style: ScalarStyle.Plain, Value: "<<" };

    private static void Merge(JsonObject into, JsonNode? source)
    {
        foreach (var mapping in source is JsonArray several ? several.OfType<JsonObject>() : [source as JsonObject ?? []])
        {
            foreach (var (name, value) in mapping)
                into.TryAdd(name, value?.DeepClone());
        }
    }

    private static JsonValue? Plain(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => JsonValue.Create(true),
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => JsonValue.Create(false),
        _ when NumberForm().IsMatch(text) => Number(double.Parse(text, CultureInfo.InvariantCulture)),
        _ => JsonValue.Create(text),
    };

    [GeneratedRegex(@"\A[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NumberForm();
}
