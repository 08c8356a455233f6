using System.Net;
using Microsoft.Extensions.Options;
using static Strata.Server.Tests.Webhooks.WebhookBench;

namespace Strata.Server.Tests.Webhooks;

public sealed class WebhookEndpointsTests(StrataFixture fixture)
{
    [Theory]
    [InlineData("GET", "/v1/webhooks/nobody/dead-letters")]
    [InlineData("POST", "/v1/webhooks/nobody/dead-letters/5b1dc0de-7a53-8f6e-9d0c-2c8a1f0e4b11/replay")]
    public async Task A_webhook_that_the_settings_do_not_name_is_not_found(string method, string path) =>
        (await fixture.Admin.SendAsync(method, path)).Is(HttpStatusCode.NotFound, "not_found");

    [Theory]
    [InlineData("platform-admin", "dcoder")]
    [InlineData("service", null)]
    public async Task Dead_letters_are_for_those_who_operate_the_installation(string role, string? platform)
    {
        var caller = await fixture.CallerAsync(role, platform);

        (await caller.GetAsync("/v1/webhooks/billing/dead-letters")).Is(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task Dead_letters_come_in_pages_and_one_that_is_none_is_not_found()
    {
        await using var bench = await StartAsync(fixture, ("Webhooks:billing:MaxAttempts", "1"));
        bench.Webhook.Refuses = static _ => 500;
        foreach (var tenant in (string[])["acme", "bolt", "cole"])
            await bench.TenantAsync(tenant);
        await UntilAsync(async () => (await bench.DeadLettersAsync()).Count == 3);

        var first = (await bench.Admin.GetAsync("/v1/webhooks/billing/dead-letters?limit=2")).Ok().Json;
        var second = (await bench.Admin.GetAsync($"/v1/webhooks/billing/dead-letters?limit=2&cursor={first["nextCursor"]}")).Ok().Json;

        Assert.Equal(
            ["tenant:acme", "tenant:bolt", "tenant:cole"], first["items"]!.AsArray().Concat(second["items"]!.AsArray()).Select(letter => (string?)letter!["scope"]));
        Assert.Null(second["nextCursor"]);
        (await bench.Admin.SendAsync("POST", "/v1/webhooks/billing/dead-letters/5b1dc0de-7a53-8f6e-9d0c-2c8a1f0e4b11/replay")).Is(HttpStatusCode.NotFound, "not_found");
    }

    [Theory]
    [InlineData("Url", "billing.example", "Url must be an absolute address")]
    [InlineData("Secret", "whsec_dG9vIHNob3J0", "Secret must be whsec_")]
    [InlineData("Events", "tenant.renamed", "Events has 'tenant.renamed'")]
    [InlineData("MaxAttempts", "0", "MaxAttempts must be at least 1")]
    public async Task A_wrong_setting_stops_the_start_with_a_sentence_that_keeps_the_secret(string setting, string value, string sentence)
    {
        var settings = new Dictionary<string, string?>(await fixture.SettingsAsync(), StringComparer.Ordinal)
        {
            ["Webhooks:billing:Url"] = "http://127.0.0.1:9/",
            ["Webhooks:billing:Secret"] = Secret,
            [$"Webhooks:billing:{setting}"] = value,
        };

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => TestServer.StartAsync(settings));

        Assert.Contains($"Webhooks:billing:{sentence}", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(settings["Webhooks:billing:Secret"]!, refused.Message, StringComparison.Ordinal);
    }
}
