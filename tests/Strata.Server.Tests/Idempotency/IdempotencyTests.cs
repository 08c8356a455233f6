using System.Net;

namespace Strata.Server.Tests.Idempotency;

public sealed class IdempotencyTests(StrataFixture fixture)
{
    private const string Body = """{"quotas":{"requestsPerMinute":5}}""";
    private readonly TestClient _admin = fixture.Admin;

    [Fact]
    public async Task The_same_key_gets_the_first_answer_again()
    {
        var path = await OverridesAsync();
        var first = (await _admin.SendAsync("PATCH", path, Body, "If-Match: \"tenant.1.0\"", "Idempotency-Key: a-1")).Ok();

        var again = (await _admin.SendAsync("PATCH", path, Body, "If-Match: \"tenant.1.0\"", "Idempotency-Key: a-1")).Ok();

        Assert.Equal((first.Text, first["ETag"], first["X-Strata-Revision"], "true"), (again.Text, again["ETag"], again["X-Strata-Revision"], again["Idempotency-Replayed"]));
        Assert.Equal("1", (await _admin.GetAsync(path.Replace("/overrides", "/revisions", StringComparison.Ordinal))).Ok().At("/items/0/number"));
    }

    [Fact]
    public async Task Another_body_under_the_same_key_is_refused()
    {
        var path = await OverridesAsync();
        (await _admin.SendAsync("PATCH", path, Body, "If-Match: *", "Idempotency-Key: a-2")).Ok();

        (await _admin.SendAsync("PATCH", path, "{}", "If-Match: *", "Idempotency-Key: a-2")).Is(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
    }

    [Fact]
    public async Task Another_path_under_the_same_key_is_refused()
    {
        (await _admin.SendAsync("PATCH", await OverridesAsync(), Body, "If-Match: *", "Idempotency-Key: a-3")).Ok();

        (await _admin.SendAsync("PATCH", await OverridesAsync(), Body, "If-Match: *", "Idempotency-Key: a-3")).Is(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
    }

    [Fact]
    public async Task Keys_of_different_callers_never_meet()
    {
        var tenant = await fixture.TenantAsync(await fixture.PlatformAsync());
        var caller = await fixture.CallerAsync("tenant-admin", tenant: tenant);
        (await _admin.SendAsync("PATCH", $"/v1/tenants/{tenant}/overrides", Body, "If-Match: *", "Idempotency-Key: a-4")).Ok();

        (await caller.SendAsync("PATCH", $"/v1/tenants/{tenant}/overrides", """{"quotas":{"requestsPerMinute":6}}""", "If-Match: *", "Idempotency-Key: a-4")).Ok();
    }

    [Fact]
    public async Task A_refusal_is_answered_again()
    {
        var path = await OverridesAsync();
        var first = (await _admin.SendAsync("PATCH", path, """{"nonsense":1}""", "If-Match: *", "Idempotency-Key: a-5")).Is(HttpStatusCode.UnprocessableEntity, "schema_violation");

        var again = await _admin.SendAsync("PATCH", path, """{"nonsense":1}""", "If-Match: *", "Idempotency-Key: a-5");

        Assert.Equal((first.Status, first.Text, "true"), (again.Status, again.Text, again["Idempotency-Replayed"]));
    }

    [Fact]
    public async Task Of_equal_requests_at_once_one_runs()
    {
        var (platform, id) = (await fixture.PlatformAsync(), fixture.NewId("tenant"));
        var body = $$"""{"id":"{{id}}","platform":"{{platform}}","displayName":"Twice"}""";

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _admin.SendAsync("POST", "/v1/tenants", body, "Idempotency-Key: a-6")));

        Assert.All(results, result => Assert.True(result.Status == HttpStatusCode.Created || (result.Status == HttpStatusCode.Conflict && result["Retry-After"] == "1"), result.Text));
        Assert.Single(results.Where(result => result.Status == HttpStatusCode.Created).Select(result => result.Text).Distinct(StringComparer.Ordinal));
        var later = (await _admin.SendAsync("POST", "/v1/tenants", body, "Idempotency-Key: a-6")).Is(HttpStatusCode.Created);
        Assert.Equal(("true", $"/v1/tenants/{id}"), (later["Idempotency-Replayed"], later["Location"]));
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("")]
    public async Task A_key_that_is_none_is_refused(string key) =>
        (await _admin.SendAsync("POST", "/v1/platforms", "{}", $"Idempotency-Key: {key}")).Is(HttpStatusCode.BadRequest, "invalid_argument");

    private async Task<string> OverridesAsync() => $"/v1/tenants/{await fixture.TenantAsync(await fixture.PlatformAsync())}/overrides";
}
