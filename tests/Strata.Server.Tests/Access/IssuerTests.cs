using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Strata.Server.Tests.Access;

public sealed class IssuerTests(StrataFixture fixture) : IAsyncLifetime
{
    private readonly ECDsaSecurityKey _key = new(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = "one" };
    private WebApplication _issuer = null!;
    private TestServer _server = null!;

    private string Authority => _issuer.Urls.Single();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _issuer = builder.Build();
        _issuer.MapGet("/.well-known/openid-configuration", () => Results.Text($$"""{"issuer":"{{Authority}}","jwks_uri":"{{Authority}}/keys"}""", "application/json"));
        _issuer.MapGet("/keys", () =>
        {
            var point = _key.ECDsa.ExportParameters(false).Q;
            return Results.Text($$$"""{"keys":[{"kty":"EC","crv":"P-256","kid":"one","x":"{{{Base64UrlEncoder.Encode(point.X)}}}","y":"{{{Base64UrlEncoder.Encode(point.Y)}}}"}]}""", "application/json");
        });
        await _issuer.StartAsync();
        _server = await TestServer.StartAsync(new Dictionary<string, string?>(fixture.Settings, StringComparer.Ordinal)
        {
            ["Auth:Issuers:0:Authority"] = Authority,
            ["Auth:Issuers:0:Audience"] = "strata-of-the-company",
            ["Auth:Issuers:0:Claims:Role"] = "groups",
            ["Auth:Issuers:0:Claims:Tenant"] = "customer",
        });
    }

    [Fact]
    public async Task A_token_of_a_configured_issuer_is_taken_with_its_own_claims()
    {
        var tenant = await fixture.TenantAsync(await fixture.PlatformAsync());
        var caller = Caller(new() { ["sub"] = "jane", ["groups"] = new[] { "staff", "tenant-admin" }, ["customer"] = tenant });

        (await caller.PatchAsync($"/v1/tenants/{tenant}/overrides", """{"quotas":{"requestsPerMinute":5}}""")).Ok();

        Assert.Equal($"{Authority}|jane", (string?)(await caller.GetAsync($"/v1/tenants/{tenant}/revisions/1")).Ok().Json["author"]);
    }

    [Fact]
    public async Task A_token_without_a_role_may_nothing() =>
        (await Caller(new() { ["sub"] = "jane" }).GetAsync("/v1/schemas")).Is(HttpStatusCode.Forbidden, "forbidden");

    [Fact]
    public async Task A_binding_that_cannot_be_understood_never_means_all() =>
        (await Caller(new() { ["sub"] = "jane", ["groups"] = "platform-admin", ["platform"] = "*" }).GetAsync("/v1/schemas")).Is(HttpStatusCode.Unauthorized, "unauthenticated");

    [Theory]
    [InlineData("platform")]
    [InlineData("customer")]
    public async Task A_binding_to_nobody_never_means_all(string claim) =>
        (await Caller(new() { ["sub"] = "jane", ["groups"] = "platform-admin", [claim] = Array.Empty<string>() }).GetAsync("/v1/tenants")).Is(HttpStatusCode.Unauthorized, "unauthenticated");

    [Theory]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData(null)]
    public async Task A_subject_that_cannot_be_an_author_is_not_taken(string? subject) =>
        (await Caller(new() { ["sub"] = subject ?? new string('x', 256), ["groups"] = "platform-admin" }).GetAsync("/v1/tenants")).Is(HttpStatusCode.Unauthorized, "unauthenticated");

    [Fact]
    public async Task A_name_that_fits_no_row_keeps_nobody_from_writing()
    {
        var tenant = await fixture.TenantAsync(await fixture.PlatformAsync());
        var caller = Caller(new() { ["sub"] = "joe", ["name"] = $"Joe\0{new string('x', 5000)}", ["groups"] = "tenant-admin", ["customer"] = tenant });

        (await caller.PatchAsync($"/v1/tenants/{tenant}/overrides", """{"quotas":{"requestsPerMinute":5}}""")).Ok();
    }

    [Fact]
    public async Task An_extension_that_must_be_understood_is_not_passed_over() =>
        (await Caller(new() { ["sub"] = "jane", ["groups"] = "platform-admin" }, header: new() { ["crit"] = new[] { "unheard-of" }, ["unheard-of"] = 1 }).GetAsync("/v1/tenants"))
            .Is(HttpStatusCode.Unauthorized, "unauthenticated");

    [Fact]
    public async Task A_token_for_another_audience_is_not_taken() =>
        (await Caller(new() { ["sub"] = "jane", ["groups"] = "platform-admin" }, audience: "strata").GetAsync("/v1/schemas")).Is(HttpStatusCode.Unauthorized, "unauthenticated");

    [Fact]
    public async Task An_expired_token_is_not_taken()
    {
        var got = await Caller(new() { ["sub"] = "jane", ["groups"] = "platform-admin" }, lifetime: TimeSpan.FromMinutes(-5)).GetAsync("/v1/schemas");

        Assert.Contains("expired", got.Is(HttpStatusCode.Unauthorized, "unauthenticated").Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_of_nobody_known_is_not_taken() =>
        (await Caller(new() { ["sub"] = "jane", ["groups"] = "platform-admin" }, issuer: "https://elsewhere.example").GetAsync("/v1/schemas")).Is(HttpStatusCode.Unauthorized, "unauthenticated");

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _issuer.DisposeAsync();
        _key.ECDsa.Dispose();
    }

    private TestClient Caller(Dictionary<string, object> claims, string audience = "strata-of-the-company", string? issuer = null, TimeSpan? lifetime = null, Dictionary<string, object>? header = null)
    {
        var until = TimeProvider.System.GetUtcNow() + (lifetime ?? TimeSpan.FromMinutes(5));
        return new TestClient(_server, new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Authority,
            Audience = audience,
            Expires = until.UtcDateTime,
            Claims = claims,
            AdditionalHeaderClaims = header,
            SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.EcdsaSha256),
        }));
    }
}
