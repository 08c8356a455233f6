using System.Collections.Immutable;
using Microsoft.IdentityModel.JsonWebTokens;
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
    /// <summary>Characters that a subject may have (OpenID Connect Core 1.0, section 2).</summary>
    private const int MaxSubject = 255;

    private const int MaxName = 200;

    /// <summary>The roles that have every platform and tenant in scope.</summary>
    public IEnumerable<Role> EverywhereRoles => Platforms is null ? RolesOnShared : [];

    /// <summary>The roles that count on what belongs to no platform. An admin of tenants whose token names none is an admin of nothing.</summary>
    public IEnumerable<Role> RolesAnywhere => Tenants is null ? RolesOnShared : Roles;

    /// <summary>The roles that count on what all platforms share. Those bound to tenants reach nothing above them.</summary>
    public IEnumerable<Role> RolesOnShared => Tenants is null ? Roles.Where(role => role != Role.TenantAdmin) : [];

    /// <summary>The roles that count on a platform. Those bound to tenants reach nothing above them.</summary>
    public IEnumerable<Role> RolesOn(PlatformId platform) =>
        Covers(platform) ? RolesOnShared : [];

    /// <summary>The roles that count on a tenant of a platform.</summary>
    public IEnumerable<Role> RolesOn(PlatformId platform, TenantId tenant)
    {
        if (!Covers(platform))
            return [];
        if (Tenants is null)
            return RolesOnShared;
        // A platform admin's token that names tenants is bound tighter than the role is meant; it does not become an admin of those tenants.
        return Tenants.Value.Contains(tenant) ? Roles.Where(role => role != Role.PlatformAdmin) : [];
    }

    /// <summary>Reads a validated token.</summary>
    /// <returns><c>null</c> when a claim that binds the caller cannot be understood: such a token must never mean "all".</returns>
    public static Caller? Read(JsonWebToken token, ClaimNames claims)
    {
        if (token.Issuer is not { Length: > 0 } issuer || token.Subject is not { Length: > 0 and <= MaxSubject } subject || subject.Any(char.IsControl))
            return null;
        if (!TryReadIds(token, claims.Platform, PlatformId.TryParse, out ImmutableArray<PlatformId>? platforms)
            || !TryReadIds(token, claims.Tenant, TenantId.TryParse, out ImmutableArray<TenantId>? tenants))
            return null;
        var roles = Values(token, claims.Role).Select(Access.Roles.Parse).OfType<Role>().Distinct();
        return new Caller($"{issuer}|{subject}", NameOf(token, claims.Name), [.. roles], platforms, tenants);
    }

    /// <summary>Whether a platform is among those that it is bound to, if any.</summary>
    public bool Covers(PlatformId platform) => Platforms is not { } bound || bound.Contains(platform);

    private static bool TryReadIds<T>(JsonWebToken token, string claim, Http.TryParse<T> parse, out ImmutableArray<T>? ids)
    {
        ids = null;
        foreach (var value in Values(token, claim))
        {
            if (!parse(value, out var id))
                return false;
            ids = (ids ?? []).Add(id);
        }
        // An empty list is there and names nobody, which is not the same as not being there.
        return ids is not null || !token.TryGetPayloadValue<object>(claim, out _);
    }

    private static IEnumerable<string> Values(JsonWebToken token, string claim) => token.Claims.Where(found => found.Type == claim).Select(found => found.Value);

    /// <summary>The name, fit for a row: on one line, and not longer than names are.</summary>
    private static string? NameOf(JsonWebToken token, string claim) => Values(token, claim).FirstOrDefault() is { } name
        ? string.Concat(name.Take(MaxName).Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? ' ' : letter))
        : null;
}
