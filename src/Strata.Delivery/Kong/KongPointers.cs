using Strata.Model.Documents;

namespace Strata.Delivery.Kong;

/// <summary>Where in a document the value of a field of an entity comes from.</summary>
internal static class KongPointers
{
    /// <summary>The pointer into the effective document of the entity's tenant or brand; <c>null</c> when the field is Strata's own doing.</summary>
    /// <param name="entity">The entity.</param>
    /// <param name="field">Its field as Kong's errors name it, e.g. <c>config.redis.host</c>, <c>paths.1</c>.</param>
    public static JsonPointer? Of(KongEntity entity, string field)
    {
        var path = field.Split('.');
        return entity.Kind switch
        {
            "service" => OfService(entity, path[0]),
            "route" when path[0] == "hosts" => JsonPointer.Of("branding", "hosts"),
            "plugin" when path is ["config", var setting, ..] => OfPlugin(entity.Fields["name"].Text(), setting),
            _ => null,
        };
    }

    private static JsonPointer? OfService(KongEntity service, string field)
    {
        var names = service.Name[((service.Owner("brand")?.Length ?? -1) + 1)..].Split("--");
        var provider = JsonPointer.Of("llm", "providers", names[0]);
        return field switch
        {
            "host" => (names is [_, var replica, ..] ? provider.Append("replicas").Append(replica) : provider).Append("host"),
            "port" => provider.Append("port"),
            "path" => provider.Append("basePath"),
            "read_timeout" or "write_timeout" => provider.Append("timeoutSeconds"),
            "name" => provider,
            _ => null,
        };
    }

    private static JsonPointer? OfPlugin(string? plugin, string setting) => (plugin, setting) switch
    {
        ("rate-limiting", "minute") => JsonPointer.Of("quotas", "requestsPerMinute"),
        ("rate-limiting", "month") => JsonPointer.Of("quotas", "requestsPerMonth"),
        ("request-size-limiting", "allowed_payload_size") => JsonPointer.Of("quotas", "requestSizeMb"),
        ("cors", "origins") => JsonPointer.Of("branding", "hosts"),
        ("opentelemetry", "traces_endpoint") => JsonPointer.Of("observability", "traces", "endpoint"),
        ("opentelemetry", "logs_endpoint") => JsonPointer.Of("observability", "logs", "endpoint"),
        ("opentelemetry", "sampling_rate") => JsonPointer.Of("observability", "traces", "samplingRatio"),
        ("opentelemetry", "headers") => JsonPointer.Of("observability", "traces", "headers"),
        ("opentelemetry", "resource_attributes") => JsonPointer.Of("observability", "resourceAttributes"),
        ("http-log", "http_endpoint") => JsonPointer.Of("logging", "access", "endpoint"),
        ("http-log", "headers") => JsonPointer.Of("logging", "access", "headers"),
        _ => null,
    };
}
