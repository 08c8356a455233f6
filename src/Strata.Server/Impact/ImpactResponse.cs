using System.Collections.Immutable;
using Strata.Model.Documents;
using Strata.Model.Impact;

namespace Strata.Server.Impact;

/// <summary>Whom a change would reach, and how.</summary>
public sealed record ImpactResponse
{
    /// <summary>How many tenants would get another effective document.</summary>
    public required int TenantsAffected { get; init; }

    /// <summary>How many tenants would change at each pointer.</summary>
    public required ImmutableArray<PointerImpactResponse> Changes { get; init; }

    /// <summary>Tenants' values that would be in force less far than before.</summary>
    public required CountedResponse<NarrowedTenantResponse> Narrowed { get; init; }

    /// <summary>Entries that would be switched off for tenants.</summary>
    public required CountedResponse<WithheldTenantResponse> Withheld { get; init; }

    /// <summary>Violations that tenants' effective documents would get.</summary>
    public required CountedResponse<InvalidTenantResponse> Invalid { get; init; }

    /// <summary>Tenants that would come into a segment.</summary>
    public required CountedResponse<MembershipResponse> Joining { get; init; }

    /// <summary>Tenants that would leave a segment.</summary>
    public required CountedResponse<MembershipResponse> Leaving { get; init; }

    /// <summary>How many operations each target would see, where that is known. It is not computed yet: a target that is left out may see some, and the target's own plan tells.</summary>
    public ImmutableSortedDictionary<string, int> Operations { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    internal static ImpactResponse Of(ImpactReport report) => new()
    {
        TenantsAffected = report.TenantsAffected,
        Changes = [.. report.Changes.Select(change => new PointerImpactResponse(change.Pointer.Text, change.Tenants))],
        Narrowed = Counted(report.Narrowed, value => new NarrowedTenantResponse(value.Tenant.Text, value.Pointer.Text, value.From, value.To)),
        Withheld = Counted(report.Withheld, value => new WithheldTenantResponse(value.Tenant.Text, value.Pointer.Text, value.Policy)),
        Invalid = Counted(report.Invalid, value => new InvalidTenantResponse(value.Tenant.Text, value.Pointer.Text, value.Rule, value.Message)),
        Joining = Counted(report.Joining, value => new MembershipResponse(value.Tenant.Text, value.Segment.Text)),
        Leaving = Counted(report.Leaving, value => new MembershipResponse(value.Tenant.Text, value.Segment.Text)),
    };

    private static CountedResponse<TResponse> Counted<T, TResponse>(Counted<T> counted, Func<T, TResponse> response) => new(counted.Count, [.. counted.First.Select(response)]);
}

/// <summary>How many tenants change at a pointer.</summary>
/// <param name="Pointer">Where.</param>
/// <param name="Tenants">How many.</param>
public sealed record PointerImpactResponse(string Pointer, int Tenants);

/// <summary>A list of which the first are named.</summary>
/// <typeparam name="T">An entry.</typeparam>
/// <param name="Count">How many there are.</param>
/// <param name="First">The first of them, by tenant; at most 100.</param>
public sealed record CountedResponse<T>(int Count, ImmutableArray<T> First);

/// <summary>A tenant's value that a bound takes something from.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Pointer">Where.</param>
/// <param name="From">What the tenant asks.</param>
/// <param name="To">What would be left; <c>null</c> when nothing would.</param>
public sealed record NarrowedTenantResponse(string Tenant, string Pointer, Json From, Json? To);

/// <summary>An entry that a policy would switch off for a tenant.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Pointer">The entry.</param>
/// <param name="Policy">The policy's id.</param>
public sealed record WithheldTenantResponse(string Tenant, string Pointer, string Policy);

/// <summary>A violation that a tenant's effective document would get.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Pointer">Where.</param>
/// <param name="Rule">The schema keyword or policy id.</param>
/// <param name="Message">What was expected and what there would be.</param>
public sealed record InvalidTenantResponse(string Tenant, string Pointer, string Rule, string Message);

/// <summary>A tenant and a segment.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Segment">The segment.</param>
public sealed record MembershipResponse(string Tenant, string Segment);
