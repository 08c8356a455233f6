using CsCheck;
using Strata.Delivery.Rendering;
using Strata.Model.Documents;

namespace Strata.Delivery.Tests.Rendering;

/// <summary>Random installations of two brands, with everything that the gateways care about now there and now not.</summary>
internal static class GeneratedInstallations
{
    private static readonly string[] Ids = ["alpha", "beta", "gamma-2", "delta.x"];
    private static readonly string[] Hosts = ["api.one.example", "api.two.example", "a.pool.example", "evil.example"];
    private static readonly string[] Web = ["app.example", "shared.example", "code.acme.example"];

    private static readonly Gen<Json> Secret = OneOf("a", "b").Select(path => Parse("{\"$secret\":{\"store\":\"main\",\"path\":\"" + path + "\"}}"));

    private static readonly Gen<Json> Model = Gen.Select(Gen.Int[0, 3], Gen.Bool).Select((i, on) => Object(
        ("upstreamName", Json.Of($"up-{i}")), ("enabled", Json.Of(on || i > 0)), ("price", Parse("""{"inputUsdPerMillion":0.02,"outputUsdPerMillion":15}"""))));

    private static readonly Gen<Json> Provider = Gen.Select(
        OneOf(Hosts), Optional(Gen.Int[1, 65535].Select(port => Json.Of(port))), Optional(Secret), MapOf(Model, "m1", "m2"), Gen.Bool, Gen.Int[0, 3])
        .Select((host, port, secret, models, on, replica) => Object(
            ("host", Json.Of(host)), ("port", port), ("credential", secret), ("models", models), ("enabled", Json.Of(on || replica > 0)), ("regions", Json.Of(["eu"])),
            ("kind", Json.Of(replica == 1 ? "azure" : "openai")),
            ("replicas", replica == 2 ? Parse("""{"r1":{"host":"b.pool.example"},"r2":{"host":"evil.example"}}""") : null)));

    private static readonly Gen<Json> Quotas = Gen.Select(Number(1, 2000), Number(1, 2000), Number(1, 100), Number(1, 1000))
        .Select((minute, month, size, tokens) => Object(("requestsPerMinute", minute), ("requestsPerMonth", month), ("requestSizeMb", size), ("tokensPerMinute", tokens)));

    private static readonly Gen<Json> Platform = Gen.Select(MapOf(Provider, Ids), Quotas, Optional(Some(Web)), OneOf("optional", "required"))
        .Select((providers, quotas, hosts, byo) => Object(
            ("quotas", quotas),
            ("branding", Object(("hosts", hosts))),
            ("llm", Object(("providers", providers), ("byo", Json.Of(byo)), ("aliases", Parse("""{"fast":"alpha/m1","smart":"beta/m2"}""")),
                ("routing", Parse("""{"fallbacks":{"fast":["beta/m1"]},"failover":{"enabled":true}}"""))))));

    private static readonly Gen<Json> Tenant = Gen.Select(
        Quotas, MapOf(Gen.Select(Optional(Secret), Gen.Bool).Select((own, on) => Object(("credential", own), ("enabled", Json.Of(on)))), Ids),
        OneOf("active", "active", "suspended", "provisioning", "offboarding", "offboarded"), Some(Web), Gen.String[Gen.Char['\u0020', '\u3000'], 1, 20])
        .Select((quotas, providers, status, hosts, name) => Object(
            ("displayName", Json.Of(name)), ("status", Json.Of(status)), ("verifiedHosts", hosts), ("branding", Object(("customHosts", Json.Of(Web)))),
            ("quotas", quotas), ("llm", Object(("providers", providers)))));

    public static readonly Gen<Installation> Any = Gen.Select(Platform, Platform, Tenant.Array[0, 5]).Select((first, second, tenants) => Installations.Of(
    [
        (JsonObject)Object(("kind", Json.Of("allowlist")), ("document", Parse("""{"hosts":{"api.one.example":{},"api.two.example":{"status":"expired"},"*.pool.example":{}}}"""))),
        Item("platform", "first", null, first),
        Item("platform", "second", null, second),
        .. tenants.Select((tenant, i) => Item("tenant", $"tenant-{i}", i % 2 == 0 ? "first" : "second", tenant)),
    ]));

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static JsonObject Item(string kind, string id, string? platform, Json document) => (JsonObject)Object(
        ("kind", Json.Of(kind)), ("id", Json.Of(id)), ("platform", platform is null ? null : Json.Of(platform)), ("document", document));

    private static Gen<Json?> Optional(Gen<Json> value) => Gen.Select(Gen.Bool, value).Select((there, json) => there ? json : null);

    private static Gen<Json?> Number(int min, int max) => Optional(Gen.Int[min, max].Select(number => Json.Of(number)));

    private static Gen<Json> Some(string[] texts) => Gen.Bool.Array[texts.Length].Select(picks => Json.Of(texts.Where((_, i) => picks[i])));

    private static Gen<Json> MapOf(Gen<Json> value, params string[] keys) => Optional(value).Array[keys.Length]
        .Select(values => (Json)JsonObject.Of(keys.Zip(values).Where(pair => pair.Second is not null).Select(pair => KeyValuePair.Create(pair.First, pair.Second!))));

    private static Json Object(params ReadOnlySpan<(string, Json?)> members) => JsonObject.Of(members);

    private static Json Parse(string json) => Json.Trusted(json);
}
