using System.Text;

namespace Strata.Server.Tests.Hostile;

/// <summary>A tenant with some overrides whose admin sends what nobody should, and the proof that nothing of it stayed.</summary>
public sealed class HostileTenant(StrataFixture fixture) : IAsyncLifetime
{
    private string _token = "";
    private Got _before = null!;

    public Uri Server => fixture.Server.Client.BaseAddress!;

    public string Platform { get; private set; } = "";

    public string Id { get; private set; } = "";

    public TestClient PlatformAdmin => fixture.Admin;

    public string Authorization => $"Authorization: Bearer {_token}";

    public string Overrides => $"/v1/tenants/{Id}/overrides";

    public async ValueTask InitializeAsync()
    {
        Platform = await fixture.PlatformAsync("""{"quotas":{"requestsPerMinute":600}}""");
        Id = await fixture.TenantAsync(Platform);
        (await fixture.Admin.PatchAsync(Overrides, """{"branding":{"productName":"Own"},"quotas":{"requestsPerMinute":300}}""")).Ok();
        _token = await fixture.Server.TokenAsync("tenant-admin", tenant: Id);
        _before = await StateAsync();
    }

    /// <summary>Sends a request of the tenant's admin with a body.</summary>
    internal Task<RawAnswer> SendAsync(string method, string path, string contentType, byte[] body, params string[] headers) => RawHttp.SendAsync(
        Server,
        RawHttp.Head($"{method} {path} HTTP/1.1", [Authorization, "If-Match: *", $"Content-Type: {contentType}", $"Content-Length: {body.Length}", .. headers]),
        body);

    /// <summary>A merge patch of the overrides.</summary>
    internal Task<RawAnswer> PatchAsync(string body) => SendAsync("PATCH", Overrides, "application/merge-patch+json", Encoding.UTF8.GetBytes(body));

    /// <summary>A JSON Patch of the overrides.</summary>
    internal Task<RawAnswer> JsonPatchAsync(string body) => SendAsync("PATCH", Overrides, "application/json-patch+json", Encoding.UTF8.GetBytes(body));

    /// <summary>Fails when anything that was sent has changed the tenant, its history or its audit.</summary>
    public async Task IsAsItWasAsync() => Assert.Equal(_before.Text, (await StateAsync()).Text);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<Got> StateAsync()
    {
        var parts = new List<string>();
        foreach (var path in new[] { Overrides, $"/v1/tenants/{Id}", $"/v1/tenants/{Id}/revisions", $"/v1/audit?tenant={Id}", $"/v1/platforms/{Platform}/config?layer=own" })
            parts.Add((await fixture.Admin.GetAsync(path)).Ok().Text);
        return new Got(System.Net.HttpStatusCode.OK, new Dictionary<string, string>(), string.Join('\n', parts));
    }
}
