using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Strata.Server.Access;

/// <summary>Whose tokens are taken. Section <c>Auth</c>.</summary>
public sealed class AuthOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Auth";

    /// <summary>Issuers of OpenID Connect, any number. Outside Development at least one; in Development the built-in one comes on top.</summary>
    [ValidateEnumeratedItems]
    public IList<IssuerOptions> Issuers { get; init; } = [];
}

/// <summary>An issuer of tokens.</summary>
public sealed class IssuerOptions
{
    /// <summary>Its address, below which <c>/.well-known/openid-configuration</c> lies. HTTPS outside Development.</summary>
    [Required]
    [Url]
    public string Authority { get; init; } = "";

    /// <summary>The audience that tokens for Strata carry. Default <c>strata</c>.</summary>
    [Required]
    public string Audience { get; init; } = "strata";

    /// <summary>Which claims say what.</summary>
    [ValidateObjectMembers]
    public ClaimNames Claims { get; init; } = new();
}

/// <summary>The names of the claims that bind a caller; each may have one value or several.</summary>
public sealed class ClaimNames
{
    /// <summary>Roles: platform-admin, tenant-admin, auditor, service; other values are ignored.</summary>
    [Required]
    public string Role { get; init; } = "role";

    /// <summary>Platform ids; a token without is not bound to platforms.</summary>
    [Required]
    public string Platform { get; init; } = "platform";

    /// <summary>Tenant ids.</summary>
    [Required]
    public string Tenant { get; init; } = "tenant";

    /// <summary>A name for people, kept apart from history so that it can be erased.</summary>
    [Required]
    public string Name { get; init; } = "name";
}

[OptionsValidator]
internal sealed partial class AuthOptionsValidator : IValidateOptions<AuthOptions>;
