using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Overrides;
using Strata.Model.Resolution;

namespace Strata.Delivery.Rendering;

/// <summary>
/// Everything that targets are rendered from. What the outside world adds (issuer keys, licences, addresses) comes beside it, as the facts of
/// each target.
/// </summary>
/// <param name="Brands">The platforms, in any order.</param>
/// <param name="Allowlist">The document of the allowlist layer: <c>hosts.&lt;pattern&gt;</c> with owner, reason, regions, expiry and status.</param>
public sealed record Installation(ImmutableArray<Brand> Brands, JsonObject Allowlist)
{
    private readonly Allowlist _allowed = Model.Allowlist.Read(Allowlist);

    /// <summary>The platforms by id, which is the order of every rendered list.</summary>
    public ImmutableArray<Brand> Brands { get; } = [.. Brands.OrderBy(brand => brand.Id.Text, StringComparer.Ordinal)];

    /// <summary>
    /// Whether calls may go to a host. Resolution withholds providers outside the list already; renderers ask again, so that no path leads around it.
    /// </summary>
    public bool Allows(string host) => _allowed.Hosts.Any(pattern => Bound.Covers(pattern, host));
}

/// <summary>A platform and its tenants.</summary>
/// <param name="Id">The platform.</param>
/// <param name="Defaults">Its effective defaults.</param>
/// <param name="Tenants">Its tenants in any order; each renderer goes through them once, so they may be resolved one by one.</param>
public sealed record Brand(PlatformId Id, JsonObject Defaults, IEnumerable<Tenant> Tenants)
{
    /// <summary>A platform from its layers and those of its tenants, each resolved when a renderer comes to it.</summary>
    public static Brand Resolve(Resolver resolver, PlatformLayers layers, IEnumerable<TenantLayers> tenants) => new(
        layers.Id,
        resolver.Resolve(layers).Document,
        tenants.Select(tenant => new Tenant(
            tenant.Id,
            tenant.Attributes,
            [.. layers.SegmentsOf(tenant.Id, tenant.Attributes).Select(segment => segment.Id)],
            resolver.Resolve(layers, tenant).Document)));
}

/// <summary>A tenant as targets see it.</summary>
/// <param name="Id">The tenant.</param>
/// <param name="Attributes">What it is, its status and verified hosts among it.</param>
/// <param name="Segments">The segments that it is in.</param>
/// <param name="Document">Its effective document.</param>
public sealed record Tenant(TenantId Id, TenantAttributes Attributes, ImmutableArray<SegmentId> Segments, JsonObject Document)
{
    /// <summary>Whether targets serve it. Suspended, provisioning and offboarding tenants keep their objects and lose their access.</summary>
    public bool IsActive => Attributes.Status == TenantStatus.Active;

    /// <summary>Whether targets know it at all: only a tombstone is left of an offboarded tenant.</summary>
    public bool Exists => Attributes.Status != TenantStatus.Offboarded;
}

/// <summary>Something that configuration asks and a target cannot give, or that somebody has to do for it. Never stops a rendering.</summary>
/// <param name="Subject">Whom it is about: <c>litellm</c>, <c>dcoder</c>, <c>dcoder/acme</c>.</param>
/// <param name="Message">A sentence for people.</param>
public sealed record RenderWarning(string Subject, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Subject}: {Message}";
}
