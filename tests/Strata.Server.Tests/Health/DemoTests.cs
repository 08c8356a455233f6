using System.Net;

namespace Strata.Server.Tests.Health;

public sealed class DemoTests(StrataFixture fixture)
{
    [Fact]
    public async Task A_new_installation_is_ready_after_its_demo_data_and_loads_it_once()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """{"items":[{"kind":"platform","id":"demo","document":{"displayName":"Demo","quotas":{"requestsPerMinute":5}}}]}""", TestContext.Current.CancellationToken);
        var settings = new Dictionary<string, string?>(await fixture.SettingsAsync(), StringComparer.Ordinal) { ["Demo:File"] = file };

        await using (var server = await TestServer.StartAsync(settings))
        {
            await UntilReadyAsync(server);
            var admin = new TestClient(server, await server.TokenAsync("platform-admin"));
            (await admin.PatchAsync("/v1/platforms/demo/config", """{"quotas":{"requestsPerMinute":6}}""")).Ok();
        }
        await using var second = await TestServer.StartAsync(settings);
        await UntilReadyAsync(second);

        var again = new TestClient(second, await second.TokenAsync("platform-admin"));
        Assert.Equal("""{"quotas":{"requestsPerMinute":6}}""", (await again.GetAsync("/v1/platforms/demo/config?layer=own")).Ok().Text);
        File.Delete(file);
    }

    private static async Task UntilReadyAsync(TestServer server)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromMinutes(2));
        while ((await server.SendAsync("GET", "/health/ready")).Status != HttpStatusCode.OK)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
    }
}
