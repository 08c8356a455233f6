using System.Collections.Immutable;

namespace Strata.Server.Access;

/// <summary>What an endpoint acts on, and so where the caller's role must count.</summary>
internal enum Reach
{
    /// <summary>Nothing that needs protection: no token.</summary>
    Public,

    /// <summary>The caller itself: any token that is taken, whatever its roles count on.</summary>
    Oneself,

    /// <summary>Something that holds for everybody, or a list that shows what the caller may see.</summary>
    Anywhere,

    /// <summary>The installation: roles that are not bound to platforms or tenants.</summary>
    Installation,

    /// <summary>What all platforms share: roles that are not bound to tenants.</summary>
    Shared,

    /// <summary>The platform in the path.</summary>
    Platform,

    /// <summary>The tenant in the path.</summary>
    Tenant,
}

/// <summary>What an endpoint demands of its caller. Every endpoint has exactly one, as metadata.</summary>
/// <param name="Name">The name in the documentation, e.g. <c>tenants.read</c>.</param>
/// <param name="Reach">Where the role must count.</param>
/// <param name="Roles">The roles that suffice.</param>
internal sealed record Permission(string Name, Reach Reach, ImmutableArray<Role> Roles)
{
    /// <summary>Whether it changes nothing. What is not for auditors counts as a write, also where it only reports (<c>bundles.report</c>).</summary>
    public bool IsRead => Roles.Contains(Role.Auditor);

    private static readonly ImmutableArray<Role> Admins = [Role.PlatformAdmin];
    private static readonly ImmutableArray<Role> Readers = [Role.PlatformAdmin, Role.Auditor];
    private static readonly ImmutableArray<Role> TenantReaders = [Role.PlatformAdmin, Role.TenantAdmin, Role.Auditor];
    private static readonly ImmutableArray<Role> Everyone = [Role.PlatformAdmin, Role.TenantAdmin, Role.Auditor, Role.Service];

    public static readonly Permission Public = new("public", Reach.Public, []);

    public static readonly Permission ReadOneself = new("oneself.read", Reach.Oneself, Everyone);

    public static readonly Permission ReadSchemas = new("schemas.read", Reach.Anywhere, Everyone);

    /// <summary>Lists and names of platforms: a tenant admin sees the name of its own.</summary>
    public static readonly Permission ReadPlatformNames = new("platforms.names", Reach.Anywhere, TenantReaders);
    public static readonly Permission CreatePlatforms = new("platforms.create", Reach.Installation, Admins);
    public static readonly Permission ReadPlatform = new("platform.read", Reach.Platform, Readers);
    public static readonly Permission WritePlatform = new("platform.write", Reach.Platform, Admins);

    public static readonly Permission ReadAllowlist = new("allowlist.read", Reach.Shared, Readers);
    public static readonly Permission WriteAllowlist = new("allowlist.write", Reach.Installation, Admins);

    /// <summary>A list that shows the tenants that the caller may see.</summary>
    public static readonly Permission ListTenants = new("tenants.list", Reach.Anywhere, TenantReaders);

    /// <summary>The platform stands in the body, and the handler looks whether the caller administers it.</summary>
    public static readonly Permission CreateTenants = new("tenants.create", Reach.Anywhere, Admins);
    public static readonly Permission ReadTenant = new("tenant.read", Reach.Tenant, TenantReaders);
    public static readonly Permission AdministerTenant = new("tenant.administer", Reach.Tenant, Admins);
    public static readonly Permission WriteOverrides = new("overrides.write", Reach.Tenant, [Role.PlatformAdmin, Role.TenantAdmin]);
    public static readonly Permission ReadEffective = new("effective.read", Reach.Tenant, Everyone);

    /// <summary>The scope stands in the query, and the handler looks whether the caller may see it.</summary>
    public static readonly Permission ReadAudit = new("audit.read", Reach.Anywhere, TenantReaders);

    /// <summary>What is to be applied stands in the body, and the handler looks at each item.</summary>
    public static readonly Permission Apply = new("apply", Reach.Anywhere, Admins);
    public static readonly Permission ReadBundle = new("bundles.read", Reach.Platform, [Role.PlatformAdmin, Role.Auditor, Role.Service]);

    /// <summary>What is reported on stands in the body, and the handler looks at each platform.</summary>
    public static readonly Permission ReportBundles = new("bundles.report", Reach.Anywhere, [Role.PlatformAdmin, Role.Service]);
    public static readonly Permission ReadInstallation = new("installation.read", Reach.Installation, Readers);
    public static readonly Permission Operate = new("installation.operate", Reach.Installation, Admins);
}

/// <summary>Declares permissions on endpoints.</summary>
internal static class PermissionConvention
{
    public static TBuilder Needs<TBuilder>(this TBuilder endpoints, Permission permission)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(permission);

    /// <summary>Declares an operation of the contract: who may call it, its name for generated clients, and what it does in a sentence.</summary>
    public static RouteHandlerBuilder Needs(this RouteHandlerBuilder endpoint, Permission permission, string name, string summary) =>
        endpoint.WithMetadata(permission).WithName(name).WithSummary(summary);
}
