using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Strata.Storage.Tests;

public sealed class RepeatingWorkerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pass_that_fails_in_any_way_is_followed_by_another()
    {
        using var passes = new SemaphoreSlim(0);
        var clock = new FakeTimeProvider();
        var work = new RepeatedWork("a test", TimeSpan.FromMinutes(1), _ => passes.Release() >= 0 ? throw new FormatException("a bad row") : Task.CompletedTask);
        using var worker = new RepeatingWorker(work, clock, NullLogger<RepeatingWorker>.Instance);

        await worker.StartAsync(Cancel);

        Assert.True(await passes.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await passes.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        await worker.StopAsync(Cancel);
    }
}
