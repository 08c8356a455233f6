using Strata.Model.Documents;
using static Strata.Delivery.Tests.Kong.KongRules;

namespace Strata.Delivery.Tests.Kong;

/// <summary>An entity type of Kong 3.9's open source build, as far as Strata renders it.</summary>
/// <param name="Required">Fields that must be there.</param>
/// <param name="Fields">All fields but children.</param>
/// <param name="Children">Lists of children by field, with their entity type and the field in which a child names its parent.</param>
/// <param name="Unique">Fields whose values are unique in the document.</param>
internal sealed record KongSchema(
    string[] Required, Dictionary<string, Rule> Fields, Dictionary<string, (string Type, string Parent)> Children, params string[] Unique);

internal static class KongSchemas
{
    public static readonly Dictionary<string, KongSchema> Entities = new(StringComparer.Ordinal)
    {
        ["services"] = new(
            ["host"],
            new()
            {
                ["id"] = Uuid,
                ["name"] = Name,
                ["tags"] = Tags,
                ["protocol"] = OneOf("grpc", "grpcs", "http", "https", "tcp", "tls", "tls_passthrough", "udp"),
                ["host"] = Host,
                ["port"] = Port,
                ["path"] = ServicePath,
                ["retries"] = Int(0, 32767),
                ["connect_timeout"] = Milliseconds,
                ["read_timeout"] = Milliseconds,
                ["write_timeout"] = Milliseconds,
                ["enabled"] = Bool,
                ["tls_verify"] = Bool,
                ["tls_verify_depth"] = Int(0, 64),
                ["ca_certificates"] = List(Uuid),
            },
            new() { ["routes"] = ("routes", "service"), ["plugins"] = ("plugins", "service") },
            "id", "name"),
        ["routes"] = new(
            [],
            new()
            {
                ["id"] = Uuid,
                ["name"] = Name,
                ["tags"] = Tags,
                ["protocols"] = Protocols,
                ["methods"] = Set(Text),
                ["hosts"] = List(RouteHost),
                ["paths"] = List(RoutePath),
                ["headers"] = Map(HeaderName, List(Text)),
                ["strip_path"] = Bool,
                ["preserve_host"] = Bool,
                ["path_handling"] = OneOf("v0", "v1"),
                ["regex_priority"] = Int(0, 1e9),
                ["https_redirect_status_code"] = Int(301, 426),
                ["request_buffering"] = Bool,
                ["response_buffering"] = Bool,
            },
            new() { ["plugins"] = ("plugins", "route") },
            "id", "name"),
        ["consumers"] = new(
            [],
            new() { ["id"] = Uuid, ["username"] = Text, ["custom_id"] = Text, ["tags"] = Tags },
            new() { ["acls"] = ("acls", "consumer"), ["jwt_secrets"] = ("jwt_secrets", "consumer"), ["plugins"] = ("plugins", "consumer") },
            "id", "username", "custom_id"),
        ["plugins"] = new(
            ["name"],
            new()
            {
                ["id"] = Uuid,
                ["name"] = Text,
                ["instance_name"] = Name,
                ["enabled"] = Bool,
                ["protocols"] = Protocols,
                ["tags"] = Tags,
                ["config"] = value => value is JsonObject ? null : "expected a record",
            },
            [],
            "id", "instance_name"),
        ["acls"] = new(["group"], new() { ["id"] = Uuid, ["group"] = Text, ["tags"] = Tags }, [], "id"),
        ["jwt_secrets"] = new(
            ["key", "rsa_public_key"],
            new()
            {
                ["id"] = Uuid,
                ["key"] = Text,
                ["tags"] = Tags,
                ["algorithm"] = OneOf("RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA"),
                ["rsa_public_key"] = value => value.Text()?.StartsWith("-----BEGIN PUBLIC KEY-----\n", StringComparison.Ordinal) == true ? null : "invalid key",
            },
            [],
            "id", "key"),
    };

    public static readonly string[] NotForConsumers = ["jwt", "acl", "cors"];

    private static readonly Rule Window = Between(0.0001, double.MaxValue);

    public static readonly Dictionary<string, Dictionary<string, Rule>> Plugins = new(StringComparer.Ordinal)
    {
        ["jwt"] = new()
        {
            ["uri_param_names"] = Set(Text),
            ["cookie_names"] = Set(Text),
            ["header_names"] = Set(Text),
            ["key_claim_name"] = Text,
            ["secret_is_base64"] = Bool,
            ["claims_to_verify"] = Set(OneOf("exp", "nbf")),
            ["maximum_expiration"] = Int(0, 31536000),
            ["run_on_preflight"] = Bool,
            ["anonymous"] = Text,
            ["realm"] = Text,
        },
        ["acl"] = new() { ["allow"] = List(Text), ["deny"] = List(Text), ["hide_groups_header"] = Bool, ["always_use_authenticated_groups"] = Bool },
        ["rate-limiting"] = new()
        {
            ["second"] = Window,
            ["minute"] = Window,
            ["hour"] = Window,
            ["day"] = Window,
            ["month"] = Window,
            ["year"] = Window,
            ["limit_by"] = OneOf("consumer", "credential", "ip", "service", "header", "path"),
            ["policy"] = OneOf("local", "redis"),
            ["fault_tolerant"] = Bool,
            ["hide_client_headers"] = Bool,
            ["error_code"] = Int(100, 599),
            ["error_message"] = Text,
            ["sync_rate"] = Between(-1, 1e9),
            ["redis"] = RedisRecord,
        },
        ["request-size-limiting"] = new()
        {
            ["allowed_payload_size"] = Int(1, double.MaxValue),
            ["size_unit"] = OneOf("megabytes", "kilobytes", "bytes"),
            ["require_content_length"] = Bool,
        },
        ["request-transformer"] = new()
        {
            ["remove"] = Record(new() { ["headers"] = List(HeaderName) }),
        },
        ["correlation-id"] = new() { ["header_name"] = Text, ["generator"] = OneOf("uuid", "uuid#counter", "tracker"), ["echo_downstream"] = Bool },
        ["cors"] = new()
        {
            ["origins"] = List(Text),
            ["methods"] = List(Text),
            ["headers"] = List(Text),
            ["exposed_headers"] = List(Text),
            ["max_age"] = Between(0, 1e9),
            ["credentials"] = Bool,
            ["private_network"] = Bool,
            ["preflight_continue"] = Bool,
        },
        ["opentelemetry"] = new()
        {
            ["traces_endpoint"] = Url,
            ["logs_endpoint"] = Url,
            ["headers"] = Map(HeaderName, Text),
            ["resource_attributes"] = Map(Text, Text),
            ["queue"] = Queue,
            ["connect_timeout"] = Milliseconds,
            ["send_timeout"] = Milliseconds,
            ["read_timeout"] = Milliseconds,
            ["sampling_rate"] = Between(0, 1),
            ["http_response_header_for_traceid"] = Text,
        },
        ["http-log"] = new()
        {
            ["http_endpoint"] = Url,
            ["method"] = OneOf("POST", "PUT", "PATCH"),
            ["content_type"] = Text,
            ["timeout"] = Between(0, 1e9),
            ["keepalive"] = Between(0, 1e9),
            ["queue"] = Queue,
            ["headers"] = Map(LogHeader, Text),
        },
    };

    private static string? LogHeader(Json name) =>
        HeaderName(name) ?? (name.Text()!.ToLowerInvariant() is "host" or "content-length" or "content-type" ? $"cannot contain '{name.Text()}' header" : null);
}
