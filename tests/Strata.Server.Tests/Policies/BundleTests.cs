using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Strata.Server.Tests.Policies;

public sealed class BundleTests(StrataFixture fixture)
{
    private const string Change = """{"egress":{"deniedHosts":["denied.example"]}}""";

    [Fact]
    public async Task A_service_of_the_platform_gets_its_bundle_as_an_archive()
    {
        var platform = await fixture.PlatformAsync();

        var got = (await (await fixture.CallerAsync("service", platform)).GetAsync($"/opa/bundles/{platform}")).Ok();

        Assert.Equal("application/vnd.openpolicyagent.bundles", got["Content-Type"]);
        Assert.Matches("^\"[0-9a-f]{32}\\.[0-9a-f]{16}\"$", got["ETag"]);
        Assert.Equal("no-cache, private", got["Cache-Control"]);
    }

    [Fact]
    public async Task A_client_that_has_the_bundle_gets_nothing_again()
    {
        var path = $"/opa/bundles/{await fixture.PlatformAsync()}";
        var etag = (await fixture.Admin.GetAsync(path)).Ok()["ETag"]!;

        var again = (await fixture.Admin.GetAsync(path, $"If-None-Match: {etag}")).Is(HttpStatusCode.NotModified);

        Assert.Equal(etag, again["ETag"]);
        (await fixture.Admin.GetAsync(path, "If-None-Match: \"other\"")).Ok();
    }

    [Fact]
    public async Task What_was_written_is_in_the_bundle_that_is_asked_for_next()
    {
        var platform = await fixture.PlatformAsync();
        var before = (await fixture.Admin.GetAsync($"/opa/bundles/{platform}")).Ok()["ETag"];
        var tenant = await fixture.TenantAsync(platform);
        var between = (await fixture.Admin.GetAsync($"/opa/bundles/{platform}")).Ok()["ETag"];
        (await fixture.Admin.PatchAsync($"/v1/tenants/{tenant}/overrides", """{"branding":{"productName":"X"}}""")).Ok();
        var same = (await fixture.Admin.GetAsync($"/opa/bundles/{platform}")).Ok()["ETag"];
        (await fixture.Admin.PatchAsync($"/v1/tenants/{tenant}/overrides", Change)).Ok();
        var after = (await fixture.Admin.GetAsync($"/opa/bundles/{platform}")).Ok()["ETag"];

        Assert.Equal(between, same);
        Assert.Equal(3, new[] { before, between, after }.Distinct().Count());
    }

    [Fact]
    public async Task A_client_that_waits_is_held_until_there_is_another_bundle()
    {
        var platform = await fixture.PlatformAsync();
        var tenant = await fixture.TenantAsync(platform);
        var etag = (await fixture.Admin.GetAsync($"/opa/bundles/{platform}")).Ok()["ETag"];

        var held = fixture.Admin.GetAsync($"/opa/bundles/{platform}", $"If-None-Match: {etag}", "Prefer: modes=snapshot,delta;wait=50");
        (await fixture.Admin.PatchAsync($"/v1/tenants/{tenant}/overrides", """{"branding":{"productName":"X"}}""")).Ok();
        Assert.False(held.IsCompleted);
        (await fixture.Admin.PatchAsync($"/v1/tenants/{tenant}/overrides", Change)).Ok();
        var clock = Stopwatch.StartNew();
        var got = (await held).Ok();

        Assert.NotEqual(etag, got["ETag"]);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(45), $"It took {clock.Elapsed} from the change to the answer.");
    }

    [Fact]
    public async Task A_client_that_waited_in_vain_hears_so_after_its_time()
    {
        var platform = await fixture.PlatformAsync();
        var etag = (await fixture.Admin.GetAsync($"/opa/bundles/{platform}")).Ok()["ETag"];
        var clock = Stopwatch.StartNew();

        (await fixture.Admin.GetAsync($"/opa/bundles/{platform}", $"If-None-Match: {etag}", "Prefer: wait=1")).Is(HttpStatusCode.NotModified);

        Assert.True(clock.Elapsed >= TimeSpan.FromSeconds(0.9), $"It was held for {clock.Elapsed} only.");
    }

    [Fact]
    public async Task Nobody_else_s_bundle_is_to_be_had()
    {
        var (own, foreign) = (await fixture.PlatformAsync(), await fixture.PlatformAsync());
        var tenant = await fixture.TenantAsync(own);

        foreach (var caller in new[] { await fixture.CallerAsync("service", own), await fixture.CallerAsync("auditor", own), await fixture.CallerAsync("platform-admin", own) })
        {
            (await caller.GetAsync($"/opa/bundles/{own}")).Ok();
            (await caller.GetAsync($"/opa/bundles/{foreign}")).Is(HttpStatusCode.Forbidden, "forbidden");
        }
        (await (await fixture.CallerAsync("tenant-admin", tenant: tenant)).GetAsync($"/opa/bundles/{own}")).Is(HttpStatusCode.Forbidden, "forbidden");
        (await (await fixture.CallerAsync("service", tenant: tenant)).GetAsync($"/opa/bundles/{own}")).Is(HttpStatusCode.Forbidden, "forbidden");
        (await fixture.Server.SendAsync("GET", $"/opa/bundles/{own}")).Is(HttpStatusCode.Unauthorized, "unauthenticated");
        (await fixture.Admin.GetAsync("/opa/bundles/no-such-brand")).Is(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task The_key_that_verifies_is_public()
    {
        var got = (await fixture.Server.SendAsync("GET", "/opa/keys")).Ok();
        var etag = (await fixture.Admin.GetAsync($"/opa/bundles/{await fixture.PlatformAsync()}")).Ok()["ETag"]!;
        using var key = ECDsa.Create();
        key.ImportFromPem((string)got.Json.At("/keys/0/pem")!);

        Assert.Equal("\"ES256\"", got.At("/keys/0/alg"));
        Assert.EndsWith($".{(string)got.Json.At("/keys/0/kid")!}\"", etag, StringComparison.Ordinal);
        Assert.Throws<CryptographicException>(() => key.ExportParameters(includePrivateParameters: true));
    }

    [Theory]
    [InlineData("Production", null, "must be set outside Development")]
    [InlineData("Production", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "private EC key on the curve P-256")]
    [InlineData("Development", "/nowhere/key.pem", "neither PEM nor the path of a file")]
    public async Task A_server_without_a_good_key_does_not_start(string environment, string? key, string expected)
    {
        var settings = new Dictionary<string, string?>(fixture.Settings, StringComparer.Ordinal)
        {
            ["Targets:Opa:SigningKey"] = key,
            ["Auth:Issuers:0:Authority"] = "https://login.example.com",
        };

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => TestServer.StartAsync(settings, environment: environment));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }
}
