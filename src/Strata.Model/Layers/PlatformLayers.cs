using System.Collections.Immutable;
using Strata.Model.Documents;

namespace Strata.Model;

/// <summary>Everything above the tenants of one platform: immutable, swapped as a whole.</summary>
/// <param name="Id">The platform.</param>
/// <param name="Allowlist">The installation's provider hosts.</param>
/// <param name="Document">The platform's sparse document.</param>
/// <param name="Segments">The platform's segments.</param>
public sealed record PlatformLayers(PlatformId Id, Allowlist Allowlist, JsonObject Document, ImmutableArray<Segment> Segments)
{
    /// <summary>The segments in the order in which they are overlaid: ascending priority, ties by id; the last wins.</summary>
    public ImmutableArray<Segment> Segments { get; } = [.. Segments.OrderBy(segment => segment.Priority).ThenBy(segment => segment.Id)];

    /// <summary>The segments that a tenant is in, in overlay order.</summary>
    public ImmutableArray<Segment> SegmentsOf(TenantId tenant, TenantAttributes attributes) =>
        [.. Segments.Where(segment => segment.Match.Includes(tenant, attributes))];

    /// <summary>The same with a segment added, replaced or (with <c>null</c>) removed.</summary>
    public PlatformLayers WithSegment(SegmentId id, Segment? segment) =>
        new(Id, Allowlist, Document, [.. Segments.Where(other => other.Id != id), .. segment is null ? [] : new[] { segment }]);
}

/// <summary>A tenant's own layers.</summary>
/// <param name="Id">The tenant.</param>
/// <param name="Attributes">What it is.</param>
/// <param name="Overrides">Its sparse document.</param>
public sealed record TenantLayers(TenantId Id, TenantAttributes Attributes, JsonObject Overrides);
