using Strata.Model;

namespace Strata.Server.Access;

/// <summary>How a request's permission was judged.</summary>
internal enum Judgement
{
    /// <summary>Go on.</summary>
    Granted,

    /// <summary>The caller may know that the thing exists, but its roles do not allow this.</summary>
    Forbidden,

    /// <summary>The caller may not know that the tenant exists.</summary>
    Invisible,
}

/// <summary>What one request may see and do: its caller, narrowed by the headers <c>X-Platform-Id</c> and <c>X-Tenant-Id</c>.</summary>
/// <param name="Caller">Who is calling.</param>
/// <param name="OnlyPlatform">The platform that the request is narrowed to; <c>null</c> without narrowing.</param>
/// <param name="OnlyTenant">The tenant that the request is narrowed to; <c>null</c> without narrowing.</param>
/// <param name="OnlyTenantsPlatform">The platform of <paramref name="OnlyTenant"/>; <c>null</c> when there is no such tenant that the caller may know of.</param>
internal sealed record Grant(Caller Caller, PlatformId? OnlyPlatform, TenantId? OnlyTenant, PlatformId? OnlyTenantsPlatform)
{
    /// <summary>Whether the request is narrowed to something that is not of this platform.</summary>
    public bool Excludes(PlatformId platform) => (OnlyPlatform is { } only && only != platform) || (OnlyTenant is not null && OnlyTenantsPlatform != platform);

    /// <summary>Judges something that belongs to no platform. What is narrowed reaches nothing of the installation, which tells of all its tenants.</summary>
    public Judgement Judge(Permission permission) => permission.Reach switch
    {
        Reach.Public or Reach.Oneself => Judgement.Granted,
        Reach.Installation when OnlyPlatform is not null || OnlyTenant is not null => Judgement.Forbidden,
        Reach.Installation => Suffice(permission, Caller.EverywhereRoles),
        Reach.Shared => Suffice(permission, Caller.RolesOnShared),
        _ => Suffice(permission, Caller.RolesAnywhere),
    };

    /// <summary>Judges something that belongs to a platform. What is narrowed to a tenant reads of its own platform and writes nothing above the tenant.</summary>
    public Judgement Judge(Permission permission, PlatformId platform) =>
        Excludes(platform) || (OnlyTenant is not null && !permission.IsRead) ? Judgement.Forbidden : Suffice(permission, Caller.RolesOn(platform));

    /// <summary>Judges something that belongs to a tenant.</summary>
    public Judgement Judge(Permission permission, PlatformId platform, TenantId tenant)
    {
        if (!Caller.RolesOn(platform, tenant).Any())
            return Judgement.Invisible;
        if (Excludes(platform) || (OnlyTenant is { } only && only != tenant))
            return Judgement.Forbidden;
        return Suffice(permission, Caller.RolesOn(platform, tenant));
    }

    private static Judgement Suffice(Permission permission, IEnumerable<Role> roles) =>
        roles.Any(role => permission.Roles.Contains(role)) ? Judgement.Granted : Judgement.Forbidden;
}
