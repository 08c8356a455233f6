using System.Net;
using System.Text.Json.Nodes;
using Strata.Embedded;
using Strata.Embedded.Webhooks;
using static Strata.Server.Tests.Webhooks.WebhookBench;

namespace Strata.Server.Tests.Webhooks;

public sealed class WebhookTests(StrataFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_change_is_told_once_in_order_and_signed()
    {
        await using var bench = await StartAsync(fixture);
        await bench.TenantAsync("acme");
        foreach (var quota in Enumerable.Range(1, 5))
            await bench.ChangeAsync("acme", quota);

        await UntilAsync(() => bench.Told("acme").Length == 6);

        Assert.Equal(["1 tenant.created", .. Enumerable.Range(2, 5).Select(number => $"{number} config.changed")], bench.Told("acme"));
        Assert.Empty(bench.Webhook.Complaints);
        Assert.Equal(bench.Webhook.Taken.Length, bench.Webhook.Taken.DistinctBy(taken => taken.Id).Count());
    }

    [Fact]
    public async Task A_change_of_the_platform_is_one_event_with_the_number_of_tenants()
    {
        await using var bench = await StartAsync(fixture);
        await bench.TenantAsync("acme");
        await bench.TenantAsync("bolt");

        (await bench.Admin.PatchAsync($"/v1/platforms/{Brand}/config", """{"quotas":{"requestsPerMinute":600}}""")).Ok();
        (await bench.Admin.SendAsync("POST", "/v1/apply", $$$$"""{"items":[{"kind":"platform","id":"{{{{Brand}}}}","document":{"quotas":{"requestsPerMinute":700}}}]}""")).Ok();

        await UntilAsync(() => OfPlatform().Length == 2);
        Assert.Equal([2, 2], OfPlatform().Select(told => (int?)told["payload"]!["tenantsAffected"]));

        JsonObject[] OfPlatform() => [.. bench.Webhook.Taken.Select(taken => taken.Body).Where(told => told["tenantId"] is null && (string?)told["platformId"] == Brand)];
    }

    [Fact]
    public async Task An_event_whose_answer_was_lost_comes_again_under_the_same_id_before_the_next()
    {
        await using var bench = await StartAsync(fixture);
        bench.Webhook.Script(new SimulatedFault(FaultKind.DropAfterActing) { Calls = 2 });
        await bench.TenantAsync("acme");
        await bench.ChangeAsync("acme", 1);

        await UntilAsync(() => bench.Told("acme").Length == 2);

        Assert.Equal(["1", "1", "1", "2"], bench.Webhook.Taken.Select(taken => taken.Body["sequence"]!.ToString()));
        Assert.Single(bench.Webhook.Taken.Take(3).Select(taken => taken.Id).Distinct());
    }

    [Theory]
    [InlineData(FaultKind.Answer, 302)]
    [InlineData(FaultKind.Answer, 503)]
    [InlineData(FaultKind.DropBeforeActing, 0)]
    public async Task Whatever_is_no_success_is_tried_again(FaultKind kind, int status)
    {
        await using var bench = await StartAsync(fixture);
        bench.Webhook.Script(new SimulatedFault(kind) { Status = status, Calls = 3 });

        await bench.TenantAsync("acme");

        await UntilAsync(() => bench.Told("acme").Length == 1);
        Assert.Equal(4, bench.Webhook.Calls.Length);
    }

    [Fact]
    public async Task Retry_After_is_honoured()
    {
        await using var bench = await StartAsync(fixture);
        bench.Webhook.Script(new SimulatedFault(FaultKind.Answer) { Status = 429, RetryAfter = 2 });

        await bench.TenantAsync("acme");
        await UntilAsync(() => bench.Told("acme").Length == 1);

        var calls = bench.Webhook.Calls;
        Assert.True(calls[1].At - calls[0].At >= TimeSpan.FromSeconds(1.9), $"Came again after {calls[1].At - calls[0].At}.");
    }

    [Fact]
    public async Task A_tenant_whose_events_are_refused_delays_no_other()
    {
        await using var bench = await StartAsync(fixture);
        bench.Webhook.Refuses = told => (string?)told["tenantId"] == "acme" ? 500 : null;
        await bench.TenantAsync("acme");
        await bench.TenantAsync("bolt");

        await UntilAsync(() => bench.Told("bolt").Length == 1);
        Assert.Empty(bench.Told("acme"));
        bench.Webhook.Refuses = null;

        await UntilAsync(() => bench.Told("acme").Length == 1);
    }

    [Fact]
    public async Task A_webhook_that_is_down_delays_no_other()
    {
        await using var down = await SimulatedWebhook.StartAsync(Secret, TimeProvider.System, Cancel);
        await using var bench = await StartAsync(fixture, ("Webhooks:down:Url", down.Address.ToString()), ("Webhooks:down:Secret", Secret));
        await down.GoDownAsync(Cancel);

        await bench.TenantAsync("acme");
        await UntilAsync(() => bench.Told("acme").Length == 1);
        await down.ComeBackAsync(Cancel);

        await UntilAsync(() => down.Taken.Length == 1);
    }

    [Fact]
    public async Task An_event_refused_too_often_becomes_a_dead_letter_and_can_be_replayed()
    {
        await using var bench = await StartAsync(fixture, ("Webhooks:billing:MaxAttempts", "3"));
        bench.Webhook.Refuses = told => (int?)told["sequence"] == 1 ? 500 : null;
        await bench.TenantAsync("acme");
        await bench.ChangeAsync("acme", 1);

        await UntilAsync(() => bench.Told("acme").Length == 1);
        var letter = Assert.Single(await bench.DeadLettersAsync())!;
        bench.Webhook.Refuses = null;
        (await bench.Admin.SendAsync("POST", $"/v1/webhooks/billing/dead-letters/{letter["eventId"]}/replay")).Is(HttpStatusCode.Accepted);

        await UntilAsync(async () => (await bench.DeadLettersAsync()).Count == 0);
        Assert.Equal("3 tenant:acme The webhook answered 500 Internal Server Error.", $"{letter["attempts"]} {letter["scope"]} {letter["error"]}");
        Assert.Equal(["2 config.changed", "1 tenant.created"], bench.Told("acme"));
    }

    [Fact]
    public async Task Who_replays_a_dead_letter_stands_in_the_audit()
    {
        await using var bench = await StartAsync(fixture, ("Webhooks:billing:MaxAttempts", "1"));
        bench.Webhook.Refuses = told => (int?)told["sequence"] == 1 ? 500 : null;
        await bench.TenantAsync("acme");
        await UntilAsync(async () => (await bench.DeadLettersAsync()).Count == 1);
        var letter = (string)(await bench.DeadLettersAsync())[0]!["eventId"]!;

        (await bench.Admin.SendAsync("POST", $"/v1/webhooks/billing/dead-letters/{letter}/replay")).Is(HttpStatusCode.Accepted);

        var said = (await bench.Admin.GetAsync("/v1/audit?tenant=acme&action=deadLetter.replayed")).Ok().Json["items"]!.AsArray();
        Assert.Equal($$"""{"eventId":"{{letter}}","webhook":"billing"}""", Assert.Single(said)!["details"]!.ToJsonString());
        Assert.Equal("true", (await bench.Admin.GetAsync("/v1/audit/verify?scope=all")).Ok().At("/valid"));
    }

    [Fact]
    public async Task A_replay_that_fails_stays_a_dead_letter_and_holds_nothing_up()
    {
        await using var bench = await StartAsync(fixture, ("Webhooks:billing:MaxAttempts", "1"));
        bench.Webhook.Refuses = told => (int?)told["sequence"] == 1 ? 500 : null;
        await bench.TenantAsync("acme");
        await UntilAsync(async () => (await bench.DeadLettersAsync()).Count == 1);
        var letter = (await bench.DeadLettersAsync())[0]!;

        (await bench.Admin.SendAsync("POST", $"/v1/webhooks/billing/dead-letters/{letter["eventId"]}/replay")).Is(HttpStatusCode.Accepted);
        await UntilAsync(async () => (int?)(await bench.DeadLettersAsync())[0]!["attempts"] == 2);
        await bench.ChangeAsync("acme", 1);

        await UntilAsync(() => bench.Told("acme").Length == 1);
        Assert.Equal("false", (await bench.DeadLettersAsync())[0]!["isReplaying"]!.ToJsonString());
    }

    [Fact]
    public async Task A_consumer_that_wants_nothing_more_is_left_alone_until_somebody_asks()
    {
        await using var bench = await StartAsync(fixture);
        bench.Webhook.Refuses = static _ => 410;
        await bench.TenantAsync("acme");
        await UntilAsync(async () => (await TargetAsync(bench))["health"]!.ToString() == "Degraded");
        var calls = bench.Webhook.Calls.Length;

        await bench.ChangeAsync("acme", 1);
        bench.Webhook.Refuses = null;
        await bench.TenantAsync("bolt");
        await UntilAsync(() => bench.Told("bolt").Length == 1);
        Assert.InRange(bench.Webhook.Calls.Length, calls + 1, calls + 2); // bolt's, and acme's once more where the change came during the first try
        (await bench.Admin.SendAsync("POST", "/v1/targets/events.billing/reconcile?scope=tenant:acme")).Ok();

        await UntilAsync(() => bench.Told("acme").Length == 2);
    }

    [Fact]
    public async Task Only_the_types_that_it_asks_for_are_sent()
    {
        await using var bench = await StartAsync(fixture, ("Webhooks:billing:Events", "tenant.*, sync.degraded"));
        await bench.TenantAsync("acme");
        await bench.ChangeAsync("acme", 1);
        (await bench.Admin.SendAsync("POST", "/v1/tenants/acme/suspend")).Ok();

        await UntilAsync(() => bench.Told("acme").Length == 2);

        Assert.Equal(["1 tenant.created", "3 tenant.suspended"], bench.Told("acme"));
    }

    [Fact]
    public async Task Whoever_takes_over_from_a_server_that_dies_in_the_middle_goes_on_without_a_gap()
    {
        await using var bench = await StartAsync(fixture, ("Delivery:Lease", "00:00:02"));
        bench.Webhook.Script(new SimulatedFault(FaultKind.Delay) { Time = TimeSpan.FromMinutes(5) });
        await bench.TenantAsync("acme");
        foreach (var quota in Enumerable.Range(1, 3))
            await bench.ChangeAsync("acme", quota);

        await bench.Server.DisposeAsync();
        await bench.StartServerAsync();

        await UntilAsync(() => bench.Told("acme").Length == 4);
        Assert.Equal(["1 tenant.created", "2 config.changed", "3 config.changed", "4 config.changed"], bench.Told("acme"));
    }

    [Fact]
    public async Task A_new_webhook_begins_with_what_happens_from_now_on()
    {
        await using var bench = await StartAsync(fixture);
        await bench.TenantAsync("acme");
        await UntilAsync(() => bench.Told("acme").Length == 1);
        await using var late = await SimulatedWebhook.StartAsync(Secret, TimeProvider.System, Cancel);
        bench.Set(("Webhooks:late:Url", late.Address.ToString()), ("Webhooks:late:Secret", Secret));
        await bench.Server.DisposeAsync();
        await bench.StartServerAsync();

        await bench.ChangeAsync("acme", 1);

        await UntilAsync(() => late.Taken.Length == 1);
        Assert.Equal("2", late.Taken.Single().Body["sequence"]!.ToString());
    }

    [Fact]
    public async Task A_tenants_sync_says_that_the_webhook_has_its_newest_revision()
    {
        await using var bench = await StartAsync(fixture);
        await bench.TenantAsync("acme");
        await bench.ChangeAsync("acme", 1);

        await UntilAsync(async () => (await bench.Admin.GetAsync("/v1/tenants/acme/sync")).Ok().At("/items/0/status") == "\"Synced\"");

        Assert.Equal(2, bench.Told("acme").Length);
    }

    private static async Task<JsonNode> TargetAsync(WebhookBench bench) => (await bench.Admin.GetAsync("/v1/targets")).Ok().Json["items"]![0]!;
}
