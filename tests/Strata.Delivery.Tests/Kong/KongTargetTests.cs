using System.Text;
using System.Text.Json.Nodes;
using Strata.Delivery.Kong;
using Strata.Delivery.Loop;
using Strata.Embedded;
using Strata.Embedded.Kong;

namespace Strata.Delivery.Tests.Kong;

public sealed class KongTargetTests
{
    private static ChangingFleet Fleet => new ChangingFleet().Tenant("acme").Tenant("globex");

    [Fact]
    public async Task A_node_is_in_line_when_it_reports_the_hash_of_the_text()
    {
        await using var run = await KongRun.SyncedAsync(Fleet);

        var prepared = await run.PrepareAsync();

        Assert.True(prepared.Plan.IsEmpty);
        Assert.Equal(run.Node.ConfigurationHash, prepared.Desired);
        Assert.Equal(["acme", "globex"], run.Node.Entities("consumers").Select(consumer => (string?)consumer["username"]));
    }

    [Fact]
    public async Task A_look_at_a_node_in_line_is_one_call()
    {
        await using var run = await KongRun.SyncedAsync(Fleet);
        var before = run.Node.Calls.Length;

        await run.PrepareAsync();

        Assert.Equal(["GET /status"], run.Calls(before));
    }

    [Fact]
    public async Task A_change_is_one_push_and_a_look_before_and_after()
    {
        var fleet = Fleet;
        await using var run = await KongRun.SyncedAsync(fleet);
        var before = run.Node.Calls.Length;

        fleet.Tenant("acme", """{"quotas":{"requestsPerMinute":60}}""");
        await run.DeliverAsync();

        Assert.Equal(["GET /status", "POST /config", "GET /status"], run.Calls(before));
        Assert.Contains(run.Node.Entities("plugins"), plugin => plugin["config"]?["minute"]?.ToJsonString() == "60");
    }

    [Fact]
    public async Task A_restarted_node_gets_its_configuration_again()
    {
        await using var run = await KongRun.SyncedAsync(Fleet);
        var hash = run.Node.ConfigurationHash;
        await run.Node.RestartAsync(TestContext.Current.CancellationToken);

        var outcome = await run.DeliverAsync();

        Assert.Equal(OutcomeKind.Applied, outcome.Kind);
        Assert.Equal(hash, run.Node.ConfigurationHash);
    }

    [Theory]
    [InlineData(FaultKind.DropAfterActing, 0)]
    [InlineData(FaultKind.AnswerAfterActing, 500)]
    [InlineData(FaultKind.AnswerAfterActing, 504)]
    public async Task A_push_that_took_effect_without_saying_so_is_not_repeated(FaultKind fault, int status)
    {
        await using var run = await KongRun.StartAsync(Fleet);
        run.Fails(fault, status);

        var outcome = await run.DeliverAsync();

        Assert.Equal(OutcomeKind.Applied, outcome.Kind);
        Assert.Equal(1, run.Pushes);
    }

    [Theory]
    [InlineData(FaultKind.DropBeforeActing, 0)]
    [InlineData(FaultKind.Answer, 500)]
    [InlineData(FaultKind.Answer, 504)]
    [InlineData(FaultKind.Answer, 503)]
    public async Task A_push_without_effect_has_failed_and_is_tried_again(FaultKind fault, int status)
    {
        await using var run = await KongRun.StartAsync(Fleet);
        run.Fails(fault, status);

        Assert.Equal(OutcomeKind.Failed, (await run.DeliverAsync()).Kind);
        Assert.Equal(OutcomeKind.Applied, (await run.DeliverAsync()).Kind);
    }

    [Fact]
    public async Task A_201_without_effect_is_no_proof()
    {
        await using var run = await KongRun.StartAsync(Fleet);
        run.Fails(FaultKind.Answer, 201);

        Assert.Equal(OutcomeKind.Failed, (await run.DeliverAsync()).Kind);
    }

    [Fact]
    public async Task A_busy_node_is_left_alone_for_as_long_as_it_asks()
    {
        await using var run = await KongRun.StartAsync(Fleet);
        run.Fails(FaultKind.Answer, 429, retryAfter: 7);

        var outcome = await run.DeliverAsync();

        Assert.Equal((OutcomeKind.Waiting, TimeSpan.FromSeconds(7)), (outcome.Kind, outcome.Pause));
    }

    [Fact]
    public async Task A_text_that_is_too_large_names_the_settings_of_the_node()
    {
        await using var run = await KongRun.StartAsync(Fleet, new SimulatedKongOptions { MaxBodyBytes = 1000 });

        var outcome = await run.DeliverAsync();

        Assert.Equal(OutcomeKind.Stalled, outcome.Kind);
        Assert.Contains("KONG_NGINX_ADMIN_CLIENT_MAX_BODY_SIZE", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_names_the_tenant_and_where_it_is_configured()
    {
        await using var run = await KongRun.StartAsync(Fleet.Tenant("acme", """{"quotas":{"requestsPerMinute":0}}"""));

        var outcome = await run.DeliverAsync();

        var refused = Assert.Single(outcome.Conditions, condition => condition.Type == "Refused");
        Assert.Equal((OutcomeKind.Stalled, "acme"), (outcome.Kind, refused.Tenant?.Text));
        Assert.Equal("Kong refuses plugin acme/rate-limiting config.minute (/quotas/requestsPerMinute): value must be greater than 0", refused.Message);
    }

    [Fact]
    public async Task What_Kong_loses_when_it_tells_faults_by_entity_is_asked_for_again()
    {
        await using var run = await KongRun.StartAsync(Fleet);
        var text = KongText.Of(new KongConfiguration([], [], [])) with
        {
            Utf8 = Encoding.UTF8.GetBytes("""{"_format_version":"3.0","consumers":[{"username":"a","custom_id":"x"},{"username":"b","custom_id":"x"}]}"""),
        };
        using var client = new KongClient(run.Target.Parts[0], [], TimeProvider.System);

        var outcome = await new KongApply(client, text, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(OutcomeKind.Stalled, outcome.Kind);
        Assert.Contains("consumer b: uniqueness violation", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_changed_by_hand_is_shown_field_by_field_and_put_back()
    {
        await using var run = await KongRun.SyncedAsync(Fleet);
        var hash = run.Node.ConfigurationHash;
        await EditAsync(run, acme => acme["plugins"]![0]!["config"]!["minute"] = 5);

        var plan = (await run.PrepareAsync()).Plan;
        var outcome = await run.DeliverAsync();

        var operation = Assert.Single(plan.Operations);
        Assert.Equal((OperationKind.Update, "plugin", "acme/rate-limiting"), (operation.Op, operation.Kind, operation.Key));
        Assert.Equal(("config.minute", "5", "600"), Assert.Single(operation.Fields) is var field ? (field.Name, field.Old?.ToString(), field.New?.ToString()) : default);
        Assert.Equal((OutcomeKind.Applied, hash), (outcome.Kind, run.Node.ConfigurationHash));
        Assert.Contains("acme/rate-limiting config.minute 5 → 600", Assert.Single(outcome.Conditions, condition => condition.Type == "Drifted").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_put_back_is_told_until_the_next_change()
    {
        var fleet = Fleet;
        await using var run = await KongRun.SyncedAsync(fleet);
        await EditAsync(run, acme => acme["plugins"]![0]!["enabled"] = false);
        await run.DeliverAsync();

        var after = await run.DeliverAsync();
        fleet.Tenant("initech");
        await run.DeliverAsync();
        var later = await run.DeliverAsync();

        Assert.Contains(after.Conditions, condition => condition is { Type: "Drifted", Status: false, Reason: "PutBack" });
        Assert.DoesNotContain(later.Conditions, condition => condition.Type == "Drifted");
    }

    [Fact]
    public async Task Credentials_are_in_no_plan()
    {
        await using var run = await KongRun.SyncedAsync(Fleet);
        await EditAsync(run, acme =>
        {
            acme["keyauth_credentials"] = new JsonArray(new JsonObject { ["key"] = "super-secret-1" });
            acme["jwt_secrets"] = new JsonArray(new JsonObject { ["key"] = "acme", ["secret"] = "super-secret-2" });
        });

        var prepared = await run.PrepareAsync(isExplained: true);

        Assert.Equal(["jwt_secret", "keyauth_credential"], prepared.Plan.Operations.Select(operation => operation.Kind));
        Assert.DoesNotContain("super-secret", string.Join('\n', prepared.Plan.Operations.Select(KongPlan.Line)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_is_only_reported_on_shows_its_drift_and_keeps_it()
    {
        await using var run = await KongRun.SyncedAsync(Fleet);
        await EditAsync(run, acme => acme["acls"]!.AsArray().Clear());
        await using var reporting = await KongRun.StartAsync(Fleet);
        reporting.Options = run.Options with { Mode = TargetMode.Report };
        reporting.Memory = run.Memory;

        var prepared = await reporting.PrepareAsync();

        Assert.Contains(prepared.Conditions, condition => condition is { Type: "Drifted", Status: true });
        Assert.Equal(["acl", "acl"], prepared.Plan.Operations.Select(operation => operation.Kind));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Objects_of_others_block_the_first_push_unless_they_may_be_replaced(bool adopt)
    {
        await using var run = await KongRun.StartAsync(Fleet);
        run.Options = run.Options with { Adopt = adopt };
        run.Node.Edit("""{"_format_version":"3.0","services":[{"name":"legacy","host":"legacy.example"}]}""");

        var plan = (await run.PrepareAsync()).Plan;

        Assert.Contains(plan.Operations, operation => operation is { Op: OperationKind.Delete, Kind: "service", Key: "legacy" });
        Assert.Equal(adopt, plan.Blocked is null);
        Assert.True(adopt || plan.Blocked!.Contains("service legacy", StringComparison.Ordinal), plan.Blocked);
    }

    [Fact]
    public async Task A_plan_for_people_lists_objects_and_fields()
    {
        var fleet = Fleet;
        await using var run = await KongRun.SyncedAsync(fleet);
        fleet.Tenant("acme", """{"quotas":{"requestsPerMinute":60}}""").Tenant("globex", status: "offboarded");

        var plan = (await run.PrepareAsync(isExplained: true)).Plan;

        Assert.Equal(
            ["delete consumer globex", "update plugin acme/rate-limiting config.minute 600 → 60"],
            plan.Operations.Select(KongPlan.Line).Where(line => line.Contains("consumer", StringComparison.Ordinal) || line.Contains("acme", StringComparison.Ordinal)));
        Assert.Equal((4, 3, 1), (plan.Existing, plan.Desired, plan.Deleted));
    }

    [Fact]
    public async Task A_mass_deletion_is_found_without_reading_the_node_and_then_shown_whole()
    {
        var fleet = new ChangingFleet().Tenants(12);
        await using var run = await KongRun.SyncedAsync(fleet);
        fleet.Tenants(9, status: "offboarded");

        var (cheap, explained) = ((await run.PrepareAsync()).Plan, (await run.PrepareAsync(isExplained: true)).Plan);

        Assert.NotNull(Guard.Check(cheap, run.Target.Pace));
        Assert.Equal(9, cheap.Deleted);
        Assert.Equal(explained.Hash, cheap.Hash);
    }

    [Fact]
    public async Task The_same_content_in_another_text_differs_by_its_hash_alone()
    {
        await using var run = await KongRun.SyncedAsync(Fleet);
        await EditAsync(run, _ => { });

        var operation = Assert.Single((await run.PrepareAsync()).Plan.Operations);

        Assert.Equal("configuration_hash", Assert.Single(operation.Fields).Name);
    }

    [Fact]
    public async Task A_node_of_another_generation_gets_nothing()
    {
        await using var run = await KongRun.StartAsync(Fleet, new SimulatedKongOptions { Version = "4.0.0" });

        var outcome = await run.DeliverAsync();

        Assert.Equal((OutcomeKind.Failed, 0), (outcome.Kind, run.Pushes));
        Assert.Contains(outcome.Conditions, condition => condition is { Type: "Refused", Reason: "WrongVersion" });
    }

    [Fact]
    public async Task A_node_that_is_away_is_told_as_unknown()
    {
        await using var run = await KongRun.SyncedAsync(Fleet);
        await run.Node.GoDownAsync(TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<TargetException>(() => run.PrepareAsync());
    }

    /// <summary>Sends the configuration as an operator would who has changed something about acme.</summary>
    private static async Task EditAsync(KongRun run, Action<JsonNode> change)
    {
        var text = KongFile.Render(await run.InstallationAsync(), run.Options.Facts).Content;
        var document = JsonNode.Parse(text)!;
        change(document["consumers"]!.AsArray().First(consumer => (string?)consumer!["username"] == "acme")!);
        run.Node.Edit(document.ToJsonString(new() { WriteIndented = true }));
    }
}
