using System.Globalization;
using System.Text.Json.Nodes;

namespace Strata.Cli;

/// <summary>
/// The short form of a secret reference, for YAML and command lines: `secret://main/llm/openai?version=3#/apiKey` stands for
/// `{"$secret": {"store": "main", "path": "llm/openai", "version": 3, "field": "/apiKey"}}`.
/// </summary>
internal static class SecretAddress
{
    private const string Scheme = "secret://";
    private const string Version = "version=";

    /// <summary>Replaces every short form in a document; other values stay as they are.</summary>
    /// <exception cref="CommandFailedException">A text begins like one and is none.</exception>
    public static JsonNode? Expand(JsonNode? value) => value switch
    {
        JsonObject map => new JsonObject(map.Select(member => KeyValuePair.Create(member.Key, Expand(member.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Expand)]),
        JsonValue scalar when scalar.TryGetValue<string>(out var text) && text.StartsWith(Scheme, StringComparison.Ordinal) => Reference(text),
        _ => value?.DeepClone(),
    };

    private static JsonObject Reference(string address)
    {
        var (withoutField, field) = Cut(address[Scheme.Length..], '#');
        var (place, query) = Cut(withoutField, '?');
        var (store, path) = Cut(place, '/');
        var version = 0;
        if (store.Length == 0 || string.IsNullOrEmpty(path) || (query is not null && !IsVersion(query, out version)))
        {
            throw new CommandFailedException(
                ExitCode.Invalid, $"'{address}' is no secret reference; one looks like secret://main/llm/openai?version=3#/apiKey.");
        }

        var reference = new JsonObject { ["store"] = store, ["path"] = path };
        if (field is not null)
            reference["field"] = field;
        if (query is not null)
            reference["version"] = version;
        return new JsonObject { ["$secret"] = reference };
    }

    private static bool IsVersion(string query, out int version)
    {
        version = 0;
        return query.StartsWith(Version, StringComparison.Ordinal)
            && int.TryParse(query.AsSpan(Version.Length), NumberStyles.None, CultureInfo.InvariantCulture, out version);
    }

    private static (string Before, string? After) Cut(string text, char at) =>
        text.IndexOf(at, StringComparison.Ordinal) is >= 0 and var index ? (text[..index], text[(index + 1)..]) : (text, null);
}
