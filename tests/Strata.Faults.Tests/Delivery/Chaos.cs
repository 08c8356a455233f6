using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Strata.Embedded;
using Strata.Embedded.Kong;
using Strata.Embedded.Opa;
using Strata.Faults.Tests.Processes;
using Strata.Testing;

namespace Strata.Faults.Tests.Delivery;

/// <summary>Two servers on one database, three Kong nodes, two OPAs, a brand with tenants, and somebody who gives them no rest. Replays from its seed.</summary>
internal sealed class Chaos : IAsyncDisposable
{
    private const string Brand = "dcoder";
    private const string Rogue = """{"_format_version":"3.0","services":[{"name":"rogue","host":"rogue.example"}]}""";
    private static readonly TimeSpan AttemptsEnd = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly string[] Tenants = ["acme", "globex", "initech", "umbrella"];

    private readonly CancellationToken _cancellationToken;
    private readonly Random _random;
    private readonly TemporaryFolder _data = new();
    private readonly HeldPort[] _ports = [new(), new()];
    private readonly StrataProcess?[] _servers = new StrataProcess?[2];
    private readonly List<SimulatedKong> _nodes = [];
    private readonly List<SimulatedOpa> _opas = [];
    private readonly HashSet<SimulatedKong> _down = [];
    private readonly HashSet<string> _suspended = [];
    private readonly List<string> _story = [];
    private Dictionary<string, string> _settings = [];
    private Caller _admin = null!;
    private DateTimeOffset _disturbed = DateTimeOffset.MinValue;

    private Chaos(int seed, CancellationToken cancellationToken) => (_random, _cancellationToken) = (new Random(seed), cancellationToken);

    private StrataProcess Server => _servers.First(server => server is { IsAlive: true })!;

    public static async Task<Chaos> StartAsync(Servers servers, int seed, CancellationToken cancellationToken)
    {
        var chaos = new Chaos(seed, cancellationToken);
        for (var node = 0; node < 3; node++)
            chaos._nodes.Add(await SimulatedKong.StartAsync(new SimulatedKongOptions(), cancellationToken));
        chaos._settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ConnectionStrings__Shared"] = await servers.CreateDatabaseAsync(cancellationToken),
            ["ConnectionStrings__Redis"] = await servers.RedisAsync(cancellationToken),
            ["DataFolder"] = chaos._data.Path,
            ["Delivery__FullPassInterval"] = "00:00:02",
            ["Delivery__MaxBackOff"] = "00:00:01",
            ["Delivery__Lease"] = "00:00:03",
            // An OPA that restarts is another one; the former counts until its last report is old.
            ["Targets__Opa__ReportLifetime"] = "00:00:05",
        };
        foreach (var (index, node) in chaos._nodes.Index())
            chaos._settings[string.Create(CultureInfo.InvariantCulture, $"Targets__Kong__Nodes__{index}")] = node.Address.ToString();
        await chaos.ServeAsync(0);
        await chaos.ServeAsync(1);
        await chaos.FurnishAsync();
        return chaos;
    }

    /// <summary>Does one thing, and looks whether what is said to be in sync is.</summary>
    public async Task StepAsync()
    {
        var (node, tenant) = (_nodes[_random.Next(_nodes.Count)], Tenants[_random.Next(Tenants.Length)]);
        switch (_random.Next(14))
        {
            case < 4:
                await QuotaAsync($"/v1/tenants/{tenant}/overrides", _random.Next(1, 500));
                break;
            case 4:
                await QuotaAsync($"/v1/platforms/{Brand}/config", _random.Next(100, 600));
                break;
            case 5:
                await TurnAsync(tenant);
                break;
            case 6 or 7:
                Disturb($"fault at {Index(node)}");
                node.Script(Fault());
                break;
            case 8:
                await RestartAsync(node);
                break;
            case 9:
                await ToggleAsync(node);
                break;
            case 10 when !_down.Contains(node):
                Disturb($"{Index(node)} is edited by hand");
                node.Edit(Rogue);
                break;
            case 11:
                await _opas[_random.Next(_opas.Count)].RestartAsync();
                break;
            case 12:
                await KillAsync(_random.Next(2));
                break;
            default:
                await Task.Delay(_random.Next(500), _cancellationToken);
                break;
        }
        await CheckAsync(tenant);
    }

    /// <summary>Takes all trouble away, waits until everything is said to be in sync, and compares everything.</summary>
    public async Task CalmAsync()
    {
        foreach (var node in _nodes)
            node.ClearFaults();
        foreach (var node in _down)
            await node.ComeBackAsync(_cancellationToken);
        _down.Clear();
        var deadline = TimeProvider.System.GetUtcNow() + Patience;
        foreach (var tenant in Tenants)
        {
            while (!(await SyncAsync(tenant)).All(item => (string?)item!["status"] == "Synced" && Moment(item) > _disturbed))
            {
                if (TimeProvider.System.GetUtcNow() > deadline)
                    throw new InvalidOperationException(Told($"{tenant} does not get in sync:\n{await SyncAsync(tenant)}"));
                await Task.Delay(100, _cancellationToken);
            }
        }
        foreach (var tenant in Tenants)
            await CompareAsync(tenant);
        foreach (var node in _nodes)
        {
            Same(Tenants.Order(StringComparer.Ordinal), node.Entities("consumers").Select(consumer => (string)consumer["username"]!).Order(StringComparer.Ordinal), $"consumers of {Index(node)}");
            Same([_nodes[0].ConfigurationHash], [node.ConfigurationHash], "hashes");
        }
        // One that has just begun anew counts only once it has reported; until then another's word is enough.
        while (_opas.Exists(opa => opa.ActiveRevision != _opas[0].ActiveRevision) && TimeProvider.System.GetUtcNow() <= deadline)
            await Task.Delay(100, _cancellationToken);
        Same([_opas[0].ActiveRevision!], _opas.Select(opa => opa.ActiveRevision!).Distinct(StringComparer.Ordinal), "bundles of OPAs");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.OfType<StrataProcess>())
            await server.DisposeAsync();
        foreach (var port in _ports)
            port.Dispose();
        foreach (var opa in _opas)
            await opa.DisposeAsync();
        foreach (var node in _nodes)
            await node.DisposeAsync();
        _admin?.Dispose();
        _data.Dispose();
    }

    private async Task ServeAsync(int index)
    {
        if (_servers[index] is { } former)
            await former.DisposeAsync();
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports[index].Number}");
        _servers[index] = await StrataProcess.StartAsync(new Dictionary<string, string>(_settings, StringComparer.Ordinal) { ["ASPNETCORE_URLS"] = url }, _cancellationToken);
    }

    private async Task FurnishAsync()
    {
        _admin = await Caller.AdminAsync(Server, _cancellationToken);
        await DoAsync(new Ask("POST", "/v1/platforms", $$"""{"id":"{{Brand}}","displayName":"D.Coder"}"""));
        await QuotaAsync($"/v1/platforms/{Brand}/config", 600);
        foreach (var tenant in Tenants)
            await DoAsync(new Ask("POST", "/v1/tenants", $$"""{"id":"{{tenant}}","platform":"{{Brand}}","displayName":"{{tenant}}"}"""));
        var key = (await _admin.GetAsync(Server, "/opa/keys", _cancellationToken)).Json["keys"]![0]!;
        foreach (var server in _servers)
        {
            _opas.Add(SimulatedOpa.Start(new SimulatedOpaOptions
            {
                Service = new Uri(server!.Address, "/opa/"),
                Resource = $"bundles/{Brand}",
                Bundle = Brand,
                Token = _admin.Token,
                Key = new OpaKey((string)key["kid"]!, (string)key["alg"]!, (string)key["pem"]!),
                LongPolling = TimeSpan.FromSeconds(1),
                MinDelay = TimeSpan.FromMilliseconds(100),
                MaxDelay = TimeSpan.FromSeconds(1),
            }));
        }
    }

    private Task QuotaAsync(string path, int requests) =>
        DoAsync(new Ask("PATCH", path, string.Create(CultureInfo.InvariantCulture, $$$"""{"quotas":{"requestsPerMinute":{{{requests}}}}}""")) { IfMatch = "*" });

    private async Task TurnAsync(string tenant)
    {
        var suspends = _suspended.Add(tenant);
        if (!suspends)
            _suspended.Remove(tenant);
        await DoAsync(new Ask("POST", $"/v1/tenants/{tenant}/{(suspends ? "suspend" : "resume")}", "{}"));
    }

    /// <summary>Asks until there is an answer; a tenant may well be refused more than its platform grants.</summary>
    private async Task DoAsync(Ask ask)
    {
        _story.Add($"{ask.Method} {ask.Path} {ask.Body}");
        var got = await _admin.InsistAsync(Server, ask with { Key = Guid.CreateVersion7().ToString() }, _cancellationToken);
        if (!got.IsOk && got.Status != HttpStatusCode.UnprocessableEntity)
            throw new InvalidOperationException(Told($"{ask} was answered with {got}"));
    }

    private SimulatedFault Fault() => new(_random.Next(5) switch
    {
        0 => FaultKind.Answer,
        1 => FaultKind.AnswerAfterActing,
        2 => FaultKind.Delay,
        3 => FaultKind.DropBeforeActing,
        _ => FaultKind.DropAfterActing,
    })
    {
        Calls = _random.Next(1, 4),
        Path = _random.Next(2) == 0 ? "/config" : null,
        Status = _random.Next(3) switch { 0 => 429, 1 => 503, _ => 500 },
        RetryAfter = 1,
        Time = TimeSpan.FromMilliseconds(_random.Next(2000)),
    };

    private async Task RestartAsync(SimulatedKong node)
    {
        if (_down.Contains(node))
            return;
        Disturb($"{Index(node)} restarts");
        await node.RestartAsync(_cancellationToken);
        Disturb($"{Index(node)} is back");
    }

    private async Task ToggleAsync(SimulatedKong node)
    {
        Disturb($"{Index(node)} is switched");
        if (_down.Remove(node))
            await node.ComeBackAsync(_cancellationToken);
        else if (_down.Add(node))
            await node.GoDownAsync(_cancellationToken);
    }

    private async Task KillAsync(int index)
    {
        _story.Add(string.Create(CultureInfo.InvariantCulture, $"server {index} is killed"));
        if (_servers[index] is { IsAlive: true } server)
            await server.KillAsync();
        await ServeAsync(index);
    }

    private void Disturb(string how)
    {
        _story.Add(how);
        _disturbed = TimeProvider.System.GetUtcNow();
    }

    /// <summary>Nobody but delivery changes anything meanwhile, so what was proven after the last disturbance must be so.</summary>
    private async Task CheckAsync(string tenant)
    {
        var kong = (await SyncAsync(tenant)).Single(item => (string?)item!["target"] == "kong")!;
        if ((string?)kong["status"] == "Synced" && Moment(kong) > _disturbed + AttemptsEnd)
            await CompareAsync(tenant);
    }

    private async Task<JsonArray> SyncAsync(string tenant) =>
        (JsonArray)(await _admin.InsistAsync(Server, new Ask("GET", $"/v1/tenants/{tenant}/sync"), _cancellationToken)).Json["items"]!;

    private async Task CompareAsync(string tenant)
    {
        var document = (await _admin.InsistAsync(Server, new Ask("GET", $"/v1/tenants/{tenant}/config"), _cancellationToken)).Json;
        foreach (var node in _nodes)
        {
            var id = (string?)node.Entities("consumers").SingleOrDefault(consumer => (string?)consumer["username"] == tenant)?["id"];
            var limit = node.Entities("plugins").SingleOrDefault(plugin => (string?)plugin["name"] == "rate-limiting" && (string?)plugin["consumer"]?["id"] == id);
            var hasAccess = node.Entities("acls").Any(acl => (string?)acl["consumer"]?["id"] == id);
            Same(
                [$"{document["quotas"]!["requestsPerMinute"]} {!_suspended.Contains(tenant)}"],
                [$"{limit?["config"]?["minute"]} {hasAccess}"],
                $"limit and access of {tenant} at {Index(node)}");
        }
    }

    private void Same(IEnumerable<string> expected, IEnumerable<string> actual, string what)
    {
        var (wanted, found) = (string.Join(", ", expected), string.Join(", ", actual));
        if (wanted != found)
            throw new InvalidOperationException(Told($"{what}: [{found}] instead of [{wanted}]"));
    }

    private string Index(SimulatedKong node) => string.Create(CultureInfo.InvariantCulture, $"node {_nodes.IndexOf(node)}");

    private string Told(string what) => $"{what}\nuntil then:\n{string.Join('\n', _story)}\n{Server.LastWords}";

    private static DateTimeOffset Moment(JsonNode item) =>
        item["provenAt"] is { } at ? DateTimeOffset.Parse((string)at!, CultureInfo.InvariantCulture) : DateTimeOffset.MinValue;
}
