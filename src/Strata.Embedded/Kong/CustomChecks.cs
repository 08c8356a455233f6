using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Strata.Embedded.Kong;

/// <summary>The rules that Kong states in code rather than in its schemas' words. Each gives what is wrong, or null.</summary>
internal static class CustomChecks
{
    private static readonly string[] Windows = ["second", "minute", "hour", "day", "month", "year"];
    private static readonly string[][] Families = [["http", "https"], ["tcp", "tls", "udp"], ["tls_passthrough"], ["grpc", "grpcs"]];

    private static readonly string[] Tls = ["grpcs", "https", "tls", "tls_passthrough"];

    // The first that has one of a route's protocols counts.
    private static readonly RouteFamily[] RouteFamilies =
    [
        new(["https"], ["methods", "hosts", "headers", "paths", "snis"], [], "'https'"),
        new(["http"], ["methods", "hosts", "headers", "paths"], [], "'http'"),
        new(["grpc", "grpcs"], ["hosts", "headers", "paths", "snis"], ["methods"], "'grpc' or 'grpcs'"),
        new(["tls_passthrough"], ["snis"], ["methods", "hosts", "paths", "headers"], "'tls_passthrough'"),
        new(["tcp", "tls", "udp"], ["sources", "destinations", "snis"], ["methods", "hosts", "paths", "headers"], "'tcp', 'tls' or 'udp'"),
    ];

    /// <summary>Rules about one field.</summary>
    public static readonly FrozenDictionary<string, Func<JsonNode, string?>> OfValues = new Dictionary<string, Func<JsonNode, string?>>
    {
        ["one_family"] = OneFamily,
        ["windows"] = LongerWindowsAllowMore,
        ["no_vault_name"] = prefix => Text(prefix) == "env" ? "cannot use 'env' as a vault prefix" : null,
        ["one_authorization"] = OneAuthorization,
        ["ai_provider"] = AiProvider,
    }.ToFrozenDictionary();

    /// <summary>Rules about a whole entity.</summary>
    public static readonly FrozenDictionary<string, Func<JsonObject, string?>> OfEntities = new Dictionary<string, Func<JsonObject, string?>>
    {
        ["matchers"] = Matchers,
        ["expression"] = Expression,
        ["sync_rate"] = SyncRate,
        ["jwk_names_its_kid"] = JwkNamesItsKid,
        ["certificate_matches_key"] = CertificateMatchesKey,
        ["authority"] = Authority,
    }.ToFrozenDictionary();

    private static string? OneFamily(JsonNode protocols)
    {
        var used = Texts(protocols).ToHashSet();
        return Families.Count(family => family.Any(used.Contains)) < 2
            ? null
            : $"these sets are mutually exclusive: {string.Join(", ", Families.Select(family => $"('{string.Join("', '", family)}')"))}";
    }

    private static string? LongerWindowsAllowMore(JsonNode limits)
    {
        Limit[] set = [.. from window in Windows let limit = limits[window] where limit is not null select new Limit(window, FieldValidation.Number(limit))];
        foreach (var (i, shorter) in set.Index())
        {
            foreach (var longer in set[(i + 1)..].Where(longer => longer.Value < shorter.Value))
                return $"The limit for {longer} cannot be lower than the limit for {shorter}";
        }
        return null;
    }

    private static string? OneAuthorization(JsonNode config) =>
        Uri.TryCreate(Text(config["http_endpoint"]), UriKind.Absolute, out var uri) && uri.UserInfo.Length > 0
            && config["headers"] is JsonObject headers && headers.Any(header => header.Key.Equals("authorization", StringComparison.OrdinalIgnoreCase))
            ? "specifying both an 'Authorization' header and user info in 'http_endpoint' is not allowed"
            : null;

    private static string? AiProvider(JsonNode config)
    {
        var options = config["model"]!["options"];
        bool Has(string option) => options?[option] is not null;
        return Text(config["model"]!["provider"]) switch
        {
            "anthropic" when !Has("anthropic_version") => "must set 'anthropic_version' for anthropic provider",
            "azure" when !Has("azure_instance") => "must set 'azure_instance' for azure provider",
            "azure" when !Has("azure_deployment_id") => "must set 'azure_deployment_id' for azure provider",
            "llama2" when !Has("llama2_format") => "must set 'llama2_format' for llama2 provider",
            "llama2" when !Has("upstream_url") => "must set 'upstream_url' for self-hosted llama2 provider",
            "mistral" when !Has("mistral_format") => "must set 'mistral_format' for mistral provider",
            _ => null,
        };
    }

    /// <summary>What a route of each family of protocols must or may not say.</summary>
    private static string? Matchers(JsonObject route)
    {
        var protocols = Texts(route["protocols"]).ToHashSet();
        if (protocols.Count == 0)
            return null;
        if (!protocols.Overlaps(Tls) && EntityChecks.IsGiven(route["snis"]))
            return "'snis' can only be set when 'protocols' is 'grpcs', 'https', 'tls' or 'tls_passthrough'";
        var family = RouteFamilies.First(family => protocols.Overlaps(family.Protocols));
        if (family.Never.FirstOrDefault(field => EntityChecks.IsGiven(route[field])) is { } matched)
            return $"cannot set '{matched}' when 'protocols' is {family.Words}";
        return family.OneOf.Any(field => EntityChecks.IsGiven(route[field]))
            ? null
            : $"must set one of {string.Join(", ", family.OneOf.Select(field => $"'{field}'"))} when 'protocols' is {family.Words}";
    }

    private static string? Expression(JsonObject route) =>
        Texts(route["paths"]).FirstOrDefault(path => path.StartsWith('~') && Formats.IsUnknownToRouter(path)) is { } path
            ? $"Router Expression failed validation: regex parse error: {path[1..]}"
            : null;

    private static string? SyncRate(JsonObject plugin)
    {
        if (EntityChecks.At(plugin, "config.sync_rate") is not { } value || FieldValidation.Number(value) is -1)
            return null;
        if (Text(EntityChecks.At(plugin, "config.policy")) != "redis")
            return "sync_rate can only be used with the redis policy";
        return FieldValidation.Number(value) < 0.02 ? "Config option 'sync_rate' must not be a non-positive number less than 0.02" : null;
    }

    private static string? JwkNamesItsKid(JsonObject key)
    {
        if (Text(key["jwk"]) is not { } text)
            return null;
        try
        {
            return Text((JsonNode.Parse(text) as JsonObject)?["kid"]) == Text(key["kid"]) ? null : "kid in jwk.kid must be equal to keys.kid";
        }
        catch (JsonException)
        {
            return "could not json decode jwk string";
        }
    }

    private static string? CertificateMatchesKey(JsonObject certificate)
    {
        var (cert, key) = (Text(certificate["cert"]), Text(certificate["key"]));
        if (cert is null || key is null || !cert.Contains("CERTIFICATE-----", StringComparison.Ordinal))
            return null;
        try
        {
            using var pair = X509Certificate2.CreateFromPem(cert, key);
            return null;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return "certificate does not match key";
        }
    }

    private static string? Authority(JsonObject authority)
    {
        if (Text(authority["cert"]) is not { } text || Formats.Certificate(text) is null)
            return null;
        using var certificate = Formats.Certificate(text)!;
        return certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority)
            ? null
            : "certificate does not appear to be a CA because it is missing the \"CA\" basic constraint";
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static IEnumerable<string> Texts(JsonNode? list) => (list as JsonArray ?? []).Select(Text).OfType<string>();

    private sealed record Limit(string Window, double Value)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Window}({Value:F1})");
    }

    /// <summary>What routes of some protocols must and may not say.</summary>
    private sealed record RouteFamily(string[] Protocols, string[] OneOf, string[] Never, string Words);
}
