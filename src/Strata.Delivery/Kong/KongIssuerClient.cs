using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Strata.Delivery.Loop;
using Strata.Model.Documents;

namespace Strata.Delivery.Kong;

/// <summary>A public key that an issuer announces.</summary>
/// <param name="Id">Its <c>kid</c>; a digest of the key where the issuer names none.</param>
/// <param name="Signing">The key as Kong takes it.</param>
internal sealed record IssuerKey(string Id, KongSigningKey Signing);

/// <summary>
/// Reads the keys of an OpenID Connect issuer (Discovery 1.0, section 4; RFC 7517). What Kong's <c>jwt</c> plugin cannot verify with is left out: keys for
/// encryption, RSA below 2048 bits, unknown curves and algorithms.
/// </summary>
internal sealed class KongIssuerClient : IDisposable
{
    private static readonly TimeSpan ReadTime = TimeSpan.FromSeconds(10);
    private static readonly ImmutableArray<string> RsaAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

    // SubjectPublicKeyInfo of Ed25519 up to the 32 bytes of the key (RFC 8410).
    private static readonly byte[] Ed25519 = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

    private readonly HttpClient _http;
    private readonly Uri _discovery;

    /// <summary>A client of the issuer at an address.</summary>
    public KongIssuerClient(Uri issuer)
    {
        _discovery = new Uri($"{issuer.AbsoluteUri.TrimEnd('/')}/.well-known/openid-configuration");
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(3), PooledConnectionLifetime = TimeSpan.FromMinutes(2) }) { Timeout = ReadTime, MaxResponseContentBufferSize = 1 << 20 };
    }

    /// <summary>The keys in the issuer's order.</summary>
    /// <exception cref="TargetException">The issuer cannot be asked, or announces no key that Kong can use.</exception>
    public async Task<ImmutableArray<IssuerKey>> ReadAsync(CancellationToken cancellationToken)
    {
        var description = await GetAsync(_discovery, cancellationToken);
        if (!Uri.TryCreate(description.Member("jwks_uri").Text(), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new TargetException($"{_discovery} names no jwks_uri.");
        var set = await GetAsync(address, cancellationToken);
        var keys = set.Member("keys") is JsonArray list ? list.Items.Select(Read).OfType<IssuerKey>().ToImmutableArray() : [];
        return keys.IsEmpty ? throw new TargetException($"{address} has no key that Kong can verify with.") : keys;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>A JSON Web Key as Kong takes it; <c>null</c> for one that it cannot use.</summary>
    public static IssuerKey? Read(Json jwk)
    {
        if (jwk.Member("use").Text() is { } use && use != "sig")
            return null;
        try
        {
            var signing = jwk.Member("kty").Text() switch
            {
                "RSA" => Rsa(jwk),
                "EC" => Curve(jwk),
                "OKP" when jwk.Member("crv").Text() == "Ed25519" && Bytes(jwk, "x") is { Length: 32 } x => Key(jwk, ["EdDSA"], PemEncoding.WriteString("PUBLIC KEY", [.. Ed25519, .. x])),
                _ => null,
            };
            return signing is null ? null : new IssuerKey(jwk.Member("kid").Text() ?? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(signing.Pem)), 0, 8), signing);
        }
        catch (Exception trouble) when (trouble is CryptographicException or FormatException)
        {
            return null;
        }
    }

    private static KongSigningKey? Rsa(Json jwk)
    {
        using var rsa = RSA.Create(new RSAParameters { Modulus = Bytes(jwk, "n"), Exponent = Bytes(jwk, "e") });
        return rsa.KeySize < 2048 ? null : Key(jwk, RsaAlgorithms, rsa.ExportSubjectPublicKeyInfoPem());
    }

    private static KongSigningKey? Curve(Json jwk)
    {
        (ECCurve Curve, string Algorithm)? known = jwk.Member("crv").Text() switch
        {
            "P-256" => (ECCurve.NamedCurves.nistP256, "ES256"),
            "P-384" => (ECCurve.NamedCurves.nistP384, "ES384"),
            "P-521" => (ECCurve.NamedCurves.nistP521, "ES512"),
            _ => null,
        };
        if (known is not { } its)
            return null;
        using var key = ECDsa.Create(new ECParameters { Curve = its.Curve, Q = new ECPoint { X = Bytes(jwk, "x"), Y = Bytes(jwk, "y") } });
        return Key(jwk, [its.Algorithm], key.ExportSubjectPublicKeyInfoPem());
    }

    /// <summary>The first of the possible algorithms, unless the key is for another of them.</summary>
    private static KongSigningKey? Key(Json jwk, ImmutableArray<string> possible, string pem)
    {
        var algorithm = jwk.Member("alg").Text() ?? possible[0];
        return possible.Contains(algorithm) ? new KongSigningKey(algorithm, pem) : null;
    }

    private static byte[]? Bytes(Json jwk, string name) => jwk.Member(name).Text() is { } text ? System.Buffers.Text.Base64Url.DecodeFromChars(text) : null;

    private async Task<Json> GetAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            return Json.Parse(await _http.GetByteArrayAsync(address, cancellationToken)).TryGet(out var json, out var error)
                ? json
                : throw new TargetException($"{address} is no JSON: {error.Message}");
        }
        catch (Exception trouble) when (trouble is HttpRequestException or IOException || (trouble is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new TargetException($"{address} cannot be read: {trouble.GetBaseException().Message}", trouble);
        }
    }
}
