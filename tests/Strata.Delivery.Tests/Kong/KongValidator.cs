using Strata.Model.Documents;

namespace Strata.Delivery.Tests.Kong;

/// <summary>
/// Judges a declarative document as Kong 3.9 in DB-less mode does: fields, formats, uniqueness in the whole document, scopes, rules of entities and
/// plugins. Stricter in two places where Kong is careless: every entity needs an id, and a plugin that cannot be consumer-scoped is refused there.
/// </summary>
internal sealed class KongValidator
{
    private static readonly string[] Windows = ["second", "minute", "hour", "day", "month", "year"];
    private readonly List<string> _errors = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    public static IReadOnlyList<string> Check(JsonObject document)
    {
        var validator = new KongValidator();
        if (document["_format_version"].Text() != "3.0")
            validator._errors.Add("_format_version: must be the text 3.0");
        foreach (var (type, list) in document.Members)
        {
            if (type is "_format_version" or "_comment" or "_transform")
                continue;
            if (!KongSchemas.Entities.ContainsKey(type) || list is not JsonArray { Items: var entities })
                validator._errors.Add($"{type}: unknown field");
            else
                validator.Entities(type, entities, $"{type}", "");
        }
        return validator._errors;
    }

    private void Entities(string type, IEnumerable<Json> entities, string at, string scope)
    {
        foreach (var (index, entity) in entities.Index())
            Entity(type, entity, $"{at}[{index}]", scope);
    }

    private void Entity(string type, Json entity, string at, string scope)
    {
        var schema = KongSchemas.Entities[type];
        foreach (var field in schema.Required.Append("id").Where(field => entity.Member(field) is null))
            _errors.Add($"{at}.{field}: required field missing");
        foreach (var (field, value) in entity.Entries())
        {
            if (schema.Children.TryGetValue(field, out var child) && value is JsonArray { Items: var items })
                Entities(child.Type, items, $"{at}.{field}", $"{scope}/{child.Parent}={entity.Member("id").Text()}");
            else if (!schema.Fields.TryGetValue(field, out var rule))
                _errors.Add($"{at}.{field}: unknown field");
            else if (rule(value) is { } wrong)
                _errors.Add($"{at}.{field}: {wrong}");
        }
        foreach (var field in schema.Unique.Where(field => entity.Member(field) is not null))
            Once($"{type}.{field}={entity.Member(field)}", at);
        foreach (var wrong in Whole(type, entity, at, scope))
            _errors.Add($"{at}: {wrong}");
    }

    private IEnumerable<string> Whole(string type, Json entity, string at, string scope)
    {
        switch (type)
        {
            case "services" when entity.Member("tls_verify") is not null && entity.Member("protocol").Text() is not ("https" or "tls"):
                yield return "tls_verify needs https or tls";
                break;
            case "routes" when !new[] { "methods", "hosts", "headers", "paths" }.Any(field => entity.Member(field) is JsonArray { Items.Length: > 0 }):
                yield return "must set one of methods, hosts, headers, paths";
                break;
            case "consumers" when entity.Member("username") is null && entity.Member("custom_id") is null:
                yield return "at least one of these fields must be non-empty: custom_id, username";
                break;
            case "acls":
                Once($"acls {scope} {entity.Member("group")}", at);
                break;
            case "plugins":
                Once($"plugins {scope} {entity.Member("name")}", at);
                foreach (var wrong in Plugin(entity, scope))
                    yield return wrong;
                break;
        }
    }

    private static IEnumerable<string> Plugin(Json plugin, string scope)
    {
        var name = plugin.Member("name").Text() ?? "";
        if (!KongSchemas.Plugins.TryGetValue(name, out var fields))
        {
            yield return $"plugin '{name}' not enabled";
            yield break;
        }
        var config = plugin.Member("config") ?? JsonObject.Empty;
        if (KongRules.Record(fields)(config) is { } wrong)
            yield return $"config.{wrong}";
        if (scope.Contains("consumer=", StringComparison.Ordinal) && KongSchemas.NotForConsumers.Contains(name))
            yield return "consumer: value must be null";
        foreach (var broken in Config(name, config))
            yield return $"config: {broken}";
    }

    private static IEnumerable<string> Config(string name, Json config)
    {
        switch (name)
        {
            case "acl" when Has(config, "allow") == Has(config, "deny"):
                yield return "exactly one of these fields must be non-empty: allow, deny";
                break;
            case "http-log" when config.Member("http_endpoint") is null:
                yield return "http_endpoint: required field missing";
                break;
            case "opentelemetry" when config.Member("traces_endpoint") is null && config.Member("logs_endpoint") is null:
                yield return "at least one of these fields must be non-empty: traces_endpoint, logs_endpoint";
                break;
            case "rate-limiting":
                var limits = Windows.Select(window => config.Member(window).Number()).OfType<double>().ToArray();
                if (limits.Length == 0)
                    yield return "at least one of these fields must be non-empty: second … year";
                if (!limits.Order().SequenceEqual(limits))
                    yield return "a longer window has a lower limit";
                if (config.Member("policy").Text() == "redis" && config.Member("redis").Member("host") is null)
                    yield return "redis.host: required field missing";
                break;
        }
    }

    private static bool Has(Json config, string list) => config.Member(list) is JsonArray { Items.Length: > 0 };

    private void Once(string key, string at)
    {
        if (!_seen.Add(key))
            _errors.Add($"{at}: uniqueness violation: {key}");
    }
}
