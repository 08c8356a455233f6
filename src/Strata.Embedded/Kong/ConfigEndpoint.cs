using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Strata.Embedded.Kong;

/// <summary><c>/config</c>: the one door through which a node without a database is configured.</summary>
internal static class ConfigEndpoint
{
    private static readonly string[] Parameters = ["check_hash", "flatten_errors"];

    /// <summary>Loads the configuration that a call carries. A refusal leaves the state as it is.</summary>
    public static (KongAnswer Answer, NodeState State) Post(KongCall call, NodeState state, DateTimeOffset now)
    {
        var (posted, refusal) = Read(call);
        if (refusal is not null)
            return (refusal, state);
        var (document, fault) = posted!.Document is { } given ? (given, null) : KongText.Parse(posted.Text!);
        // The hash is that of the bytes of the text; a document that came as the body itself has none that a client could know.
        var hash = Md5(posted.Text ?? Guid.CreateVersion7().ToString());
        if (posted.Text is not null && call.Query.GetValueOrDefault("check_hash") == "1" && hash == state.Hash)
            return (new KongAnswer(304, null), state);
        if (document is null)
            return (Refused(new JsonObject { ["error"] = fault }, null), state);
        try
        {
            var loaded = Declaration.Load(document, now);
            if (loaded.Faults is { } faults)
                return (Refused(faults, IsOn(call.Query.GetValueOrDefault("flatten_errors")) ? document : null), state);
            var next = new NodeState(loaded.Entities!.Count == 0 ? NodeState.NoHash : hash, loaded.Entities);
            return (new KongAnswer(201, Tree(next)), next);
        }
        catch (KongCrashException)
        {
            return (KongAnswer.Says(500, "An unexpected error occurred"), state);
        }
    }

    /// <summary>The configuration as YAML, as Kong exports it: flat, with ids, defaults and secrets.</summary>
    public static KongAnswer Get(NodeState state)
    {
        var document = new YamlMappingNode { { "_format_version", new YamlScalarNode("3.0") { Style = ScalarStyle.DoubleQuoted } }, { "_transform", "false" } };
        foreach (var (type, entities) in state.Entities.OrderBy(type => type.Key, StringComparer.Ordinal))
            document.Add(type, new YamlSequenceNode(entities.Values.Select(Yaml)));
        using var text = new StringWriter();
        new YamlStream(new YamlDocument(document)).Save(text, assignAnchors: false);
        return new KongAnswer(200, new JsonObject { ["config"] = text.ToString() });
    }

    private static KongAnswer Refused(JsonObject faults, JsonObject? flattenFrom)
    {
        var flattened = flattenFrom is null ? null : FlattenedErrors.Take(flattenFrom, faults);
        var body = new JsonObject
        {
            ["code"] = 14,
            ["name"] = "invalid declarative configuration",
            ["message"] = $"declarative config is invalid: {LuaText.Of(faults)}",
            ["fields"] = faults,
        };
        // An empty Lua table is an object to the encoder.
        if (flattened is not null)
            body["flattened_errors"] = flattened.Count == 0 ? new JsonObject() : flattened;
        return new KongAnswer(400, body);
    }

    private static JsonObject Tree(NodeState state) => new(state.Entities.Select(type => KeyValuePair.Create(
        type.Key, (JsonNode?)new JsonObject(type.Value.Select(entity => KeyValuePair.Create(entity.Key, (JsonNode?)entity.Value.DeepClone()))))));

    private static (Posted? Posted, KongAnswer? Refusal) Read(KongCall call)
    {
        var media = MediaTypeHeaderValue.TryParse(call.ContentType, out var parsed) ? parsed.MediaType.Value?.ToLowerInvariant() : null;
        var text = Encoding.UTF8.GetString(call.Body.Span);
        switch (media)
        {
            case "application/json":
                return Json(call, text);
            case "application/yaml" or "text/yaml":
                return Config(text);
            case "application/x-www-form-urlencoded":
                return Config(QueryHelpers.ParseQuery(text).TryGetValue("config", out var field) ? field.ToString() : text);
            case "multipart/form-data":
                return Config(Part(text, HeaderUtilities.RemoveQuotes(parsed!.Boundary).Value) ?? text);
            case null when call.Body.IsEmpty:
                return Config("");
            default:
                return (null, KongAnswer.Says(415, "Unsupported Media Type"));
        }
    }

    private static (Posted? Posted, KongAnswer? Refusal) Config(string text) => text.Length > 0
        ? (new Posted(text, null), null)
        : (null, KongAnswer.Says(400, "expected a declarative configuration"));

    private static (Posted? Posted, KongAnswer? Refusal) Json(KongCall call, string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            if (KongText.Of(json.RootElement) is not JsonObject body)
                return (null, KongAnswer.Says(400, "expected a declarative configuration"));
            if (body["config"]?.AsScalar() is string config)
                return Config(config);
            foreach (var (name, value) in call.Query.Where(parameter => !Parameters.Contains(parameter.Key)))
                body[name] = value;
            return (new Posted(null, body), null);
        }
        catch (JsonException)
        {
            return (null, KongAnswer.Says(400, "Cannot parse JSON body"));
        }
    }

    /// <summary>The field <c>config</c> of a multipart body. Null: there is none.</summary>
    private static string? Part(string body, string? boundary)
    {
        foreach (var part in body.Split($"--{boundary}"))
        {
            var end = part.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end > 0 && (part[..end].Contains("name=\"config\"", StringComparison.Ordinal) || part[..end].Contains("name=config", StringComparison.Ordinal)))
                return part[(end + 4)..].TrimEndOnce("\r\n");
        }
        return null;
    }

    private static string TrimEndOnce(this string text, string end) => text.EndsWith(end, StringComparison.Ordinal) ? text[..^end.Length] : text;

    private static YamlNode Yaml(JsonNode? node) => node switch
    {
        JsonObject members => new YamlMappingNode(
            members.Where(member => member.Value is not null).SelectMany(member => new[] { new YamlScalarNode(member.Key), Yaml(member.Value) })),
        JsonArray list => new YamlSequenceNode(list.Select(Yaml)),
        _ when node?.AsScalar() is string text => new YamlScalarNode(text) { Style = ScalarStyle.DoubleQuoted },
        _ => new YamlScalarNode(node?.ToJsonString() ?? "null"),
    };

    private static bool IsOn(string? value) => value is "1" or "true" or "on" or "yes";

    // Kong's choice; it protects nothing.
#pragma warning disable CA5351
    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351

    /// <summary>A configuration as it was sent: a text, or a document that was the body itself.</summary>
    private sealed record Posted(string? Text, JsonObject? Document);
}
