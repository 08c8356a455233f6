using Strata.Model.Documents;

namespace Strata.Delivery.Kong;

/// <summary>
/// What Kong 3.x fills in for the fields that Strata leaves to it, as far as a change of them by hand matters; <c>null</c> where it fills in nothing.
/// It only explains a difference that the hash has shown already.
/// </summary>
internal static class KongDefaults
{
    private static readonly JsonObject OfKinds = (JsonObject)Json.Trusted(
        """
        {
          "service": {"ca_certificates": null, "client_certificate": null, "connect_timeout": 60000, "enabled": true, "path": null, "tls_verify_depth": null},
          "route": {"destinations": null, "headers": null, "hosts": null, "https_redirect_status_code": 426, "methods": null, "path_handling": "v0",
            "preserve_host": false, "protocols": ["http", "https"], "regex_priority": 0, "request_buffering": true, "snis": null, "sources": null},
          "plugin": {"consumer": null, "enabled": true, "instance_name": null, "protocols": ["grpc", "grpcs", "http", "https"], "route": null, "service": null}
        }
        """);

    private static readonly JsonObject OfPlugins = (JsonObject)Json.Trusted(
        """
        {
          "acl": {"always_use_authenticated_groups": false, "deny": null},
          "correlation-id": {},
          "cors": {"exposed_headers": null, "headers": null, "methods": ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"],
            "preflight_continue": false, "private_network": false},
          "http-log": {"content_type": "application/json", "custom_fields_by_lua": null, "headers": null, "keepalive": 60000, "method": "POST", "timeout": 10000},
          "jwt": {"anonymous": null, "cookie_names": null, "header_names": ["authorization"], "maximum_expiration": 0, "realm": null, "secret_is_base64": false,
            "uri_param_names": null},
          "opentelemetry": {"headers": null, "logs_endpoint": null, "resource_attributes": null, "sampling_rate": null, "traces_endpoint": null},
          "rate-limiting": {"day": null, "error_code": 429, "header_name": null, "hide_client_headers": false, "hour": null, "minute": null, "month": null, "path": null,
            "second": null, "sync_rate": -1, "year": null},
          "request-size-limiting": {"require_content_length": false},
          "request-transformer": {"add": null, "append": null, "http_method": null, "rename": null, "replace": null}
        }
        """);

    /// <summary>An entity with what Kong will fill in; fields that shall be absent are <c>null</c>.</summary>
    public static JsonObject Fill(KongEntity entity)
    {
        var filled = Over(OfKinds[entity.Kind] as JsonObject ?? JsonObject.Empty, entity.Fields);
        return entity.Kind == "plugin" && OfPlugins[entity.Fields["name"].Text() ?? ""] is JsonObject config
            ? filled.With("config", Over(config, filled["config"] as JsonObject ?? JsonObject.Empty))
            : filled;
    }

    private static JsonObject Over(JsonObject defaults, JsonObject given) =>
        JsonObject.Of(given.Members.ToArray().Concat(defaults.Members.ToArray().Where(member => given[member.Key] is null)));
}
