using Microsoft.AspNetCore.Http.Features;
using Strata.Model;

namespace Strata.Server.Access;

/// <summary>What handlers ask about their caller, behind the gate.</summary>
internal static class Grants
{
    public static readonly Error Forbidden = new(ErrorCodes.Forbidden, "The caller's role does not allow this.");

    public static readonly Error NoTenant = new(ErrorCodes.NotFound, "There is no such tenant.");

    /// <summary>The grant that the gate has made.</summary>
    public static Grant Grant(this HttpContext context) => context.Features.GetRequiredFeature<Grant>();

    /// <summary>Whether the caller is let through as an admin of the platform that the path belongs to.</summary>
    public static bool IsPlatformAdmin(this Grant grant) => grant.Caller.Tenants is null && grant.Caller.Roles.Contains(Role.PlatformAdmin);

    /// <summary>Whether the caller may know who works on the layers above a tenant. A tenant's own people see what, not who.</summary>
    public static bool SeesAuthorsAbove(this Grant grant) =>
        grant.Caller.Tenants is null && grant.Caller.Roles.Any(role => role is Role.PlatformAdmin or Role.Auditor);
}
