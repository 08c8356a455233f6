using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Delivery.Opa;

/// <summary>Signs bundles with a private key on the curve P-256 (ES256, RFC 7518, 3.4).</summary>
public sealed class BundleSigner : IDisposable
{
    /// <summary>The algorithm as OPA's configuration names it.</summary>
    public const string Algorithm = "ES256";

    private readonly ECDsa _key;
    private readonly Lock _using = new();

    /// <summary>Takes a key over.</summary>
    public BundleSigner(ECDsa key)
    {
        _key = key;
        PublicKey = key.ExportSubjectPublicKeyInfoPem();
        KeyId = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()), 0, 8);
    }

    /// <summary>The name of the key: the beginning of the public key's SHA-256.</summary>
    public string KeyId { get; }

    /// <summary>The public key, PEM: what verifies the signatures.</summary>
    public string PublicKey { get; }

    /// <summary>Reads a private key.</summary>
    /// <param name="pem">PKCS #8 or SEC 1, PEM, not encrypted.</param>
    /// <returns>The signer, or what is wrong with the key; never a part of it.</returns>
    public static Result<BundleSigner> Read(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (key.ExportParameters(includePrivateParameters: true).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value)
                return new BundleSigner(key);
        }
        catch (Exception wrong) when (wrong is ArgumentException or CryptographicException)
        {
            // Not PEM, encrypted, of another algorithm, or the public half only.
        }
        key.Dispose();
        return new Error(ErrorCodes.InvalidArgument, "must be a private EC key on the curve P-256, PEM and not encrypted (openssl ecparam -name prime256v1 -genkey -noout)");
    }

    /// <summary>The content of <c>.signatures.json</c>: one JWS (RFC 7515) over the names and hashes of all other files.</summary>
    public byte[] Sign(IEnumerable<BundleFile> files)
    {
        var header = JsonObject.Of(("alg", Json.Of(Algorithm)), ("kid", Json.Of(KeyId)));
        var payload = JsonObject.Of(("files", new JsonArray([.. files.Select(file => JsonObject.Of(
            ("algorithm", Json.Of("SHA-256")), ("hash", Json.Of(file.Hash)), ("name", Json.Of(file.Name))))])));
        var signed = $"{Base64Url.EncodeToString(header.ToUtf8())}.{Base64Url.EncodeToString(payload.ToUtf8())}";
        lock (_using)
        {
            var signature = _key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            return JsonObject.Of(("signatures", Json.Of([$"{signed}.{Base64Url.EncodeToString(signature)}"]))).ToUtf8();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
