using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Strata.Embedded.Opa;
using Strata.Testing;

namespace Strata.Embedded.Tests.Opa;

public sealed class SimulatedOpaTests : IAsyncLifetime
{
    private readonly BundleService _service = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SimulatedOpaOptions Options => new()
    {
        Service = _service.Address,
        Resource = "bundles/acme",
        Bundle = "acme",
        Token = "secret",
        MinDelay = TimeSpan.Zero,
        MaxDelay = TimeSpan.FromMilliseconds(1),
    };

    public async ValueTask InitializeAsync() => await _service.StartAsync(Token);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_signed_bundle_comes_into_force()
    {
        _service.Serve(new Bundle().Signed("acme"), "\"e1\"");
        await using var opa = SimulatedOpa.Start(Options with { Key = Bundle.PublicKey, Scope = "acme" });

        await opa.WaitForRevisionAsync("7", Token);

        Assert.Equal(2, opa.Data["acme"]!["😀"]!.GetValue<int>());
        Assert.Equal(Bundle.Policy, opa.Policies["acme/authz.rego"]);
    }

    [Fact]
    public async Task A_bundle_with_a_wrong_signature_does_not_come_into_force_and_is_reported()
    {
        _service.Serve(new Bundle().Signed("umbra"), "\"e1\"");
        await using var opa = SimulatedOpa.Start(Options with { Key = Bundle.PublicKey, Scope = "acme" });

        Assert.Equal("scope mismatch", await opa.WaitForFailureAsync(Token));

        var bundle = (await _service.Reports.NextAsync(Token))["bundles"]!["acme"]!;
        Assert.Null(opa.ActiveRevision);
        Assert.Equal(("bundle_error", "scope mismatch"), (bundle["code"]!.GetValue<string>(), bundle["message"]!.GetValue<string>()));
        Assert.Null(bundle["active_revision"]);
        Assert.Equal("0001-01-01T00:00:00Z", bundle["last_successful_activation"]!.GetValue<string>());
    }

    [Fact]
    public async Task Polls_are_held_and_name_the_bundle_in_force()
    {
        await using var opa = SimulatedOpa.Start(Options with { LongPolling = TimeSpan.FromSeconds(30) });
        await opa.WaitForRevisionAsync("7", Token);

        _service.Serve(new Bundle().With(".manifest", """{"revision":"8"}"""), "W/\"e2\"");
        await opa.WaitForRevisionAsync("8", Token);
        _service.Serve(new Bundle().With(".manifest", """{"revision":"9"}"""), "e3");
        await opa.WaitForRevisionAsync("9", Token);

        Assert.Equal(
            [null, "\"e1\"", "W/\"e2\""],
            _service.Polls.Take(3).Select(poll => poll.IfNoneMatch));
        Assert.All(_service.Polls, poll => Assert.Equal(("modes=snapshot,delta;wait=30", "Bearer secret"), (poll.Prefer, poll.Authorization)));
    }

    [Fact]
    public async Task A_service_that_does_not_hold_is_asked_in_the_plain_way()
    {
        _service.ContentType = "application/gzip";
        var time = new FakeTimeProvider();
        await using var opa = SimulatedOpa.Start(Options with { Time = time, MinDelay = TimeSpan.FromSeconds(60), MaxDelay = TimeSpan.FromSeconds(120) });
        await opa.WaitForRevisionAsync("7", Token);
        await _service.Reports.NextAsync(Token);

        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Single(_service.Polls);
        await Waiting.UntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(61));
                return _service.Polls.Count >= 2;
            },
            Token,
            "a second poll");

        Assert.Equal(("modes=snapshot,delta", "\"e1\"", "Bearer secret"), _service.Polls.Last());
    }

    [Fact]
    public async Task A_failing_service_leaves_the_bundle_in_force()
    {
        await using var opa = SimulatedOpa.Start(Options);
        await opa.WaitForRevisionAsync("7", Token);
        await _service.Reports.NextAsync(Token);

        _service.Failing = 401;
        _service.Serve(new Bundle().With(".manifest", """{"revision":"8"}"""), "e2");
        await opa.WaitForFailureAsync(Token);

        var failed = await NextReportAsync(bundle => bundle["code"] is not null).InTimeAsync(Token);
        Assert.Equal("7", failed["active_revision"]!.GetValue<string>());
        Assert.Equal(401, failed["http_code"]!.GetValue<int>());
        Assert.Equal("7", opa.ActiveRevision);
    }

    [Fact]
    public async Task A_report_names_the_instance_and_the_revision()
    {
        await using var opa = SimulatedOpa.Start(Options with { Labels = Options.Labels.Add("region", "eu") });

        var report = await _service.Reports.NextAsync(Token);

        Assert.Equal(opa.InstanceId, report["labels"]!["id"]!.GetValue<string>());
        Assert.Equal("eu", report["labels"]!["region"]!.GetValue<string>());
        var bundle = report["bundles"]!["acme"]!;
        Assert.Equal(("7", "snapshot"), (bundle["active_revision"]!.GetValue<string>(), bundle["type"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_silent_instance_still_takes_bundles()
    {
        await using var opa = SimulatedOpa.Start(Options);
        await _service.Reports.NextAsync(Token);

        opa.Reports = false;
        _service.Serve(new Bundle().With(".manifest", """{"revision":"8"}"""), "e2");
        await opa.WaitForRevisionAsync("8", Token);
        await opa.GoDownAsync();

        Assert.Equal(0, _service.Reports.Count);
    }

    [Fact]
    public async Task A_restart_loses_the_bundle_and_the_id()
    {
        await using var opa = SimulatedOpa.Start(Options);
        await opa.WaitForRevisionAsync("7", Token);
        var id = opa.InstanceId;

        await opa.GoDownAsync();
        var down = (opa.ActiveRevision, opa.Data.Count);
        opa.ComeBack();
        await opa.WaitForRevisionAsync("7", Token);

        Assert.Equal((null, 0), down);
        Assert.NotEqual(id, opa.InstanceId);
        Assert.Null(_service.Polls.Last(poll => poll.IfNoneMatch is null).IfNoneMatch);
    }

    [Fact]
    public async Task A_delta_changes_the_data_in_force()
    {
        await using var opa = SimulatedOpa.Start(Options);
        await opa.WaitForRevisionAsync("7", Token);

        const string Operations = """
            {"op":"upsert","path":"/acme/new/deep","value":1}, {"op":"remove","path":"/acme/z"}, {"op":"replace","path":"/acme/a","value":2}
            """;
        _service.Serve(Delta("""{"revision":"8","roots":["acme"]}""", Operations), "e2");
        await opa.WaitForRevisionAsync("8", Token);

        var data = opa.Data["acme"]!;
        Assert.Equal((1, 2, null), (data["new"]!["deep"]!.GetValue<int>(), data["a"]!.GetValue<int>(), data["z"]));
        Assert.Single(opa.Policies);
    }

    [Theory]
    [InlineData("""{"revision":"8","roots":["umbra"]}""", """{"op":"upsert","path":"/umbra/a","value":1}""", "roots of the delta differ")]
    [InlineData("""{"revision":"8","roots":["acme"]}""", """{"op":"replace","path":"/acme/none/a","value":1}""", "document does not exist")]
    public async Task A_delta_that_does_not_fit_is_refused(string manifest, string operations, string message)
    {
        await using var opa = SimulatedOpa.Start(Options);
        await opa.WaitForRevisionAsync("7", Token);

        _service.Serve(Delta(manifest, operations), "e2");

        Assert.Contains(message, await opa.WaitForFailureAsync(Token), StringComparison.Ordinal);
        Assert.Equal("7", opa.ActiveRevision);
    }

    [Theory]
    [InlineData("umbra/data.json", """{"a":1}""", "do not permit data at path '/umbra'")]
    [InlineData("data.json", """{"umbra":{"a":1}}""", "do not permit data at path '/umbra'")]
    [InlineData("acme/other.rego", "package umbra\n", "do not permit 'package umbra' in module '/acme/other.rego'")]
    [InlineData(".manifest", """{"roots":["acme","acme/authz"]}""", "manifest has overlapped roots: 'acme' and 'acme/authz'")]
    [InlineData("acme/data.json", "{", "bundle load failed on acme/data.json")]
    public async Task What_lies_outside_of_the_roots_is_refused(string name, string content, string message)
    {
        _service.Serve(new Bundle().With(name, content), "e2");
        await using var opa = SimulatedOpa.Start(Options);

        Assert.Contains(message, await opa.WaitForFailureAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decisions_are_uploaded_as_gzip()
    {
        await using var opa = SimulatedOpa.Start(Options);
        await opa.WaitForRevisionAsync("7", Token);

        OpaDecision[] decisions = [new("acme/authz/allow", new JsonObject { ["user"] = "u" }, true), new("acme/authz/none", null, null)];
        var status = await opa.LogAsync(decisions, Token);

        var logged = await _service.Logs.NextAsync(Token);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("7", logged[0]!["bundles"]!["acme"]!["revision"]!.GetValue<string>());
        Assert.True(logged[0]!["result"]!.GetValue<bool>());
        Assert.False(logged[1]!.AsObject().ContainsKey("result"));
    }

    private static Bundle Delta(string manifest, string operations) =>
        new Bundle().Without("acme/authz.rego").Without("acme/data.json").With(".manifest", manifest).With("patch.json", $$"""{"data":[{{operations}}]}""");

    private async Task<JsonNode> NextReportAsync(Func<JsonNode, bool> isWanted)
    {
        while (true)
        {
            if ((await _service.Reports.NextAsync(Token))["bundles"]!["acme"] is { } bundle && isWanted(bundle))
                return bundle;
        }
    }
}
