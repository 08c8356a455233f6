using System.Diagnostics.CodeAnalysis;

namespace Strata.Model;

/// <summary>The kinds of layer that are stored and revisioned.</summary>
public enum LayerKind
{
    /// <summary>The installation's provider hosts; there is one.</summary>
    Allowlist,

    /// <summary>A brand's defaults.</summary>
    Platform,

    /// <summary>A segment: its match, priority and configuration.</summary>
    Segment,

    /// <summary>A tenant's attributes and status.</summary>
    Attributes,

    /// <summary>A tenant's overrides; the only kind that lives in the tenant's own database.</summary>
    Tenant,
}

/// <summary>Which stored layer: a kind and whose it is.</summary>
public sealed record LayerKey
{
    private LayerKey(LayerKind kind, string text, LayerName name) => (Kind, Text, Name) = (kind, text, name);

    /// <summary>The kind.</summary>
    public LayerKind Kind { get; }

    /// <summary>The key in storage: <c>allowlist</c>, <c>platform:dcoder</c>, <c>segment:dcoder:enterprise</c>, <c>attributes:acme</c>, <c>tenant:acme</c>.</summary>
    public string Text { get; }

    /// <summary>The layer's name as a tenant sees it.</summary>
    public LayerName Name { get; }

    /// <summary>The platform of a platform or segment layer; else <c>null</c>.</summary>
    public PlatformId? PlatformId { get; private init; }

    /// <summary>The segment of a segment layer; else <c>null</c>.</summary>
    public SegmentId? SegmentId { get; private init; }

    /// <summary>The tenant of an attributes or tenant layer; else <c>null</c>.</summary>
    public TenantId? TenantId { get; private init; }

    /// <summary>The installation's provider hosts.</summary>
    public static readonly LayerKey Allowlist = new(LayerKind.Allowlist, "allowlist", LayerName.Allowlist);

    /// <summary>A brand's defaults.</summary>
    public static LayerKey Platform(PlatformId id) => new(LayerKind.Platform, $"platform:{id}", LayerName.Platform) { PlatformId = id };

    /// <summary>A segment of a brand.</summary>
    public static LayerKey Segment(PlatformId platform, SegmentId id) =>
        new(LayerKind.Segment, $"segment:{platform}:{id}", LayerName.Segment(id)) { PlatformId = platform, SegmentId = id };

    /// <summary>A tenant's attributes and status.</summary>
    public static LayerKey Attributes(TenantId id) => new(LayerKind.Attributes, $"attributes:{id}", LayerName.Attributes) { TenantId = id };

    /// <summary>A tenant's overrides.</summary>
    public static LayerKey Tenant(TenantId id) => new(LayerKind.Tenant, $"tenant:{id}", LayerName.Tenant) { TenantId = id };

    /// <summary>Reads a storage key, if it is one.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out LayerKey? key) => (key = text.Split(':') switch
    {
        ["allowlist"] => Allowlist,
        ["platform", var platform] when Model.PlatformId.TryParse(platform, out var id) => Platform(id),
        ["segment", var platform, var segment] when Model.PlatformId.TryParse(platform, out var owner) && Model.SegmentId.TryParse(segment, out var id) => Segment(owner, id),
        ["attributes", var tenant] when Model.TenantId.TryParse(tenant, out var id) => Attributes(id),
        ["tenant", var tenant] when Model.TenantId.TryParse(tenant, out var id) => Tenant(id),
        _ => null,
    }) is not null;

    /// <summary>Reads what is known to be a storage key.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static LayerKey Parse(string text) => TryParse(text, out var key) ? key : throw new FormatException($"'{text}' is not the key of a layer.");

    /// <inheritdoc/>
    public override string ToString() => Text;
}
