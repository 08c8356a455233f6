using System.Buffers.Text;
using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Strata.Delivery.Opa;
using Strata.Delivery.Rendering;
using Strata.Delivery.Tests.Rendering;
using Strata.Model.Documents;

namespace Strata.Delivery.Tests.Opa;

public sealed class OpaBundleTests : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly BundleSigner _signer;

    public OpaBundleTests() => _signer = BundleSigner.Read(_key.ExportPkcs8PrivateKeyPem()).Value;

    [Fact]
    public void A_bundle_holds_the_rules_without_their_tests_the_data_the_manifest_and_the_signature()
    {
        var files = Unpack(Bundle());

        Assert.Equal([".manifest", ".signatures.json", "data.json", "egress.rego", "hosts.rego", "log_mask.rego", "provider_hosts.rego"], files.Keys);
        Assert.Equal(
            File.ReadAllText(Path.Combine(Installations.Repository, "infrastructure", "policies", "egress.rego")), Encoding.UTF8.GetString(files["egress.rego"]));
    }

    [Fact]
    public void The_manifest_names_the_revision_and_what_the_bundle_owns()
    {
        var bundle = Bundle();

        Assert.Equal(
            $$"""{"rego_version":1,"revision":"{{bundle.Revision}}","roots":["hosts","strata","system/log","tenants"]}""",
            Encoding.UTF8.GetString(Unpack(bundle)[".manifest"]));
    }

    [Fact]
    public void The_signature_covers_every_other_file_by_the_hash_of_its_bytes()
    {
        var files = Unpack(Bundle());
        var parts = Jws(files).Split('.');

        var expected = files.Where(file => file.Key != ".signatures.json").Select(file => $$"""{"algorithm":"SHA-256","hash":"{{Hash(file.Value)}}","name":"{{file.Key}}"}""");

        Assert.Equal($$"""{"alg":"ES256","kid":"{{_signer.KeyId}}"}""", Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0])));
        Assert.Equal($$"""{"files":[{{string.Join(',', expected)}}]}""", Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1])));
        Assert.True(_key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256));
    }

    [Fact]
    public void Equal_configuration_gives_an_equal_etag_and_equal_files_whatever_the_order_of_tenants()
    {
        var brand = Brands("acme", "globex");

        var (one, two) = (Bundle(brand), Bundle(brand with { Tenants = brand.Tenants.Reverse() }));

        Assert.Equal(one.ETag, two.ETag);
        Assert.Equal(Unpack(one).Remove(".signatures.json"), Unpack(two).Remove(".signatures.json"), (a, b) => a.Key == b.Key && a.Value.AsSpan().SequenceEqual(b.Value));
    }

    [Fact]
    public void Another_content_and_another_key_give_another_etag()
    {
        using var other = new BundleSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));

        string[] tags = [Bundle().ETag, Bundle(Brands("acme", "initech")).ETag, OpaBundle.Pack(BundleContent.Of(JsonObject.Empty, Brands("acme", "globex")), other).ETag];

        Assert.Equal(3, tags.Distinct().Count());
    }

    [Theory]
    [InlineData("""{"b":1,"a":[1.5,true,null,{},[]]}""", """{"a":[1.5,true,null,{},[]],"b":1}""")]
    [InlineData("""{"a":"<&>/\u00e9\ud83d\ude00\u007f"}""", "{\"a\":\"<&>/é😀\u007f\"}")]
    [InlineData("""{"a":"\"\\\b\f\n\r\t\u0001\u2028\u2029"}""", """{"a":"\"\\\b\f\n\r\t\u0001\u2028\u2029"}""")]
    [InlineData("""{"\ud83d\ude00":1,"\uffee":2,"\ue000":3}""", "{\"\ue000\":3,\"\uffee\":2,\"😀\":1}")]
    public void Json_is_written_as_OPA_hashes_it(string given, string expected) => Assert.Equal(expected, Encoding.UTF8.GetString(OpaJson.Write(Json.Trusted(given))));

    [Theory]
    [InlineData("nonsense")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")]
    public void What_is_no_key_is_refused(string pem) => Assert.Contains("P-256", BundleSigner.Read(pem).Error!.Message, StringComparison.Ordinal);

    [Fact]
    public void A_key_on_another_curve_a_public_key_and_another_algorithm_are_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);

        string[] wrong = [other.ExportPkcs8PrivateKeyPem(), _key.ExportSubjectPublicKeyInfoPem(), rsa.ExportPkcs8PrivateKeyPem()];

        Assert.All(wrong, pem => Assert.NotNull(BundleSigner.Read(pem).Error));
    }

    [Fact]
    public void A_key_in_the_older_form_is_taken() => Assert.Equal(_signer.KeyId, BundleSigner.Read(_key.ExportECPrivateKeyPem()).Value.KeyId);

    public void Dispose()
    {
        _signer.Dispose();
        _key.Dispose();
    }

    private OpaBundle Bundle(Brand? brand = null) => OpaBundle.Pack(BundleContent.Of(JsonObject.Empty, brand ?? Brands("acme", "globex")), _signer);

    private static Brand Brands(params string[] tenants) => Installations.Read(
        ["{ kind: platform, id: shop, document: {} }", .. tenants.Select(tenant => $"{{ kind: tenant, id: {tenant}, platform: shop, document: {{ displayName: {tenant} }} }}")])
        .Brands.Single().Sliced();

    private static string Jws(ImmutableSortedDictionary<string, byte[]> files) =>
        ((JsonArray)Json.Trusted(Encoding.UTF8.GetString(files[".signatures.json"])).Member("signatures")!).Items.Single().Text()!;

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static ImmutableSortedDictionary<string, byte[]> Unpack(OpaBundle bundle)
    {
        using var gzip = new GZipStream(new MemoryStream(bundle.Archive.ToArray()), CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        var files = ImmutableSortedDictionary.CreateBuilder<string, byte[]>(StringComparer.Ordinal);
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            var bytes = new byte[entry.Length];
            entry.DataStream?.ReadExactly(bytes);
            files[entry.Name] = bytes;
        }
        return files.ToImmutable();
    }
}
