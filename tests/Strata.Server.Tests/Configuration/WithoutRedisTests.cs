namespace Strata.Server.Tests.Configuration;

public sealed class WithoutRedisTests(StrataFixture fixture)
{
    [Theory]
    [InlineData(null)]
    [InlineData("127.0.0.1:1,connectTimeout=200")]
    public async Task A_server_without_redis_is_as_correct_as_one_with_it(string? redis)
    {
        var tenant = await fixture.TenantAsync(await fixture.PlatformAsync());
        await using var server = await TestServer.StartAsync(new Dictionary<string, string?>(fixture.Settings, StringComparer.Ordinal) { ["ConnectionStrings:Redis"] = redis });
        var caller = new TestClient(server, await server.TokenAsync("tenant-admin", tenant: tenant));

        foreach (var value in new[] { "5", "6" })
        {
            (await caller.PatchAsync($"/v1/tenants/{tenant}/overrides", $$$"""{"quotas":{"requestsPerMinute":{{{value}}} } }""")).Ok();
            Assert.Equal(value, (await caller.GetAsync($"/v1/tenants/{tenant}/config")).Ok().At("/quotas/requestsPerMinute"));
        }
    }
}
