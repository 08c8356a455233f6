using System.Collections.Immutable;
using System.Security.Claims;
using Strata.Model;

namespace Strata.Server.Access;

/// <summary>Who is calling and what its token binds it to.</summary>
/// <param name="Id">The author id, <c>{issuer}|{subject}</c>.</param>
/// <param name="Name">A name for people; <c>null</c> when the token has none.</param>
/// <param name="Roles">What it is; a token may carry several.</param>
/// <param name="Platforms">The platforms it is bound to; <c>null</c> when the token names none, which means all.</param>
/// <param name="Tenants">The tenants it is bound to; <c>null</c> when the token names none.</param>
internal sealed record Caller(string Id, string? Name, ImmutableArray<Role> Roles, ImmutableArray<PlatformId>? Platforms, ImmutableArray<TenantId>? Tenants)
{
    /// <summary>The roles that have every platform and tenant in scope.</summary>
    public IEnumerable<Role> EverywhereRoles => Platforms is null && Tenants is null ? Roles.Where(role => role != Role.TenantAdmin) : [];

    /// <summary>The roles that count on what belongs to no platform. An admin of tenants whose token names none is an admin of nothing.</summary>
    public IEnumerable<Role> RolesAnywhere => Tenants is null ? Roles.Where(role => role != Role.TenantAdmin) : Roles;

    /// <summary>The roles that count on a platform. Those bound to tenants reach nothing above them.</summary>
    public IEnumerable<Role> RolesOn(PlatformId platform) =>
        Tenants is null && Covers(platform) ? Roles.Where(role => role != Role.TenantAdmin) : [];

    /// <summary>The roles that count on a tenant of a platform.</summary>
    public IEnumerable<Role> RolesOn(PlatformId platform, TenantId tenant)
    {
        if (!Covers(platform))
            return [];
        if (Tenants is null)
            return Roles.Where(role => role != Role.TenantAdmin);
        // A platform admin's token that names tenants is bound tighter than the role is meant; it does not become an admin of those tenants.
        return Tenants.Value.Contains(tenant) ? Roles.Where(role => role != Role.PlatformAdmin) : [];
    }

    /// <summary>Reads a validated token.</summary>
    /// <returns><c>null</c> when a claim that binds the caller cannot be understood: such a token must never mean "all".</returns>
    public static Caller? Read(ClaimsPrincipal token, ClaimNames claims)
    {
        if (token.FindFirst("iss")?.Value is not { Length: > 0 } issuer || token.FindFirst("sub")?.Value is not { Length: > 0 } subject)
            return null;
        if (!TryReadIds(token, claims.Platform, PlatformId.TryParse, out ImmutableArray<PlatformId>? platforms)
            || !TryReadIds(token, claims.Tenant, TenantId.TryParse, out ImmutableArray<TenantId>? tenants))
            return null;
        var roles = token.FindAll(claims.Role).Select(claim => Access.Roles.Parse(claim.Value)).OfType<Role>().Distinct();
        return new Caller($"{issuer}|{subject}", token.FindFirst(claims.Name)?.Value, [.. roles], platforms, tenants);
    }

    private bool Covers(PlatformId platform) => Platforms is not { } bound || bound.Contains(platform);

    private static bool TryReadIds<T>(ClaimsPrincipal token, string claim, Http.TryParse<T> parse, out ImmutableArray<T>? ids)
    {
        ids = null;
        foreach (var value in token.FindAll(claim))
        {
            if (!parse(value.Value, out var id))
                return false;
            ids = (ids ?? []).Add(id);
        }
        return true;
    }
}
