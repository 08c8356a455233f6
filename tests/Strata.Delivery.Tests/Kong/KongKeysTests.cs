using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using Strata.Delivery.Kong;
using Strata.Delivery.Loop;
using Strata.Model.Documents;

namespace Strata.Delivery.Tests.Kong;

public sealed class KongKeysTests : IAsyncDisposable
{
    private readonly AnnouncedKeys _issuer = new();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _issuer.DisposeAsync();

    [Fact]
    public void An_rsa_key_becomes_pem()
    {
        using var rsa = RSA.Create(2048);
        var (n, e) = (rsa.ExportParameters(false).Modulus!, rsa.ExportParameters(false).Exponent!);

        var key = KongIssuerClient.Read(Json.Trusted($$"""{"kty":"RSA","use":"sig","kid":"a","alg":"PS384","n":"{{Text(n)}}","e":"{{Text(e)}}"}"""));

        Assert.Equal(new IssuerKey("a", new KongSigningKey("PS384", rsa.ExportSubjectPublicKeyInfoPem())), key);
    }

    [Fact]
    public void A_key_of_a_curve_becomes_pem()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        Assert.Equal(new IssuerKey("b", new KongSigningKey("ES384", curve.ExportSubjectPublicKeyInfoPem())), KongIssuerClient.Read(Json.Trusted(Curve("b", curve, "P-384"))));
    }

    [Fact]
    public void An_edwards_key_becomes_pem()
    {
        // RFC 8410, 10.1, has the key and its encoding.
        var key = KongIssuerClient.Read(Json.Trusted("""{"kty":"OKP","crv":"Ed25519","kid":"c","x":"Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE"}"""));

        Assert.Equal("EdDSA", key?.Signing.Algorithm);
        Assert.Contains("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=", key!.Signing.Pem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kty":"oct","k":"c2VjcmV0"}""")]
    [InlineData("""{"kty":"RSA","use":"enc","n":"AQAB","e":"AQAB"}""")]
    [InlineData("""{"kty":"RSA","n":"wxyz","e":"AQAB"}""")]
    [InlineData("""{"kty":"RSA"}""")]
    [InlineData("""{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}""")]
    [InlineData("""{"kty":"OKP","crv":"X25519","x":"Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE"}""")]
    [InlineData("7")]
    public void A_key_that_Kong_cannot_use_is_left_out(string jwk) => Assert.Null(KongIssuerClient.Read(Json.Trusted(jwk)));

    [Fact]
    public async Task The_key_in_use_stays_until_it_is_withdrawn()
    {
        using var keys = Keys();
        _issuer.Announce(Key("old"));
        var (old, _) = await keys.ChooseAsync(null, Token);

        _issuer.Announce(Key("new"), Key("old"));
        _time.Advance(TimeSpan.FromMinutes(6));
        var (during, told) = await keys.ChooseAsync(old, Token);
        _issuer.Announce(Key("new"));
        _time.Advance(TimeSpan.FromMinutes(6));
        var (after, _) = await keys.ChooseAsync(during, Token);

        Assert.Equal(["old", "old", "new"], new[] { old, during, after }.Select(key => key?.Id));
        Assert.Contains("'new'", Assert.Single(told).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_settings_may_name_the_key()
    {
        using var keys = Keys("new");
        _issuer.Announce(Key("old"), Key("new"));

        Assert.Equal("new", (await keys.ChooseAsync(null, Token)).Key?.Id);
    }

    [Fact]
    public async Task A_key_that_another_server_has_switched_to_is_kept_until_the_issuer_is_asked_again()
    {
        using var keys = Keys();
        _issuer.Announce(Key("old"));
        await keys.ChooseAsync(null, Token);
        _issuer.Announce(Key("new"));
        var switched = KongIssuerClient.Read(Json.Trusted(Key("new")));

        var (now, _) = await keys.ChooseAsync(switched, Token);
        _time.Advance(TimeSpan.FromSeconds(11));
        var (later, _) = await keys.ChooseAsync(switched, Token);

        Assert.Equal(["new", "new"], new[] { now, later }.Select(key => key?.Id));
    }

    [Fact]
    public async Task An_issuer_that_is_away_leaves_the_last_known_key()
    {
        using var keys = Keys();
        _issuer.IsAway = true;
        var known = KongIssuerClient.Read(Json.Trusted(Key("known")));

        var (key, told) = await keys.ChooseAsync(known, Token);

        Assert.Equal(known, key);
        Assert.Equal((null, "IssuerAway"), (told[0].Status, told[0].Reason));
    }

    [Fact]
    public async Task Without_any_known_key_nothing_is_delivered()
    {
        using var keys = Keys();
        _issuer.IsAway = true;

        await Assert.ThrowsAsync<TargetException>(() => keys.ChooseAsync(null, Token));
    }

    [Fact]
    public async Task Every_tenant_gets_the_key_of_the_issuer()
    {
        _issuer.Announce(Key("k1"));
        await using var run = await KongRun.StartAsync(new ChangingFleet().Tenant("acme").Tenant("globex"));
        run.Options = run.Options with { Issuer = _issuer.Address };

        await run.DeliverAsync();

        Assert.Equal(["acme", "globex"], run.Node.Entities("jwt_secrets").Select(secret => (string?)secret["key"]));
        Assert.All(run.Node.Entities("jwt_secrets"), secret => Assert.Equal("ES256", (string?)secret["algorithm"]));
        _issuer.IsAway = true;
        Assert.True((await run.PrepareAsync()).Plan.IsEmpty);
    }

    private KongKeys Keys(string? named = null) => new(new KongIssuerClient(_issuer.Address), named, _time);

    private static string Key(string id)
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Curve(id, curve, "P-256");
    }

    private static string Curve(string id, ECDsa curve, string name)
    {
        var point = curve.ExportParameters(false).Q;
        return $$"""{"kty":"EC","crv":"{{name}}","kid":"{{id}}","x":"{{Text(point.X!)}}","y":"{{Text(point.Y!)}}"}""";
    }

    private static string Text(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
