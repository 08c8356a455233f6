namespace Strata.Server.Access;

/// <summary>What a caller is. Its words on the wire: <c>platform-admin</c>, <c>tenant-admin</c>, <c>auditor</c>, <c>service</c>.</summary>
public enum Role
{
    /// <summary>May do everything with its platforms and their tenants; with all platforms, with the installation, too.</summary>
    PlatformAdmin,

    /// <summary>Reads its tenants and writes their overrides.</summary>
    TenantAdmin,

    /// <summary>Reads everything in scope and the audit.</summary>
    Auditor,

    /// <summary>A program that needs effective configuration.</summary>
    Service,
}

/// <summary>The words of roles.</summary>
internal static class Roles
{
    public const string Expected = "platform-admin, tenant-admin, auditor or service";

    public static Role? Parse(string? word) => word switch
    {
        "platform-admin" => Role.PlatformAdmin,
        "tenant-admin" => Role.TenantAdmin,
        "auditor" => Role.Auditor,
        "service" => Role.Service,
        _ => null,
    };

    public static string Word(this Role role) => role switch
    {
        Role.PlatformAdmin => "platform-admin",
        Role.TenantAdmin => "tenant-admin",
        Role.Auditor => "auditor",
        Role.Service => "service",
    };
}
