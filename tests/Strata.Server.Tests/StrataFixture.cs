using Strata.Server.Tests.Http;
using Strata.Testing;

[assembly: AssemblyFixture(typeof(Strata.Server.Tests.StrataFixture))]

namespace Strata.Server.Tests;

/// <summary>One server with a PostgreSQL and a Redis-compatible server behind it. Tests keep apart by platforms and tenants of their own.</summary>
public sealed class StrataFixture : IAsyncLifetime
{
    private readonly Servers _servers = new();
    private int _names;

    public TestServer Server { get; private set; } = null!;

    /// <summary>The settings of another server on the same databases.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; private set; } = null!;

    /// <summary>An admin of all platforms.</summary>
    public TestClient Admin { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Settings = await SettingsAsync();
        Server = await TestServer.StartAsync(Settings, Probes.Map);
        Admin = await CallerAsync("platform-admin");
    }

    /// <summary>The settings of a server on a shared database of its own.</summary>
    public async Task<IReadOnlyDictionary<string, string?>> SettingsAsync() => new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["ConnectionStrings:Shared"] = await _servers.CreateDatabaseAsync(CancellationToken.None),
        ["ConnectionStrings:Redis"] = await _servers.RedisAsync(CancellationToken.None),
    };

    public async Task<TestClient> CallerAsync(string role, string? platform = null, string? tenant = null) =>
        new(Server, await Server.TokenAsync(role, platform, tenant));

    /// <summary>An id that no other test uses; a later one sorts after it.</summary>
    public string NewId(string kind) => $"{kind}-{Interlocked.Increment(ref _names):d6}";

    /// <summary>A platform of the test's own, whose layer holds <paramref name="config"/>.</summary>
    public async Task<string> PlatformAsync(string config = "{}")
    {
        var platform = NewId("brand");
        (await Admin.SendAsync("POST", "/v1/platforms", $$"""{"id":"{{platform}}","displayName":"Brand"}""")).Is(System.Net.HttpStatusCode.Created);
        if (config != "{}")
            (await Admin.SendAsync("PATCH", $"/v1/platforms/{platform}/config", config, "If-Match: *")).Ok();
        return platform;
    }

    /// <summary>A tenant of the test's own.</summary>
    public async Task<string> TenantAsync(string platform, string attributes = "")
    {
        var tenant = NewId("tenant");
        (await Admin.SendAsync("POST", "/v1/tenants", $$"""{"id":"{{tenant}}","platform":"{{platform}}","displayName":"Tenant"{{attributes}}}""")).Is(System.Net.HttpStatusCode.Created);
        return tenant;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _servers.DisposeAsync();
    }
}
