using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Strata.Model;

namespace Strata.Server.Access;

/// <summary>
/// Signs tokens for local runs, so that nobody needs an identity provider to try Strata. It exists in Development only; its key lies in the
/// data folder, so that tokens outlive a restart.
/// </summary>
internal sealed class DevelopmentIssuer
{
    public const string Issuer = "urn:strata:development";
    public const string Audience = "strata";

    private readonly ECDsaSecurityKey _key;
    private readonly TimeProvider _time;

    private DevelopmentIssuer(ECDsa key, TimeProvider time)
    {
        _key = new ECDsaSecurityKey(key) { KeyId = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo())[..8]) };
        _time = time;
    }

    /// <summary>What checks its signatures.</summary>
    public SecurityKey Key => _key;

    /// <summary>Reads the key of the data folder, or makes it.</summary>
    /// <param name="dataFolder">Where the key lies; <c>null</c> keeps it in memory only.</param>
    /// <param name="time">The clock for expiries.</param>
    public static DevelopmentIssuer Open(string? dataFolder, TimeProvider time) => new(DevelopmentKey.Open(dataFolder, "development-issuer.pem"), time);

    /// <summary>A signed token.</summary>
    public (string Token, DateTimeOffset ExpiresAt) Sign(TokenRequest request)
    {
        var now = _time.GetUtcNow();
        var expiresAt = DateTimeOffset.FromUnixTimeSeconds((now + request.Lifetime).ToUnixTimeSeconds());
        var scope = request.Tenant?.Text ?? request.Platform?.Text;
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            [JwtRegisteredClaimNames.Sub] = scope is null ? request.Role.Word() : $"{request.Role.Word()}@{scope}",
            ["role"] = request.Role.Word(),
        };
        if (request.Platform is { } platform)
            claims["platform"] = platform.Text;
        if (request.Tenant is { } tenant)
            claims["tenant"] = tenant.Text;
        var token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            IssuedAt = now.UtcDateTime,
            Expires = expiresAt.UtcDateTime,
            Subject = new ClaimsIdentity(),
            Claims = claims,
            SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.EcdsaSha256),
        });
        return (token, expiresAt);
    }

    /// <summary>The public key as a JSON Web Key Set (RFC 7517).</summary>
    public KeySetResponse Keys()
    {
        var point = _key.ECDsa.ExportParameters(includePrivateParameters: false).Q;
        var (x, y) = (Base64UrlEncoder.Encode(point.X), Base64UrlEncoder.Encode(point.Y));
        return new KeySetResponse([new KeyResponse("EC", "sig", SecurityAlgorithms.EcdsaSha256, _key.KeyId, "P-256", x, y)]);
    }
}

/// <summary>What a development token is to say.</summary>
internal sealed record TokenRequest(Role Role, PlatformId? Platform, TenantId? Tenant, TimeSpan Lifetime);

/// <summary>A token of the development issuer.</summary>
/// <param name="Token">The bearer token.</param>
/// <param name="ExpiresAt">When it stops being taken.</param>
public sealed record TokenResponse(string Token, DateTimeOffset ExpiresAt);

/// <summary>A JSON Web Key Set (RFC 7517).</summary>
/// <param name="Keys">The keys.</param>
public sealed record KeySetResponse(IReadOnlyList<KeyResponse> Keys);

/// <summary>A public key of an elliptic curve (RFC 7518, 6.2).</summary>
/// <param name="Kty">The kind.</param>
/// <param name="Use">What for.</param>
/// <param name="Alg">The algorithm.</param>
/// <param name="Kid">The id.</param>
/// <param name="Crv">The curve.</param>
/// <param name="X">The first coordinate, base64url.</param>
/// <param name="Y">The second coordinate, base64url.</param>
public sealed record KeyResponse(string Kty, string Use, string Alg, string Kid, string Crv, string X, string Y);

/// <summary>The issuer's description of itself (OpenID Connect Discovery 1.0, the members in use).</summary>
public sealed record DiscoveryResponse
{
    /// <summary>The issuer as tokens name it.</summary>
    public required string Issuer { get; init; }

    /// <summary>Where the keys are.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("jwks_uri")]
    public required string JwksUri { get; init; }

    /// <summary>Where tokens are.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("token_endpoint")]
    public required string TokenEndpoint { get; init; }

    /// <summary>How tokens are signed.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("id_token_signing_alg_values_supported")]
    public IReadOnlyList<string> SigningAlgorithms { get; init; } = [SecurityAlgorithms.EcdsaSha256];
}
