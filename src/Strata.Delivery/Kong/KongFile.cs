using Strata.Delivery.Rendering;
using Strata.Model.Documents;

namespace Strata.Delivery.Kong;

/// <summary>
/// Kong's declarative document, format 3.0. JSON, which is YAML without its traps; every entity has its id, so that counters and balancers
/// survive a reload, and tags, so that Kong's errors name the owner.
/// </summary>
public static class KongFile
{
    /// <summary>Where it lies in the repository.</summary>
    public const string Path = "services/kong-gateway/config/kong.yaml";

    /// <summary>Renders the file. Delivery posts the same document in its canonical form, with the issuer's key.</summary>
    public static GeneratedFile Render(Installation installation, KongFacts facts)
    {
        var configuration = KongDesired.Of(installation, facts);
        return new GeneratedFile(Path, JsonText.Write(Document(configuration)), configuration.Warnings);
    }

    /// <summary>The document as Kong reads it.</summary>
    public static JsonObject Document(KongConfiguration configuration) => JsonObject.Of(
        ("_format_version", Json.Of("3.0")),
        ("consumers", List(configuration.Consumers.Select(Consumer))),
        ("plugins", List(configuration.Plugins.Select(plugin => Plugin(plugin, "", Json.Of(["strata"]))))),
        ("services", List(configuration.Services.Select(Service))));

    private static JsonObject Service(KongService service)
    {
        var tags = Json.Of([$"brand:{service.Platform}", "strata"]);
        var milliseconds = Json.Of(service.Upstream.TimeoutSeconds * 1000d);
        return JsonObject.Of(
            ("host", Json.Of(service.Upstream.Host)),
            ("id", Id($"service/{service.Name}")),
            ("name", Json.Of(service.Name)),
            ("path", service.Upstream.Path is { } path ? Json.Of(path) : null),
            ("plugins", List(service.Plugins.Select(plugin => Plugin(plugin, $"service/{service.Name}", tags)))),
            ("port", Json.Of(service.Upstream.Port)),
            ("protocol", Json.Of("https")),
            ("read_timeout", milliseconds),
            ("retries", Json.Of(0)), // a retried completion is paid twice; LiteLLM decides on retries
            ("routes", List([Route(service, tags)])),
            ("tags", tags),
            ("tls_verify", Json.True),
            ("write_timeout", milliseconds));
    }

    private static JsonObject Route(KongService service, Json tags) => JsonObject.Of(
        ("hosts", service.Route.Hosts.IsEmpty ? null : Json.Of(service.Route.Hosts)),
        ("id", Id($"route/{service.Name}")),
        ("name", Json.Of(service.Name)),
        ("paths", Json.Of([service.Route.Path])),
        ("response_buffering", Json.False), // answers are streamed
        ("strip_path", Json.True),
        ("tags", tags));

    private static JsonObject Consumer(KongConsumer consumer)
    {
        var key = $"consumer/{consumer.Tenant}";
        var tags = Json.Of([$"brand:{consumer.Platform}", "strata", $"tenant:{consumer.Tenant}"]);
        return JsonObject.Of(
            ("acls", List(consumer.Groups.Select(group => JsonObject.Of(("group", Json.Of(group)), ("id", Id($"{key}/acl/{group}")), ("tags", tags))))),
            ("custom_id", Json.Of(consumer.Tenant.Text)),
            ("id", Id(key)),
            ("jwt_secrets", consumer.Key is { } signing ? List([Secret(consumer, signing, tags)]) : null),
            ("plugins", List(consumer.Plugins.Select(plugin => Plugin(plugin, key, tags)))),
            ("tags", tags),
            ("username", Json.Of(consumer.Tenant.Text)));
    }

    private static JsonObject Secret(KongConsumer consumer, KongSigningKey signing, Json tags) => JsonObject.Of(
        ("algorithm", Json.Of(signing.Algorithm)),
        ("id", Id($"consumer/{consumer.Tenant}/jwt")),
        ("key", Json.Of(consumer.Tenant.Text)),
        ("rsa_public_key", Json.Of(signing.Pem)),
        ("tags", tags));

    private static JsonObject Plugin(KongPlugin plugin, string owner, Json tags) => JsonObject.Of(
        ("config", plugin.Config), ("id", Id($"{owner}/plugin/{plugin.Name}")), ("name", Json.Of(plugin.Name)), ("tags", tags));

    private static Json Id(string key) => Json.Of(StableId.Of($"kong/{key}").ToString());

    private static JsonArray List(IEnumerable<Json> items) => new([.. items]);
}
