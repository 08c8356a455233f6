using System.Text.Json.Nodes;
using Strata.Cli.Output;

namespace Strata.Cli.Demo;

/// <summary>Files of configuration as the body of `POST /v1/apply`. Files of the same kind and id are parts of one document.</summary>
internal static class ApplyItems
{
    // What the later ones lean on comes first.
    private static readonly string[] Kinds = ["allowlist", "platform", "segment", "tenant"];

    /// <summary>The brands of a checkout: `platforms/**/*.yaml` and the allowlist.</summary>
    /// <exception cref="CommandFailedException">A file cannot be read as what it should be.</exception>
    public static async Task<JsonObject> ReadCheckoutAsync(string root, CancellationToken cancellationToken)
    {
        var brands = Path.Combine(root, "platforms");
        if (!Directory.Exists(brands))
            throw new CommandFailedException(ExitCode.Failure, $"{brands} does not exist, so there is no demo data; `--empty` starts without.");
        var allowlist = Path.Combine(root, "infrastructure", "policies", "allowed_provider_hosts.yaml");
        List<JsonObject> parts = [new JsonObject { ["kind"] = "allowlist", ["id"] = "allowed-hosts", ["document"] = await ReadAsync(allowlist, cancellationToken) }];
        foreach (var file in Directory.EnumerateFiles(brands, "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            parts.Add(Checked(await ReadAsync(file, cancellationToken), file));
        return new JsonObject { ["items"] = Merged(parts) };
    }

    private static async Task<JsonNode?> ReadAsync(string file, CancellationToken cancellationToken) =>
        SecretAddress.Expand(YamlText.Read(await File.ReadAllTextAsync(file, cancellationToken), file));

    private static JsonObject Checked(JsonNode? content, string file)
    {
        if (content is not JsonObject item || !IsText(item["kind"]) || !IsText(item["id"]) || item["document"] is not JsonObject)
            throw new CommandFailedException(ExitCode.Invalid, $"{file}: must have `kind`, `id` and `document`.");
        if (!Kinds.Contains((string?)item["kind"]))
            throw new CommandFailedException(ExitCode.Invalid, $"{file}: the kind '{item["kind"]}' is none of {string.Join(", ", Kinds)}.");
        if (item.Select(member => member.Key).FirstOrDefault(key => key is not ("kind" or "id" or "platform" or "document")) is { } unknown)
            throw new CommandFailedException(ExitCode.Invalid, $"{file}: '{unknown}' is unknown here; `kind`, `id`, `platform` and `document` are known.");
        return item;
    }

    private static JsonArray Merged(IEnumerable<JsonObject> parts)
    {
        var items = parts
            .GroupBy(part => (Kind: (string)part["kind"]!, Platform: (string?)part["platform"], Id: (string)part["id"]!))
            .OrderBy(item => Array.IndexOf(Kinds, item.Key.Kind))
            .Select(item => item.Aggregate((whole, part) => Merge(whole, part, $"{item.Key.Kind} {item.Key.Id}")));
        return new JsonArray([.. items]);
    }

    private static JsonObject Merge(JsonObject whole, JsonObject part, string at)
    {
        foreach (var (key, value) in part)
        {
            if (whole[key] is JsonObject known && value is JsonObject more)
                Merge(known, more, $"{at}/{key}");
            else if (!whole.ContainsKey(key))
                whole[key] = value?.DeepClone();
            else if (!JsonNode.DeepEquals(whole[key], value))
                throw new CommandFailedException(ExitCode.Invalid, $"Two files set {at}/{key} differently.");
        }

        return whole;
    }

    private static bool IsText(JsonNode? value) => value is JsonValue scalar && scalar.TryGetValue<string>(out _);
}
