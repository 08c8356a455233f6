using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Strata.Embedded.Opa;

namespace Strata.Server.Tests.Policies;

public sealed class OpaSyncTests(StrataFixture fixture)
{
    [Fact]
    public async Task A_change_is_synced_only_after_an_opa_has_reported_its_bundle()
    {
        await using var world = await OpaWorld.StartAsync(fixture);
        await using var opa = await world.OpaAsync();
        await world.SyncedAsync();
        var before = opa.ActiveRevision;

        (await world.SwitchOffAsync()).Ok();
        var synced = await world.SyncedAsync();

        Assert.NotEqual(before, opa.ActiveRevision);
        Assert.Equal(await world.RevisionAsync(), opa.ActiveRevision);
        Assert.Equal(await world.EffectiveRevisionAsync(), (string?)synced["appliedRevision"]);
        Assert.Equal("Healthy", (string?)synced["health"]);
        Assert.NotNull(synced["provenAt"]);
    }

    [Fact]
    public async Task Without_an_opa_nothing_is_known()
    {
        await using var world = await OpaWorld.StartAsync(fixture);

        var sync = await world.SyncAsync(sync => sync["message"] is not null && sync["conditions"]!.AsArray().Count > 0);

        Assert.Equal("Unknown", (string?)sync["status"]);
        Assert.StartsWith("No OPA has reported yet", (string?)sync["message"], StringComparison.Ordinal);
        Assert.Equal("False", (string?)sync["conditions"]!.AsArray().Single(condition => (string?)condition!["type"] == "Reporting")!["status"]);
    }

    [Fact]
    public async Task One_of_two_that_does_not_report_the_newest_bundle_keeps_it_out_of_sync()
    {
        await using var world = await OpaWorld.StartAsync(fixture);
        await using var one = await world.OpaAsync();
        await using var two = await world.OpaAsync();
        await world.SyncAsync(sync => (string?)sync["status"] == "Synced" && sync.ToJsonString().Contains("2 OPAs report.", StringComparison.Ordinal));

        two.Reports = false;
        (await world.SwitchOffAsync()).Ok();
        var revision = await world.RevisionAsync();
        await Task.WhenAll(one.WaitForRevisionAsync(revision, TestContext.Current.CancellationToken), two.WaitForRevisionAsync(revision, TestContext.Current.CancellationToken));
        var sync = await world.SyncAsync(sync => ((string?)sync["message"])?.StartsWith("1 of 2 OPAs", StringComparison.Ordinal) == true);

        Assert.Equal("OutOfSync", (string?)sync["status"]);
    }

    [Fact]
    public async Task A_change_that_was_taken_back_is_proven_anew()
    {
        await using var world = await OpaWorld.StartAsync(fixture);
        await using var opa = await world.OpaAsync();
        await world.SyncedAsync();
        var first = await world.RevisionAsync();
        (await world.SwitchOffAsync()).Ok();
        await world.SyncedAsync();

        (await world.Admin.PatchAsync("/v1/tenants/acme/overrides", """{"llm":null}""")).Ok();
        await world.SyncedAsync();

        Assert.Equal(first, await world.RevisionAsync());
        Assert.Equal(first, opa.ActiveRevision);
    }

    [Fact]
    public async Task What_an_opa_says_about_a_failure_is_shown()
    {
        await using var world = await OpaWorld.StartAsync(fixture);
        (await world.SendStatusAsync("opa-1", "older", """{"code":"bundle_error","message":"digest mismatch"}""")).Ok();

        var sync = await world.SyncAsync(sync => (string?)sync["health"] == "Degraded");

        Assert.Equal("OutOfSync", (string?)sync["status"]);
        Assert.Equal("OPA 'opa-1' keeps its bundle: digest mismatch", (string?)sync["message"]);
    }

    [Fact]
    public async Task One_that_falls_silent_counts_no_longer()
    {
        await using var world = await OpaWorld.StartAsync(fixture, ("Targets:Opa:ReportLifetime", "00:00:03"));
        var revision = await world.RevisionAsync();
        await ReportUntilSyncedAsync();

        var sync = await world.SyncAsync(sync => (string?)sync["status"] == "Unknown");

        Assert.Contains("the last was 'opa-1'", (string?)sync["message"], StringComparison.Ordinal);
        await ReportUntilSyncedAsync();

        Task ReportUntilSyncedAsync() => OpaWorld.UntilAsync(
            async () =>
            {
                (await world.SendStatusAsync("opa-1", revision)).Ok();
                return (string?)(await world.SyncAsync())["status"] == "Synced";
            },
            () => "not synced");
    }

    [Fact]
    public async Task A_plan_names_each_opa_that_lags_and_what_it_lacks()
    {
        await using var world = await OpaWorld.StartAsync(fixture);
        (await world.SendStatusAsync("opa-1", "older")).Ok();

        var plan = (await world.Admin.SendAsync("POST", "/v1/targets/opa/reconcile?mode=plan&scope=tenant:acme", "{}")).Ok();

        var operation = plan.Json["operations"]!.AsArray().Single()!;
        Assert.Equal("opa-1", (string?)operation["key"]);
        Assert.Equal($$"""[{"name":"revision","old":"older","new":"{{await world.RevisionAsync()}}"}]""", operation["fields"]!.ToJsonString());
    }

    [Fact]
    public async Task A_target_that_is_off_serves_bundles_and_is_not_looked_at()
    {
        await using var world = await OpaWorld.StartAsync(fixture, ("Targets:Opa:Mode", "off"));

        Assert.NotEmpty(await world.RevisionAsync());
        Assert.Equal("Disabled", (string?)(await world.SyncAsync())["status"]);
    }

    [Fact]
    public async Task Nobody_reports_for_a_platform_that_is_not_its_own()
    {
        var (own, foreign) = (await fixture.PlatformAsync(), await fixture.PlatformAsync());
        var body = $$$"""{"labels":{"id":"opa-1"},"bundles":{"{{{own}}}":{"active_revision":"a"},"{{{foreign}}}":{"active_revision":"a"},"no-such-brand":{},"Other/bundle":{} }}""";

        var service = (await (await fixture.CallerAsync("service", own)).SendAsync("POST", "/opa/status", body)).Ok();
        var ofTenant = (await (await fixture.CallerAsync("service", tenant: await fixture.TenantAsync(own))).SendAsync("POST", "/opa/status", body)).Ok();

        Assert.Equal($$"""{"platforms":["{{own}}"]}""", service.Text);
        Assert.Equal("""{"platforms":[]}""", ofTenant.Text);
        (await (await fixture.CallerAsync("auditor", own)).SendAsync("POST", "/opa/status", body)).Is(HttpStatusCode.Forbidden, "forbidden");
        (await fixture.Server.SendAsync("POST", "/opa/logs", "[]")).Is(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Theory]
    [InlineData("{}", "invalid_argument")]
    [InlineData("""{"labels":{"id":7},"bundles":{}}""", "invalid_argument")]
    [InlineData("""{"labels":{"id":"a\u0000b"},"bundles":{}}""", "invalid_argument")]
    [InlineData("""{"labels":{"id":"a\ud800b"},"bundles":{}}""", "invalid_argument")]
    [InlineData("""{"labels":""", "malformed_json")]
    [InlineData("null", "invalid_argument")]
    public async Task A_report_without_a_sender_is_refused(string body, string code) =>
        (await (await fixture.CallerAsync("service")).SendAsync("POST", "/opa/status", body)).Is(HttpStatusCode.BadRequest, code);

    [Fact]
    public async Task Metrics_and_members_that_nobody_knows_are_passed_over()
    {
        var platform = await fixture.PlatformAsync();
        var body = $$$"""
            {"labels":{"id":"opa-2","version":"1.4.2"},"metrics":{"prometheus":{"go_gc":{"value":18446744073709551615} }},
            "bundles":{"{{{platform}}}":{"name":"x","active_revision":"a","size":9223372036854775807,"metrics":{"timer_ns":1} }},"later":[[[1]]]}
            """;

        Assert.Equal($$"""{"platforms":["{{platform}}"]}""", (await (await fixture.CallerAsync("service")).SendAsync("POST", "/opa/status", body)).Ok().Text);
    }

    [Fact]
    public async Task Decision_logs_tell_the_revision_of_an_opa_that_reports_nothing_else()
    {
        await using var world = await OpaWorld.StartAsync(fixture);
        await using var opa = await world.OpaAsync(reports: false);
        await opa.WaitForRevisionAsync(await world.RevisionAsync(), TestContext.Current.CancellationToken);

        // What is logged before the server knows its own newest bundle proves nothing of it.
        await OpaWorld.UntilAsync(
            async () =>
            {
                Assert.Equal(HttpStatusCode.OK, await opa.LogAsync([new OpaDecision("strata/egress/allow", JsonNode.Parse("""{"tenant":"acme"}"""), JsonValue.Create(true))], TestContext.Current.CancellationToken));
                return (string?)(await world.SyncAsync())["status"] == "Synced";
            },
            () => "not synced");
    }

    [Fact]
    public async Task Decision_logs_that_unpack_to_too_much_or_are_none_are_refused()
    {
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await LogAsync(Pack(new string(' ', 65 << 20))));
        Assert.Equal(HttpStatusCode.BadRequest, await LogAsync(Pack("[{")));
        Assert.Equal(HttpStatusCode.BadRequest, await LogAsync(Encoding.UTF8.GetBytes("no gzip")));
    }

    private async Task<HttpStatusCode> LogAsync(byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/opa/logs") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentEncoding.Add("gzip");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await fixture.Server.TokenAsync("service"));
        using var answer = await fixture.Server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static byte[] Pack(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }
}
