using System.Security.Cryptography;
using System.Text;
using Strata.Embedded.Opa;

namespace Strata.Embedded.Tests.Opa;

public sealed class SignatureTests
{
    private static readonly Bundle Signed = new Bundle().Signed("acme");

    private static readonly Dictionary<string, (Bundle Bundle, string Message)> Wrong = new()
    {
        ["without signature"] = (new Bundle(), "bundle missing .signatures.json file"),
        ["with no token"] = (new Bundle().SignedWith(), "missing JWT (expected exactly one)"),
        ["with two tokens"] = (new Bundle().SignedWith("a.b.c", "a.b.c"), "multiple JWTs not supported"),
        ["with something else"] = (new Bundle().SignedWith("abc"), "failed to split compact serialization"),
        ["signed by somebody else"] = (new Bundle().Signed("acme", ECDsa.Create(ECCurve.NamedCurves.nistP256)), "failed to verify message"),
        ["signed for another scope"] = (new Bundle().Signed("umbra"), "scope mismatch"),
        ["signed for no scope"] = (new Bundle().Signed(), "scope mismatch"),
        ["with another policy"] = (Signed.With("acme/authz.rego", Bundle.Policy + "#"), "acme/authz.rego: digest mismatch"),
        ["with other data"] = (Signed.With("acme/data.json", "{}"), "acme/data.json: digest mismatch"),
        ["with the same number written differently"] =
            (Signed.With("acme/data.json", Bundle.Data.Replace("1.0", "1", StringComparison.Ordinal)), "acme/data.json: digest mismatch"),
        ["with another revision"] = (Signed.With(".manifest", """{"revision":"8","roots":["acme"]}"""), ".manifest: digest mismatch"),
        ["with a file more"] = (Signed.With("acme/more.rego", Bundle.Policy), "file acme/more.rego not included in bundle signature"),
        ["with a file less"] = (Signed.Without("acme/authz.rego"), "file(s) [acme/authz.rego] specified in bundle signatures but not found"),
    };

    public static TheoryData<string> WrongNames => [.. Wrong.Keys];

    [Fact]
    public async Task A_signed_bundle_is_taken() => BundleSignature.Verify(await ReadAsync(Signed), Bundle.PublicKey, "acme");

    [Fact]
    public async Task Spaces_and_order_in_data_do_not_matter() => BundleSignature.Verify(
        await ReadAsync(Signed.With("acme/data.json", Bundle.CanonicalData)), Bundle.PublicKey, null);

    [Theory]
    [MemberData(nameof(WrongNames))]
    public async Task A_bundle_is_refused(string name)
    {
        var bundle = await ReadAsync(Wrong[name].Bundle);

        var refused = Assert.Throws<BundleRefusedException>(() => BundleSignature.Verify(bundle, Bundle.PublicKey, "acme"));

        Assert.Contains(Wrong[name].Message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_does_not_verify_takes_only_what_is_not_signed()
    {
        BundleSignature.Verify(await ReadAsync(new Bundle()), null, null);

        var signed = await ReadAsync(Signed);
        Assert.Equal("verification key not provided", Assert.Throws<BundleRefusedException>(() => BundleSignature.Verify(signed, null, null)).Message);
    }

    [Theory]
    [InlineData("""{"b":1,"a":[ ]}""", """{"a":[],"b":1}""")]
    [InlineData("""[1.0,1e3,-0,123456789012345678901234567890]""", """[1.0,1e3,-0,123456789012345678901234567890]""")]
    [InlineData("\"\\/\\u00e9\\u003c\\u007f\"", "\"/é<\u007f\"")]
    [InlineData("\"\\b\\f\\n\\r\\t\\u0001\\u2029\"", "\"\\b\\f\\n\\r\\t\\u0001\\u2029\"")]
    [InlineData("{\"😀\":1,\"\uffee\":2}", "{\"\uffee\":2,\"😀\":1}")]
    public void Json_is_hashed_in_one_form(string json, string canonical) =>
        Assert.Equal(canonical, Encoding.UTF8.GetString(CanonicalJson.Of(Encoding.UTF8.GetBytes(json))));

    private static async Task<BundleFiles> ReadAsync(Bundle bundle)
    {
        using var archive = new MemoryStream(bundle.Archive());
        return await BundleFiles.ReadAsync(archive, TestContext.Current.CancellationToken);
    }
}
