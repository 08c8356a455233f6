using Strata.Benchmarks.JsonSchema;
using Strata.Delivery.Rendering;
using Strata.Delivery.Tests.Rendering;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Resolution;
using Strata.Model.Sections;

namespace Strata.Benchmarks.Rendering;

/// <summary>D.Coder as it is committed, with as many tenants as one likes: each has a tier, every third a quota, every fifth its own look, every seventh its own providers.</summary>
internal sealed class Fleet
{
    private static readonly string[] Tiers = ["free", "team", "pro", "enterprise"];

    private readonly Resolver _resolver = new(SectionCatalog.Load());
    private readonly PlatformLayers _layers;
    private readonly JsonObject _allowlist;

    public Fleet() => (_layers, _allowlist) = Subject.Brand();

    /// <summary>The installation; every pass over its tenants resolves them.</summary>
    /// <param name="tenants">How many.</param>
    /// <param name="shares">Whether tenants share what their layers above give. Without, each has layers that the resolver has never seen.</param>
    public Installation Of(int tenants, bool shares = true) => new(
        [new Brand(_layers.Id, _resolver.Resolve(_layers).Document, Enumerable.Range(0, tenants).Select(index => Tenant(index, shares)))], _allowlist);

    private Tenant Tenant(int index, bool shares)
    {
        var layers = shares ? _layers : _layers with { Document = _layers.Document };
        var attributes = TenantAttributes.Read(JsonObject.Of(
            ("displayName", Json.Of($"Tenant {index}")), ("tier", Json.Of(Tiers[index % Tiers.Length])), ("region", Json.Of("eu")), ("status", Json.Of(index % 50 == 0 ? "suspended" : "active"))));
        var tenant = new TenantLayers(TenantId.Parse($"tenant-{index:D6}"), attributes, Overrides(index));
        var segments = layers.SegmentsOf(tenant.Id, attributes).Select(segment => segment.Id);
        return new Tenant(tenant.Id, attributes, [.. segments], _resolver.Resolve(layers, tenant).Document);
    }

    private static JsonObject Overrides(int index) => JsonObject.Of(
        ("quotas", index % 3 == 0 ? Yaml.ReadOne($"requestsPerMinute: {10 + index % 40}") : null),
        ("branding", index % 5 == 0 ? Yaml.ReadOne($"{{productName: Product {index}, supportEmail: help{index}@example.com}}") : null),
        ("llm", index % 7 == 0 ? Yaml.ReadOne("providers: {groq: {enabled: false}}") : null));
}
