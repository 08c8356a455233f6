using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Strata.Embedded.Opa;

/// <summary>A key of OPA's configuration.</summary>
/// <param name="Id">Its name there, which <c>bundles.*.signing.keyid</c> refers to.</param>
/// <param name="Algorithm">ES, RS or PS with 256, 384 or 512.</param>
/// <param name="Pem">The public key.</param>
public sealed record OpaKey(string Id, string Algorithm, string Pem);

/// <summary>
/// Verifies a bundle as OPA does: one signed list of files with their hashes, which has to name every file and no other.
/// <see href="https://www.openpolicyagent.org/docs/management-bundles#signing"/>
/// </summary>
internal static class BundleSignature
{
    /// <summary>Throws unless the bundle is signed with the key, for the scope, and unchanged.</summary>
    /// <param name="bundle">A snapshot.</param>
    /// <param name="key">Null: the instance does not verify, and takes no signed bundle.</param>
    /// <param name="scope">Null: any scope.</param>
    /// <exception cref="BundleRefusedException">It is not.</exception>
    public static void Verify(BundleFiles bundle, OpaKey? key, string? scope)
    {
        var isSigned = bundle.Members.TryGetValue(BundleFiles.Signatures, out var signatures);
        if (key is null && isSigned)
            throw new BundleRefusedException("verification key not provided");
        if (key is null)
            return;
        if (!isSigned)
            throw new BundleRefusedException("bundle missing .signatures.json file");
        var claims = Claims(signatures!, key);
        if (scope is not null && claims["scope"]?.GetValue<string>() != scope)
            throw new BundleRefusedException("scope mismatch");
        CheckFiles(bundle, claims["files"] as JsonArray ?? []);
    }

    private static JsonObject Claims(byte[] signatures, OpaKey key)
    {
        try
        {
            if (JsonNode.Parse(signatures)?["signatures"] is not JsonArray { Count: > 0 } tokens)
                throw new BundleRefusedException(".signatures.json: missing JWT (expected exactly one)");
            if (tokens.Count > 1)
                throw new BundleRefusedException(".signatures.json: multiple JWTs not supported (expected exactly one)");
            if (tokens[0]!.GetValue<string>().Split('.') is not [var header, var payload, var signature])
                throw new BundleRefusedException("failed to split compact serialization");
            var algorithm = JsonNode.Parse(Base64Url.DecodeFromChars(header))?["alg"]?.GetValue<string>();
            if (algorithm != key.Algorithm || !IsValid(key, Encoding.ASCII.GetBytes($"{header}.{payload}"), Base64Url.DecodeFromChars(signature)))
                throw new BundleRefusedException("failed to verify message");
            return JsonNode.Parse(Base64Url.DecodeFromChars(payload)) as JsonObject ?? [];
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new BundleRefusedException($".signatures.json: {e.Message}", e);
        }
    }

    private static bool IsValid(OpaKey key, byte[] signed, byte[] signature)
    {
        var hash = new HashAlgorithmName($"SHA{key.Algorithm[2..]}");
        if (key.Algorithm.StartsWith("ES", StringComparison.Ordinal))
        {
            using var curve = ECDsa.Create();
            curve.ImportFromPem(key.Pem);
            return curve.VerifyData(signed, signature, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        using var rsa = RSA.Create();
        rsa.ImportFromPem(key.Pem);
        var padding = key.Algorithm.StartsWith("PS", StringComparison.Ordinal) ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        return rsa.VerifyData(signed, signature, hash, padding);
    }

    private static void CheckFiles(BundleFiles bundle, JsonArray files)
    {
        var listed = files.ToDictionary(file => file!["name"]!.GetValue<string>().TrimStart('/'), file => file!, StringComparer.Ordinal);
        foreach (var (name, content) in bundle.Members.Where(member => member.Key != BundleFiles.Signatures))
        {
            if (!listed.Remove(name, out var file))
                throw new BundleRefusedException($"file {name} not included in bundle signature");
            var (want, got) = (file["hash"]?.GetValue<string>(), Hash(name, content, file["algorithm"]?.GetValue<string>()));
            if (want != got)
                throw new BundleRefusedException($"{name}: digest mismatch (want: {want}, got: {got})");
        }
        var missing = string.Join(' ', listed.Keys.Order(StringComparer.Ordinal));
        if (missing.Length > 0)
            throw new BundleRefusedException($"file(s) [{missing}] specified in bundle signatures but not found in the target bundle");
    }

    private static string Hash(string name, byte[] content, string? algorithm)
    {
        var bytes = BundleFiles.IsStructured(name) ? CanonicalJson.Of(content) : content;
        return Convert.ToHexStringLower(algorithm switch
        {
            "SHA-256" => SHA256.HashData(bytes),
            "SHA-384" => SHA384.HashData(bytes),
            "SHA-512" => SHA512.HashData(bytes),
            _ => throw new BundleRefusedException($"unsupported hashing algorithm: {algorithm}"),
        });
    }
}
