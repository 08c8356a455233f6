using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Strata.Delivery.Loop;
using Strata.Embedded;
using Strata.Embedded.Kong;
using Strata.Model.Delivery;

namespace Strata.Server.Tests.Targets;

/// <summary>Kong behind the real loop and the real queue, with a database and nodes of each test's own.</summary>
public sealed class KongDeliveryTests(StrataFixture fixture) : IAsyncLifetime
{
    private SimulatedKong _one = null!;
    private SimulatedKong _two = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _one = await SimulatedKong.StartAsync(new SimulatedKongOptions(), Token);
        _two = await SimulatedKong.StartAsync(new SimulatedKongOptions(), Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Fact]
    public async Task A_change_reaches_every_node_and_is_recorded_as_proven()
    {
        await using var server = await StartAsync(await SettingsAsync());

        await AcmeAsync(server);

        await EventuallyAsync(() => Task.FromResult(Serves(_one, "acme") && Serves(_two, "acme")));
        await EventuallyAsync(async () => await ProvenAsync(server, _one) == _one.ConfigurationHash);
    }

    [Fact]
    public async Task A_node_that_is_away_keeps_no_other_waiting_and_catches_up()
    {
        await using var server = await StartAsync(await SettingsAsync());
        await EventuallyAsync(() => Task.FromResult(_two.ConfigurationHash == _one.ConfigurationHash));
        await _one.GoDownAsync(Token);

        await AcmeAsync(server);

        await EventuallyAsync(() => Task.FromResult(Serves(_two, "acme")));
        await _one.ComeBackAsync(Token);
        await EventuallyAsync(() => Task.FromResult(Serves(_one, "acme")));
    }

    [Fact]
    public async Task A_node_changed_by_hand_is_put_back()
    {
        await using var server = await StartAsync(await SettingsAsync());
        await AcmeAsync(server);
        await EventuallyAsync(() => Task.FromResult(Serves(_one, "acme")));

        _one.Edit("""{"_format_version":"3.0","consumers":[{"username":"mallory"}]}""");

        await EventuallyAsync(() => Task.FromResult(Serves(_one, "acme") && !Serves(_one, "mallory")));
    }

    [Fact]
    public async Task A_refusal_is_not_repeated_until_something_changes()
    {
        _one.Script(new SimulatedFault(FaultKind.Answer) { Method = "POST", Status = 413, Calls = int.MaxValue });
        await using var server = await StartAsync(await SettingsAsync());
        await EventuallyAsync(() => Task.FromResult(_one.Calls.Any(call => call.Status == 413)));
        var looks = Looks(_one);
        await EventuallyAsync(() => Task.FromResult(Looks(_one) > looks + 1));
        var refused = _one.Calls.Count(call => call.Status == 413);

        await AcmeAsync(server);

        await EventuallyAsync(() => Task.FromResult(_one.Calls.Count(call => call.Status == 413) > 1));
        Assert.Equal(1, refused);
    }

    [Fact]
    public async Task A_node_that_is_no_longer_named_does_not_count()
    {
        var settings = await SettingsAsync();
        await using (var before = await StartAsync(settings))
        {
            await AcmeAsync(before);
            await EventuallyAsync(async () => await StatusAsync(before) == "Synced");
            await _two.GoDownAsync(Token);
            await EventuallyAsync(async () => await StatusAsync(before) != "Synced");
        }

        await using var after = await StartAsync(settings.Where(setting => setting.Key != "Targets:Kong:Nodes:1").ToDictionary(StringComparer.Ordinal));

        await EventuallyAsync(async () => await StatusAsync(after) == "Synced");
    }

    [Fact]
    public async Task Two_servers_share_the_nodes()
    {
        var settings = await SettingsAsync();
        await using var first = await StartAsync(settings);
        await using var second = await StartAsync(settings);

        await AcmeAsync(second);

        await EventuallyAsync(() => Task.FromResult(Serves(_one, "acme") && Serves(_two, "acme")));
    }

    [Fact]
    public async Task Who_approves_a_plan_stands_in_the_audit()
    {
        await using var server = await StartAsync(await SettingsAsync());
        await AcmeAsync(server);
        var admin = new TestClient(server, await server.TokenAsync("platform-admin"));
        await EventuallyAsync(() => Task.FromResult(Serves(_one, "acme") && Serves(_two, "acme")));
        var plan = (await admin.SendAsync("POST", "/v1/targets/kong/reconcile?mode=plan")).Ok().Json["hash"];

        (await admin.SendAsync("POST", $"/v1/targets/kong/reconcile?approve={plan}")).Ok();

        var said = (await admin.GetAsync("/v1/audit?action=plan.approved")).Ok().Json["items"]!.AsArray();
        Assert.Equal($$"""all {"plan":"{{plan}}","target":"kong"}""", $"{Assert.Single(said)!["scope"]} {said[0]!["details"]!.ToJsonString()}");
    }

    private async Task<IReadOnlyDictionary<string, string?>> SettingsAsync() => new Dictionary<string, string?>(await fixture.SettingsAsync(), StringComparer.Ordinal)
    {
        ["Targets:Kong:Nodes:0"] = _one.Address.AbsoluteUri,
        ["Targets:Kong:Nodes:1"] = _two.Address.AbsoluteUri,
        ["Delivery:FullPassInterval"] = "00:00:01",
        ["Delivery:PollInterval"] = "00:00:00.200",
        ["Delivery:MinBackOff"] = "00:00:00.100",
        ["Delivery:MaxBackOff"] = "00:00:01",
    };

    private static Task<TestServer> StartAsync(IReadOnlyDictionary<string, string?> settings) => TestServer.StartAsync(settings);

    private static async Task AcmeAsync(TestServer server)
    {
        var admin = new TestClient(server, await server.TokenAsync("platform-admin"));
        (await admin.SendAsync("POST", "/v1/platforms", """{"id":"brand","displayName":"Brand"}""")).Is(HttpStatusCode.Created);
        (await admin.SendAsync("POST", "/v1/tenants", """{"id":"acme","platform":"brand","displayName":"Acme"}""")).Is(HttpStatusCode.Created);
    }

    private static async Task<string?> StatusAsync(TestServer server)
    {
        var admin = new TestClient(server, await server.TokenAsync("platform-admin"));
        return (string?)(await admin.GetAsync("/v1/tenants/acme/sync")).Ok().Json["items"]!.AsArray().Single(item => (string?)item!["target"] == "kong")!["status"];
    }

    private static bool Serves(SimulatedKong node, string consumer) => node.Entities("consumers").Any(row => (string?)row["username"] == consumer);

    private static int Looks(SimulatedKong node) => node.Calls.Count(call => call.Path == "/status");

    private static async Task<string?> ProvenAsync(TestServer server, SimulatedKong node) => (await server.Services.GetRequiredService<IDeliveryStore>()
        .RecallAsync(new DeliveryKey(TargetId.Parse("kong"), Scope.All, node.Address.AbsoluteUri.TrimEnd('/')), Token)).Applied;

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
        deadline.CancelAfter(TimeSpan.FromMinutes(3));
        while (!await holds())
            await Task.Delay(50, deadline.Token);
    }
}
