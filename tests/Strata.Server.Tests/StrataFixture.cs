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

    public async ValueTask InitializeAsync()
    {
        Settings = await SettingsAsync();
        Server = await TestServer.StartAsync(Settings, Probes.Map);
    }

    /// <summary>The settings of a server on a shared database of its own.</summary>
    public async Task<IReadOnlyDictionary<string, string?>> SettingsAsync() => new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["ConnectionStrings:Shared"] = await _servers.CreateDatabaseAsync(CancellationToken.None),
        ["ConnectionStrings:Redis"] = await _servers.RedisAsync(CancellationToken.None),
    };

    /// <summary>An id that no other test uses.</summary>
    public string NewId(string kind) => $"{kind}-{Interlocked.Increment(ref _names)}";

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _servers.DisposeAsync();
    }
}
