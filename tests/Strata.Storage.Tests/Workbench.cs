using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Sections;
using Strata.Storage.Delivery;
using Strata.Testing;

namespace Strata.Storage.Tests;

/// <summary>What a crash at a checkpoint throws: nothing after it runs, as if the process were gone.</summary>
internal sealed class CrashException(string step) : Exception(step);

/// <summary>An installation with brand `dcoder`, and what tests of layers, answers and audit do with it again and again.</summary>
internal sealed class Workbench : IAsyncDisposable
{
    public static readonly PlatformId Brand = PlatformId.Parse("dcoder");
    private static readonly SectionCatalog Catalog = SectionCatalog.Load();

    private readonly Installation _installation;

    private Workbench(Func<Action<IServiceCollection>, Installation> open, WriteOptions writes)
    {
        var checkpoints = new Checkpoints(step => At.TryGetValue(step, out var action) ? new ValueTask(action()) : ValueTask.CompletedTask);
        _installation = open(services => services.AddSingleton(checkpoints).AddSingleton(writes).AddSingleton(Catalog));
    }

    public LayerStore Layers => _installation.Get<LayerStore>();

    public TenantWrites Writes => _installation.Get<TenantWrites>();

    public IdempotencyStore Idempotency => _installation.Get<IdempotencyStore>();

    public IntentSweeper Sweeper => _installation.Get<IntentSweeper>();

    public ImpactStore Impact => _installation.Get<ImpactStore>();

    public AuditStore Audit => _installation.Get<AuditStore>();

    public AuditVerifier Verifier => _installation.Get<AuditVerifier>();

    public EventPurge Purge => _installation.Get<EventPurge>();

    public DeliveryStore Queue => new(_installation.Get<SharedDatabase>());

    public SyncStore Sync => _installation.Get<SyncStore>();

    public FleetReader Fleet => _installation.Get<FleetReader>();

    /// <summary>What happens at a checkpoint, by its name.</summary>
    public Dictionary<string, Func<Task>> At { get; } = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Workbench> StartAsync(Servers servers)
    {
        var database = await servers.CreateDatabaseAsync(Cancel);
        var bench = new Workbench(configure => Installation.Open(database, [], configure).Dropping(servers), new WriteOptions());
        await bench._installation.Get<SharedDatabase>().MigrateAsync(Cancel);
        await bench._installation.PlatformAsync();
        return bench;
    }

    /// <summary>Another server process on the same databases, whose leases are over as soon as they begin.</summary>
    public Workbench Another(params (string Setting, string Value)[] settings) =>
        new(configure => _installation.Replica(configure, settings), new WriteOptions { IntentLease = TimeSpan.Zero, ClaimLease = TimeSpan.Zero });

    /// <summary>Lets the process end at a checkpoint.</summary>
    public Workbench CrashAt(string step)
    {
        At[step] = () => throw new CrashException(step);
        return this;
    }

    /// <summary>Lets every intent and claim outlive its lease.</summary>
    public Task LeasesEndAsync() => ExecuteAsync("update intent set lease_until = now(); update idempotency set lease_until = now();");

    public static Act Act(IdempotencyClaim? claim = null) => Acts.Of("request-1") with { At = TimeProvider.System.GetUtcNow(), Claim = claim };

    public static Answer Answer(string body = "{}") =>
        new(200, ImmutableSortedDictionary<string, string>.Empty.Add("ETag", "\"tenant.1.1\""), Encoding.UTF8.GetBytes(body));

    public static JsonObject Document(string text) => (JsonObject)Json.Trusted(text);

    public static JsonObject Quota(int requestsPerMinute) => Document($$$"""{"quotas":{"requestsPerMinute":{{{requestsPerMinute}}}}}""");

    public static Change Change(LayerKey layer, long onto, JsonObject document) =>
        new() { Layer = layer, Base = onto, Kind = RevisionKind.Change, Document = document, Action = $"{layer.Kind.ToString().ToLowerInvariant()}.changed" };

    public Task<PlatformId> PlatformAsync(string id) => _installation.PlatformAsync(id);

    public async Task<TenantId> TenantAsync(string id) => (await _installation.TenantAsync(id)).Id;

    public Task<Result<StoredRevision>> WriteAsync(TenantId tenant, long onto, JsonObject document, IdempotencyClaim? claim = null) =>
        Writes.CommitAsync(Change(LayerKey.Tenant(tenant), onto, document), Act(claim), Answer(), Cancel);

    public Task<Result<ImmutableArray<StoredRevision>>> CommitAsync(params ImmutableArray<Change> changes) =>
        Layers.CommitAsync(changes, Act(), Answer(), Cancel);

    public async Task<LayerHead> HeadAsync(LayerKey layer) =>
        await Layers.FindHeadAsync(layer, Cancel) ?? throw new InvalidOperationException($"There is no layer {layer}.");

    /// <summary>Runs statements in the shared database as superuser; the first value that they yield.</summary>
    public Task<object?> ExecuteAsync(string sql) =>
        Installation.ScalarAsync(new NpgsqlConnectionStringBuilder(_installation.ConnectionString) { Pooling = false }.ConnectionString, sql);

    /// <summary>What is told of a scope, in order: `sequence type layer@revision`.</summary>
    public async Task<string[]> EventsAsync(string scope) => (string[])(await ExecuteAsync(
        $"select array(select concat_ws(' ', sequence, type, layer || '@' || number) from event where scope = '{scope}' order by sequence)"))!;

    /// <summary>Runs statements in a tenant's database as superuser; the first value that they yield.</summary>
    public async Task<object?> ExecuteAsync(TenantId tenant, string sql) => await Installation.ScalarAsync(await _installation.AdminOfAsync(tenant), sql);

    /// <summary>A superuser's connection to a tenant's database, or with <c>null</c> to the shared one.</summary>
    public async Task<NpgsqlConnection> OpenAsync(TenantId? tenant)
    {
        var way = tenant is { } id ? await _installation.AdminOfAsync(id) : _installation.ConnectionString;
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(way) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancel);
        return connection;
    }

    /// <summary>The shared database's name.</summary>
    public string Database => new NpgsqlConnectionStringBuilder(_installation.ConnectionString).Database!;

    /// <summary>Puts a copy of a database of this server in the place of another, as a restored backup would come; whoever is connected to either is cut off.</summary>
    public async Task CopyAsync(string from, string to)
    {
        // A name of this installation's own, or parallel tests would share one copy.
        (from, to) = (OwnName(from), OwnName(to));
        var server = new NpgsqlConnectionStringBuilder(_installation.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString;
        await Installation.ScalarAsync(server, $"alter database {from} with allow_connections false");
        await Installation.ScalarAsync(server, $"select pg_terminate_backend(pid, 60000) from pg_stat_activity where datname = '{from}'");
        await Installation.ScalarAsync(server, $"drop database if exists {to} with (force)");
        await Installation.ScalarAsync(server, $"create database {to} template {from} strategy file_copy");
        await Installation.ScalarAsync(server, $"alter database {from} with allow_connections true");
    }

    private string OwnName(string database) => database == "older" ? $"{Database}_older" : database;

    /// <summary>The shared database's pool, for listening.</summary>
    public NpgsqlDataSource Source => _installation.Get<SharedDatabase>().Source;

    public ValueTask DisposeAsync() => _installation.DisposeAsync();
}
