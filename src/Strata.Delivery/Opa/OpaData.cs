using Strata.Delivery.Loop;
using Strata.Delivery.Rendering;
using Strata.Model.Documents;

namespace Strata.Delivery.Opa;

/// <summary>
/// The data that the rules in <c>infrastructure/policies/</c> decide on: the allowlist, and of every tenant what it may reach. Entries that are switched
/// off are left out, so that a rule cannot forget to ask.
/// </summary>
public static class OpaData
{
    /// <summary>What is kept of every tenant: its part of the data.</summary>
    public static readonly FleetSlice Slice = new("opa", Tenant);

    /// <summary>The data of one platform's bundle.</summary>
    /// <param name="allowlist">The document of the allowlist layer.</param>
    /// <param name="brand">The platform, whose tenants' documents are <see cref="Slice"/>s.</param>
    public static JsonObject Of(JsonObject allowlist, Brand brand) => JsonObject.Of(
        ("hosts", allowlist["hosts"] ?? JsonObject.Empty),
        ("tenants", JsonObject.Of(brand.Tenants.Where(tenant => tenant.Exists).Select(
            tenant => KeyValuePair.Create<string, Json>(tenant.Id.Text, tenant.Document.With("platform", Json.Of(brand.Id.Text)))))));

    private static JsonObject Tenant(Tenant tenant)
    {
        var document = tenant.Document;
        return JsonObject.Of(
            ("active", Json.Of(tenant.IsActive)),
            ("egress", document["egress"]),
            ("plugins", Enabled(document["plugins"], plugin => JsonObject.Of(("hosts", plugin.Member("hosts"))))),
            ("providers", Enabled(document["llm"].Member("providers"), Provider)),
            ("redact", JsonObject.Of(("fields", document["logging"].Member("redactFields")), ("patterns", document["logging"].Member("redactPatterns")))),
            ("residency", document["residency"]),
            ("telemetry", Telemetry(document)));
    }

    private static JsonObject Provider(Json provider) => JsonObject.Of(
        ("hosts", Json.Of(provider.Member("own").Member("host").Text() is { } own ? [own] : Hosts(provider))),
        ("port", provider.Member("port")),
        ("regions", provider.Member("regions")));

    private static IEnumerable<string> Hosts(Json provider) =>
        provider.Member("replicas").Entries().Where(replica => replica.Value.Member("enabled").IsTrue()).Select(replica => replica.Value.Member("host").Text())
            .Prepend(provider.Member("host").Text()).OfType<string>();

    private static Json Telemetry(JsonObject document) => Json.Of(
        from endpoint in new[]
        {
            document["observability"].Member("traces"),
            document["observability"].Member("metrics"),
            document["observability"].Member("logs"),
            document["logging"].Member("access"),
        }
        let address = Uri.TryCreate(endpoint.Member("endpoint").Text(), UriKind.Absolute, out var uri) ? uri.IdnHost : null
        where address is not null
        group address by address into host
        orderby host.Key
        select host.Key);

    private static JsonObject Enabled(Json? entries, Func<Json, JsonObject> slice) => JsonObject.Of(
        entries.Entries().Where(entry => entry.Value.Member("enabled").IsTrue()).Select(entry => KeyValuePair.Create<string, Json>(entry.Key, slice(entry.Value))));
}
