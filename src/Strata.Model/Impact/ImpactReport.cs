using System.Collections.Immutable;
using Strata.Model.Documents;
using Strata.Model.Overrides;

namespace Strata.Model.Impact;

/// <summary>Whom a change reaches, and how.</summary>
public sealed record ImpactReport
{
    /// <summary>How many entries of a list are named; the rest is counted.</summary>
    public const int MaxNamed = 100;

    /// <summary>How many tenants get another effective document.</summary>
    public required int TenantsAffected { get; init; }

    /// <summary>How many tenants change at each pointer.</summary>
    public required ImmutableArray<PointerImpact> Changes { get; init; }

    /// <summary>Tenants' values that are in force less far than before.</summary>
    public required Counted<NarrowedValue> Narrowed { get; init; }

    /// <summary>Entries that are switched off for tenants.</summary>
    public required Counted<WithheldEntry> Withheld { get; init; }

    /// <summary>Violations that tenants' effective documents get and that nothing can be switched off for.</summary>
    public required Counted<InvalidValue> Invalid { get; init; }

    /// <summary>Tenants that come into a segment.</summary>
    public required Counted<Membership> Joining { get; init; }

    /// <summary>Tenants that leave a segment.</summary>
    public required Counted<Membership> Leaving { get; init; }
}

/// <summary>A list of which the first entries, by tenant, are named.</summary>
/// <typeparam name="T">An entry.</typeparam>
/// <param name="Count">How many there are.</param>
/// <param name="First">At most <see cref="ImpactReport.MaxNamed"/> of them.</param>
public sealed record Counted<T>(int Count, ImmutableArray<T> First);

/// <summary>How many tenants change at a pointer.</summary>
public sealed record PointerImpact(JsonPointer Pointer, int Tenants);

/// <summary>A tenant's value that a bound takes something from.</summary>
public sealed record NarrowedValue(TenantId Tenant, JsonPointer Pointer, OverrideRule Rule, Json From, Json? To);

/// <summary>An entry that a policy switches off for a tenant.</summary>
public sealed record WithheldEntry(TenantId Tenant, JsonPointer Pointer, string Policy, string Message);

/// <summary>A violation in a tenant's effective document.</summary>
public sealed record InvalidValue(TenantId Tenant, JsonPointer Pointer, string Rule, string Message);

/// <summary>A tenant and a segment that it joins or leaves.</summary>
public sealed record Membership(TenantId Tenant, SegmentId Segment);
