using System.Globalization;
using Strata.Embedded.Postgres;
using Strata.Faults.Tests.Crashes;
using Strata.Faults.Tests.Processes;
using Strata.Testing;

namespace Strata.Faults.Tests.Scale;

/// <summary>
/// Many tenants (20; with <c>STRATA_LONG=1</c>, 1,000) on a PostgreSQL that accepts as many connections as one that nobody has configured. They are made with
/// `strata apply`, whose server is killed in the middle.
/// </summary>
public sealed class TenantFleet(Servers servers) : IAsyncLifetime
{
    // On disk: a thousand databases are more than memory should hold.
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("strata-fleet-");
    private EmbeddedPostgres _postgres = null!;
    private StrataProcess? _server;

    public int Count { get; } = Environment.GetEnvironmentVariable("STRATA_LONG") == "1" ? 1000 : 20;

    /// <summary>A superuser's way into the shared database.</summary>
    public string Database => _postgres.ConnectionString;

    internal World World { get; private set; } = null!;

    internal Caller Admin { get; private set; } = null!;

    /// <summary>The apply whose server was killed while it made one of the tenants, the same command after it, and what there was left to do then.</summary>
    internal (StrataCommand Killed, StrataCommand Again, StrataCommand Left) Applied { get; private set; }

    internal string[] Files => ["--file", Path.Combine(_folder.FullName, World.Brand)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static string Tenant(int number) => string.Create(CultureInfo.InvariantCulture, $"fleet-{number}");

    /// <summary>What a tenant's file says, and no other's.</summary>
    public static int Quota(int number) => 1001 + number;

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
            _folder.UnixFileMode = (UnixFileMode)0b111_101_101; // PostgreSQL runs as `nobody` when the tests run as root
        _postgres = await EmbeddedPostgres.StartAsync(
            new() { DataFolder = Path.Combine(_folder.FullName, "postgres"), Database = "strata", MaxConnections = 100 }, static _ => { }, Token);
        World = new World(_postgres.ConnectionString, await servers.RedisAsync(Token));
        Write();
        _server = await World.StartAsync(new Ambush("provisioning.database", Count * 2 / 3).Deadly, Token);
        Admin = await Caller.AdminAsync(_server, Token);
        var killed = await ApplyAsync("--yes");
        _server = await World.StartAsync(null, Token);
        Applied = (killed, await ApplyAsync("--yes"), await ApplyAsync("--dry-run"));
    }

    internal async Task<StrataCommand> ApplyAsync(string option) => await StrataCommand.RunAsync(await ServerAsync(), Admin, ["apply", .. Files, option], Token);

    /// <summary>A server that lives.</summary>
    internal async Task<StrataProcess> ServerAsync() => _server = _server is { IsAlive: true } living ? living : await World.StartAsync(null, Token);

    /// <summary>Ends the present server and has others come after it, each until it dies at its step; then one that stays.</summary>
    internal async Task ReplaceAsync(params Ambush[] ambushes)
    {
        await (await ServerAsync()).KillAsync();
        foreach (var ambush in ambushes)
        {
            var dying = await World.StartAsync(ambush.Deadly, Token);
            Assert.Equal(ambush.Step, await dying.DeathAsync().WaitAsync(TimeSpan.FromMinutes(2), Token));
            await World.LeasesEndAsync(Token);
        }
        await ServerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Admin?.Dispose();
        if (World is not null)
            await World.DisposeAsync();
        await _postgres.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private void Write()
    {
        var folder = _folder.CreateSubdirectory(World.Brand);
        File.WriteAllText(Path.Combine(folder.FullName, "platform.yaml"), $"""
            kind: platform
            id: {World.Brand}
            document:
              displayName: Fleet
              quotas:
                requestsPerMinute: 9000
            """);
        for (var number = 0; number < Count; number++)
        {
            File.WriteAllText(Path.Combine(folder.FullName, $"{Tenant(number)}.yaml"), string.Create(CultureInfo.InvariantCulture, $"""
                kind: tenant
                id: {Tenant(number)}
                platform: {World.Brand}
                document:
                  displayName: Tenant {number}
                  tier: pro
                  quotas:
                    requestsPerMinute: {Quota(number)}
                """));
        }
    }
}
