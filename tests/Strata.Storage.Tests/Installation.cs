using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Strata.Model;
using Strata.Testing;

namespace Strata.Storage.Tests;

/// <summary>Storage as a server has it, on a shared database of the test's own. Background work does not run by itself.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly IHost _host;
    private bool _isStarted;
    private Servers? _servers;

    private Installation(IHost host, string connectionString) => (_host, ConnectionString) = (host, connectionString);

    /// <summary>A superuser's way into the shared database.</summary>
    public string ConnectionString { get; }

    public static async Task<Installation> CreateAsync(Servers servers, params (string Setting, string Value)[] settings)
    {
        var installation = Open(await servers.CreateDatabaseAsync(Cancel), settings).Dropping(servers);
        await installation.Get<SharedDatabase>().MigrateAsync(Cancel);
        return installation;
    }

    /// <summary>One more replica of an installation, or one whose process was killed and has started again.</summary>
    public Installation Replica(Action<IServiceCollection>? configure = null, params (string Setting, string Value)[] settings) =>
        Open(ConnectionString, settings, configure);

    public static Installation Open(string connectionString, (string Setting, string Value)[] settings, Action<IServiceCollection>? configure = null)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Setting, (string?)setting.Value)));
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("ConnectionStrings:Shared", (string?)connectionString)]);
        builder.AddStorage();
        configure?.Invoke(builder.Services);
        return new Installation(builder.Build(), connectionString);
    }

    /// <summary>Lets the installation's databases go with it.</summary>
    public Installation Dropping(Servers servers)
    {
        _servers = servers;
        return this;
    }

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    public async Task StartAsync()
    {
        await _host.StartAsync(Cancel);
        _isStarted = true;
    }

    /// <summary>Makes a brand.</summary>
    public async Task<PlatformId> PlatformAsync(string id = "dcoder")
    {
        var platform = PlatformId.Parse(id);
        var record = new PlatformRecord(platform, "D.Coder", new Revision(0), Acts.Now);
        Assert.Null((await Get<PlatformStore>().CreateAsync(record, Acts.Of("platform"), Acts.Created, Cancel)).Error);
        return platform;
    }

    /// <summary>Asks for a tenant of the platform <c>dcoder</c>.</summary>
    public async Task<Result<TenantRecord>> TryTenantAsync(string id, string? region = null, IdempotencyClaim? claim = null) =>
        (await Get<Provisioning>().CreateAsync(Acts.Tenant(id, region), Acts.Of(id) with { Claim = claim }, _ => Acts.Created, Cancel)).Error is { } error
            ? error
            : (await Get<TenantRegistry>().FindAsync(TenantId.Parse(id), Cancel))!;

    /// <summary>Makes a tenant of the platform <c>dcoder</c>.</summary>
    public async Task<TenantRecord> TenantAsync(string id) => (await TryTenantAsync(id)).Value;

    /// <summary>One value of the shared database.</summary>
    public Task<object?> SharedAsync(string sql) => ScalarAsync(ConnectionString, sql);

    /// <summary>A superuser's way into a tenant's database.</summary>
    public async Task<string> AdminOfAsync(TenantId tenant)
    {
        var access = await Get<TenantRegistry>().FindAccessAsync(tenant, Cancel);
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = access!.Database, Pooling = false }.ConnectionString;
    }

    public static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        return await command.ExecuteScalarAsync(Cancel) is var value and not DBNull ? value : null;
    }

    public async ValueTask DisposeAsync()
    {
        // A host whose start was refused cannot be stopped.
        if (_isStarted)
            await _host.StopAsync(CancellationToken.None);
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        if (_servers is { } servers)
            await servers.DropAsync([.. await DatabasesOfTenantsAsync(), new NpgsqlConnectionStringBuilder(ConnectionString).Database!]);
    }

    private const string DatabasesOfTenants = """
        select array(
            select database_name from tenant
            union all
            select datname from pg_database join installation on datname like 'strata\_' || installation.id || '\_template\_%')
        """;

    /// <summary>Those of the tenants, and what they were copied from.</summary>
    private async Task<IReadOnlyList<string>> DatabasesOfTenantsAsync()
    {
        try
        {
            await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
            await using var command = source.CreateCommand(DatabasesOfTenants);
            return (string[])(await command.ExecuteScalarAsync(CancellationToken.None))!;
        }
        catch (NpgsqlException)
        {
            // The test has left no such table, or no such database, or the server is too busy.
            return [];
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}

/// <summary>Who does what in tests.</summary>
internal static class Acts
{
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public static readonly Answer Created = new(201, ImmutableSortedDictionary<string, string>.Empty.Add("ETag", "\"attributes.1\""), "{}"u8.ToArray());

    public static Act Of(string request) => new()
    {
        Author = "https://issuer|admin",
        AuthorName = "Ada",
        At = Now,
        ChangeId = Guid.CreateVersion7(),
        RequestId = request,
        SchemaVersion = "test",
    };

    public static NewTenant Tenant(string id, string? region = null) => new(
        TenantId.Parse(id),
        PlatformId.Parse("dcoder"),
        new TenantAttributes($"Tenant {id}", "free", region, ImmutableSortedDictionary<string, string>.Empty.Add("pilot", "yes"), [], TenantStatus.Active));
}
