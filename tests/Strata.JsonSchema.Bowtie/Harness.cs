using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Strata.JsonSchema.Bowtie;

/// <summary>
/// Answers the commands of Bowtie's harness protocol, version 1 (https://docs.bowtie.report/en/stable/implementers/).
/// Whatever is thrown is the answer to its command, never the end of the harness.
/// </summary>
internal sealed class Harness(bool assertFormats)
{
    /// <summary>Cases are judged up to this depth; what is deeper, or exceeds another limit, is answered as errored: invalid would be a guess.</summary>
    private const int MaxDepth = 500;

    /// <summary>The protocol requires addresses, and the project has no public one yet.</summary>
    private const string NoAddress = "about:blank";

    private readonly SchemaOptions _options = new() { AssertFormat = assertFormats, MaxDepth = MaxDepth };

    /// <summary>The answer to one line; null for the command to stop.</summary>
    public string? Answer(string line)
    {
        var sequence = default(JsonNode);
        try
        {
            using var command = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 2 * MaxDepth });
            var root = command.RootElement;
            if (root.TryGetProperty("seq", out var number))
                sequence = JsonNode.Parse(number.GetRawText());
            return root.GetProperty("cmd").GetString() switch
            {
                "start" => Start(root.GetProperty("version").GetInt32()).ToJsonString(),
                "dialect" => Choose(root.GetProperty("dialect").GetString()).ToJsonString(),
                "run" => Run(sequence, root.GetProperty("case")).ToJsonString(),
                "stop" => null,
                var other => Errored(sequence, $"The command {other} is not known.").ToJsonString(),
            };
        }
        catch (Exception failure)
        {
            return Errored(sequence, failure.Message, failure.StackTrace).ToJsonString();
        }
    }

    private static JsonObject Start(int version) => version != 1
        ? Errored(null, $"Version {version} of the protocol is not known.")
        : new JsonObject
        {
            ["version"] = 1,
            ["implementation"] = new JsonObject
            {
                ["language"] = "csharp",
                ["name"] = "strata-jsonschema",
                ["version"] = typeof(SchemaRegistry).Assembly.GetName().Version!.ToString(3),
                ["homepage"] = NoAddress,
                ["issues"] = NoAddress,
                ["source"] = NoAddress,
                ["dialects"] = new JsonArray(SchemaRegistry.Draft202012),
                ["os"] = RuntimeInformation.OSDescription,
                ["os_version"] = Environment.OSVersion.Version.ToString(),
                ["language_version"] = Environment.Version.ToString(),
            },
        };

    private static JsonObject Choose(string? dialect) =>
        new() { ["ok"] = string.Equals(dialect?.TrimEnd('#'), SchemaRegistry.Draft202012, StringComparison.Ordinal) };

    private JsonObject Run(JsonNode? sequence, JsonElement @case)
    {
        var uri = $"https://bowtie.example/case/{sequence?.ToJsonString()}";
        CompiledSchema schema;
        try
        {
            schema = Registry(@case).Add(Bytes(@case.GetProperty("schema")), uri).Compile(uri, _options);
        }
        catch (SchemaException refused)
        {
            return Errored(sequence, refused.Message);
        }

        var results = new JsonArray();
        foreach (var test in @case.GetProperty("tests").EnumerateArray())
            results.Add(Judge(schema, test.GetProperty("instance")));
        return new JsonObject { ["seq"] = sequence, ["results"] = results };
    }

    private static SchemaRegistry Registry(JsonElement @case)
    {
        var registry = new SchemaRegistry();
        if (!@case.TryGetProperty("registry", out var resources) || resources.ValueKind != JsonValueKind.Object)
            return registry;
        foreach (var resource in resources.EnumerateObject())
        {
            try
            {
                registry.Add(Bytes(resource.Value), resource.Name);
            }
            catch (SchemaException)
            {
                // Nothing is wrong unless the case refers to it; then compiling says so.
            }
        }

        return registry;
    }

    private static JsonObject Judge(CompiledSchema schema, JsonElement instance)
    {
        try
        {
            var errors = schema.Validate(Bytes(instance));
            return errors.FirstOrDefault(error => error.IsExceededLimit) is { } limit
                ? NotJudged($"The instance {limit.Message}.")
                : new JsonObject { ["valid"] = errors.IsEmpty };
        }
        catch (JsonException refused)
        {
            return NotJudged(refused.Message);
        }
    }

    private static JsonObject NotJudged(string message) =>
        new() { ["errored"] = true, ["context"] = new JsonObject { ["message"] = message } };

    private static byte[] Bytes(JsonElement value) => Encoding.UTF8.GetBytes(value.GetRawText());

    private static JsonObject Errored(JsonNode? sequence, string message, string? trace = null)
    {
        var context = new JsonObject { ["message"] = message };
        if (trace is not null)
            context["traceback"] = trace;
        return new JsonObject { ["seq"] = sequence, ["errored"] = true, ["context"] = context };
    }
}
