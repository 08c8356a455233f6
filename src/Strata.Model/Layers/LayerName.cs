namespace Strata.Model;

/// <summary>
/// The name of a layer as a tenant sees it: <c>core</c>, <c>allowlist</c>, <c>platform</c>, <c>segment.enterprise</c>, <c>attributes</c>, <c>tenant</c>.
/// Revision vectors, ETags, provenance and violations all use it.
/// </summary>
/// <param name="Text">The name.</param>
public readonly record struct LayerName(string Text)
{
    /// <summary>The schemas' defaults.</summary>
    public static readonly LayerName Core = new("core");

    /// <summary>The installation's provider hosts.</summary>
    public static readonly LayerName Allowlist = new("allowlist");

    /// <summary>The brand.</summary>
    public static readonly LayerName Platform = new("platform");

    /// <summary>What a tenant is: name, tier, region, labels, status.</summary>
    public static readonly LayerName Attributes = new("attributes");

    /// <summary>The tenant's overrides.</summary>
    public static readonly LayerName Tenant = new("tenant");

    /// <summary>A plan, region or ring.</summary>
    public static LayerName Segment(SegmentId id) => new($"segment.{id}");

    /// <summary>The segment whose layer this is; <c>null</c> for other layers.</summary>
    public SegmentId? SegmentId =>
        Text.StartsWith("segment.", StringComparison.Ordinal) && Model.SegmentId.TryParse(Text["segment.".Length..], out var segment) ? segment : null;

    /// <summary>The strong ETag of this layer at a revision, quotes included, e.g. <c>"platform.12"</c>.</summary>
    public string ETag(Revision revision) => $"\"{Text}.{revision}\"";

    /// <inheritdoc/>
    public override string ToString() => Text;
}
