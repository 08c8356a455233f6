using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Strata.Delivery.Rendering;
using Strata.Model.Documents;
using Strata.Model.Overrides;

namespace Strata.Delivery.Kong;

/// <summary>The plugins that Strata uses, with the settings of Kong 3.9. All are bundled with the open source build.</summary>
/// <param name="secrets">Where Kong finds secrets.</param>
/// <param name="warnings">Takes what Kong would refuse.</param>
internal sealed partial class KongPlugins(SecretNames secrets, List<RenderWarning> warnings)
{
    // The tokens that clients show to the gateways, and what Kong adds about the tenant.
    private static readonly string[] OurHeaders =
        ["authorization", "x-consumer-custom-id", "x-consumer-id", "x-consumer-username", "x-credential-identifier", "x-litellm-api-key"];

    private static readonly string[] HttpLogOwn = ["content-length", "content-type", "host"];

    /// <summary>What all services of a brand share.</summary>
    public ImmutableArray<KongPlugin> OfBrand(Brand brand, ImmutableArray<string> hosts, KongFacts facts) =>
        [.. new[] { Jwt(facts), Private, Cors(hosts), Telemetry(brand), AccessLog(brand) }.OfType<KongPlugin>()];

    /// <summary>Admits the members of any of the groups.</summary>
    public static KongPlugin Acl(IEnumerable<string> groups) =>
        new("acl", JsonObject.Of(("allow", Json.Of(groups)), ("hide_groups_header", Json.True)));

    /// <summary>
    /// A tenant's own limits. Nodes count together in Redis. Kong refuses a whole document over one longer window with a lower number, so a shorter
    /// window never has the higher one.
    /// </summary>
    public static IEnumerable<KongPlugin> Limits(Json? quotas, KongFacts facts)
    {
        var month = quotas.Member("requestsPerMonth").Number();
        var minute = quotas.Member("requestsPerMinute").Number() is { } perMinute ? Math.Min(perMinute, month ?? perMinute) : (double?)null;
        if (minute is not null || month is not null)
        {
            yield return new KongPlugin("rate-limiting", JsonObject.Of(
                ("fault_tolerant", Json.True),
                ("limit_by", Json.Of("consumer")),
                ("minute", Number(minute)),
                ("month", Number(month)),
                ("policy", Json.Of("redis")),
                ("redis", JsonObject.Of(("host", Json.Of(facts.RedisHost)), ("port", Json.Of(facts.RedisPort))))));
        }
        if (quotas.Member("requestSizeMb").Number() is { } size)
            yield return new KongPlugin("request-size-limiting", JsonObject.Of(("allowed_payload_size", Json.Of(size)), ("size_unit", Json.Of("megabytes"))));
    }

    /// <summary>Tokens of the platform's issuer, in the Authorization header only: an address ends up in logs.</summary>
    private static KongPlugin Jwt(KongFacts facts) => new("jwt", JsonObject.Of(
        ("claims_to_verify", Json.Of(["exp"])),
        ("key_claim_name", Json.Of(facts.TenantClaim)),
        ("run_on_preflight", Json.False),
        ("uri_param_names", Json.Of([]))));

    /// <summary>A service lies outside: a token of the platform that reached it could be used against the platform.</summary>
    private static KongPlugin Private => new("request-transformer", JsonObject.Of(("remove", JsonObject.Of(("headers", Json.Of(OurHeaders))))));

    /// <summary>The brand's own pages may call; without hosts no page may, as an absent list would mean all of them.</summary>
    private static KongPlugin? Cors(ImmutableArray<string> hosts) => hosts.IsEmpty
        ? null
        : new KongPlugin("cors", JsonObject.Of(("credentials", Json.False), ("max_age", Json.Of(3600)), ("origins", Json.Of(hosts.Select(host => $"https://{host}")))));

    private KongPlugin? Telemetry(Brand brand)
    {
        var section = brand.Defaults["observability"];
        var (traces, logs) = (Endpoint(brand, "observability", "traces"), Endpoint(brand, "observability", "logs"));
        if (traces is null && logs is null)
            return null;
        var headers = Headers(brand, "observability.logs", logs is null ? null : section.Member("logs"))
            .Concat(Headers(brand, "observability.traces", traces is null ? null : section.Member("traces")))
            .GroupBy(header => header.Key, StringComparer.Ordinal)
            .Select(header => header.Last()); // the plugin has one list for both; where they disagree that of the traces counts
        var attributes = section.Member("resourceAttributes").Entries().Where(attribute => attribute.Value.Text() is { Length: > 0 });
        return new KongPlugin("opentelemetry", JsonObject.Of(
            ("headers", Map(headers)),
            ("logs_endpoint", logs),
            ("resource_attributes", Map(attributes)),
            ("sampling_rate", traces is null ? null : section.Member("traces").Member("samplingRatio")),
            ("traces_endpoint", traces)));
    }

    private KongPlugin? AccessLog(Brand brand)
    {
        var access = brand.Defaults["logging"].Member("access");
        return Endpoint(brand, "logging", "access") is not { } endpoint
            ? null
            : new KongPlugin("http-log", JsonObject.Of(
                ("headers", Map(Headers(brand, "logging.access", access).Where(header => !HttpLogOwn.Contains(header.Key)))),
                ("http_endpoint", endpoint),
                ("queue", JsonObject.Of(("max_batch_size", Json.Of(100))))));
    }

    /// <summary>Headers with references as Kong's own.</summary>
    private IEnumerable<KeyValuePair<string, Json>> Headers(Brand brand, string at, Json? signal)
    {
        foreach (var (name, value) in signal.Member("headers").Entries())
        {
            if (HeaderName().IsMatch(name) && value is JsonObject)
                yield return KeyValuePair.Create(name, Json.Of($"{{vault://env/{secrets[brand, value].ToLowerInvariant().Replace('_', '-')}}}"));
            else if (HeaderName().IsMatch(name) && IsHeaderValue(value.Text()))
                yield return KeyValuePair.Create(name, value);
            else
                warnings.Add(new RenderWarning(brand.Id.Text, $"Kong cannot send the header {at}.headers.{name}: its name or value is not one that Kong takes"));
        }
    }

    /// <summary>An endpoint that the brand's <c>egress</c> lets it reach; a policy says so on every write, and the node would not ask again.</summary>
    private Json? Endpoint(Brand brand, string section, string signal)
    {
        var endpoint = brand.Defaults[section].Member(signal).Member("endpoint");
        if (endpoint is null)
            return null;
        var egress = brand.Defaults["egress"];
        if (Uri.TryCreate(endpoint.Text(), UriKind.Absolute, out var address)
            && Covers(egress.Member("allowedHosts"), address.IdnHost) && !Covers(egress.Member("deniedHosts"), address.IdnHost))
            return endpoint;
        warnings.Add(new RenderWarning(brand.Id.Text, $"{section}.{signal}.endpoint is not rendered: its host must be on egress.allowedHosts and not on egress.deniedHosts"));
        return null;
    }

    private static bool Covers(Json? patterns, string host) => patterns.Texts().Any(pattern => Bound.Covers(pattern, host));

    private static JsonObject? Map(IEnumerable<KeyValuePair<string, Json>> members) => JsonObject.Of(members) is { Count: > 0 } map ? map : null;

    // A plain text in the form of Kong's references would read any variable of the process.
    private static bool IsHeaderValue(string? text) =>
        text is { Length: > 0 } && !text.Any(char.IsControl) && !text.StartsWith("{vault:", StringComparison.OrdinalIgnoreCase);

    private static Json? Number(double? value) => value is { } number ? Json.Of(number) : null;

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex HeaderName();
}
