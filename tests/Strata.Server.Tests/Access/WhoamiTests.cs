using System.Globalization;
using System.Net;

namespace Strata.Server.Tests.Access;

public sealed class WhoamiTests(StrataFixture fixture)
{
    [Theory]
    [InlineData("platform-admin", null, null, """["platform-admin"]|null|null""")]
    [InlineData("auditor", "dcoder", null, """["auditor"]|["dcoder"]|null""")]
    [InlineData("tenant-admin", null, "acme", """["tenant-admin"]|null|["acme"]""")]
    [InlineData("service", "dcoder", "acme", """["service"]|["dcoder"]|["acme"]""")]
    public async Task Everybody_is_told_what_the_token_binds_to(string role, string? platform, string? tenant, string expected)
    {
        var caller = await fixture.CallerAsync(role, platform, tenant);

        var me = (await caller.GetAsync("/v1/whoami")).Ok();

        Assert.Equal(expected, string.Join('|', me.At("/roles"), me.At("/platforms") ?? "null", me.At("/tenants") ?? "null"));
        Assert.StartsWith($"urn:strata:development|{role}", (string?)me.Json["actor"], StringComparison.Ordinal);
        Assert.True(DateTimeOffset.Parse((string)me.Json["expiresAt"]!, CultureInfo.InvariantCulture) > TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task Without_a_token_there_is_nobody_to_tell() =>
        (await fixture.Server.SendAsync("GET", "/v1/whoami")).Is(HttpStatusCode.Unauthorized, "unauthenticated");
}
