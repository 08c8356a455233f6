namespace Strata.Delivery.Kong;

/// <summary>What Kong's configuration needs beside the brands' and tenants' own.</summary>
public sealed record KongFacts
{
    /// <summary>The claim of the platform's tokens that names the tenant; must be a text.</summary>
    public string TenantClaim { get; init; } = "tenant";

    /// <summary>The key that the platform's issuer signs with; <c>null</c> when it is not known, and then no token is accepted.</summary>
    public KongSigningKey? SigningKey { get; init; }

    /// <summary>Host of the Redis-compatible server that all nodes count in, as Kong reaches it.</summary>
    public string RedisHost { get; init; } = "redis";

    /// <summary>Its port.</summary>
    public int RedisPort { get; init; } = 6379;
}

/// <summary>A public key of the issuer, as Kong's <c>jwt</c> plugin takes it.</summary>
public sealed record KongSigningKey
{
    private const string Begin = "-----BEGIN PUBLIC KEY-----\n";

    /// <summary>A key in PEM with real line breaks.</summary>
    /// <param name="algorithm">The JOSE name, e.g. <c>RS256</c>; tokens of any other are refused.</param>
    /// <param name="pem">SubjectPublicKeyInfo (RFC 7468, 13).</param>
    /// <exception cref="ArgumentException">It is anything else. Kong takes private keys, too, and lets ES256 pass without any key.</exception>
    public KongSigningKey(string algorithm, string pem)
    {
        if (!pem.StartsWith(Begin, StringComparison.Ordinal))
            throw new ArgumentException("must be a public key in PEM (BEGIN PUBLIC KEY)", nameof(pem));
        (Algorithm, Pem) = (algorithm, pem);
    }

    /// <summary>The JOSE name of the algorithm.</summary>
    public string Algorithm { get; }

    /// <summary>The key.</summary>
    public string Pem { get; }
}
