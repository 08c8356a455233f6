using System.Buffers.Text;
using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Strata.Embedded.Opa;

namespace Strata.Embedded.Tests.Opa;

/// <summary>A bundle made by hand: members as text, and for those that OPA hashes in canonical form that form as a text of its own.</summary>
internal sealed record Bundle
{
    public const string Policy = "package acme.authz\n\nallow := true\n";
    public const string Manifest = """{"revision":"7","roots":["acme"]}""";

    // What OPA makes of it is written out below.
    public const string Data = """{ "z": [1.0, 1e3, 2.50], "é\u2028": "<&/\u0007\t\"", "\ue000": 1, "😀": 2, "a": {"y":null,"x":true} }""";
    public const string CanonicalData = "{\"a\":{\"x\":true,\"y\":null},\"z\":[1.0,1e3,2.50],\"é\\u2028\":\"<&/\\u0007\\t\\\"\",\"\ue000\":1,\"😀\":2}";

    public ImmutableSortedDictionary<string, string> Members { get; init; } = new Dictionary<string, string>
    {
        [".manifest"] = Manifest,
        ["acme/authz.rego"] = Policy,
        ["acme/data.json"] = Data,
    }.ToImmutableSortedDictionary();

    public static ECDsa Key { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static OpaKey PublicKey => new("k1", "ES256", Key.ExportSubjectPublicKeyInfoPem());

    public Bundle With(string name, string content) => this with { Members = Members.SetItem(name, content) };

    public Bundle Without(string name) => this with { Members = Members.Remove(name) };

    /// <summary>With the signature over the members as they are now.</summary>
    public Bundle Signed(string? scope = null, ECDsa? key = null) => SignedWith(Token(scope, key ?? Key));

    public Bundle SignedWith(params string[] tokens) =>
        With(".signatures.json", new JsonObject { ["signatures"] = new JsonArray([.. tokens.Select(token => JsonValue.Create(token))]) }.ToJsonString());

    public byte[] Archive()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            foreach (var (name, content) in Members)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"/{name}") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
        }
        return packed.ToArray();
    }

    public string Token(string? scope, ECDsa key)
    {
        var files = Members.Where(member => member.Key != ".signatures.json").Select(member => (JsonNode)new JsonObject
        {
            ["name"] = member.Key,
            ["hash"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(member.Value == Data ? CanonicalData : member.Value))),
            ["algorithm"] = "SHA-256",
        });
        var claims = new JsonObject { ["files"] = new JsonArray([.. files]) };
        if (scope is not null)
            claims["scope"] = scope;
        var signed = $"{Encode("""{"alg":"ES256","kid":"k1"}"""u8)}.{Encode(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        return $"{signed}.{Encode(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    private static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
