using StackExchange.Redis;
using Strata.Model;
using Strata.Storage.Effective;
using Strata.Testing;

namespace Strata.Storage.Tests.Effective;

public sealed class RedisTests(Servers servers)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Installations_on_one_redis_do_not_get_each_others_documents()
    {
        await using var one = await CreateAsync();
        await using var two = await CreateAsync();
        var (acme, vector) = (TenantId.Parse("acme"), RevisionVector.TryParse("core:x;platform:1")!);

        // A cache may miss at any time, so it is asked until it has not.
        ReadOnlyMemory<byte> found;
        using var deadline = Deadline();
        do
        {
            await one.Get<DocumentCache>().KeepAsync(acme, vector, "{}"u8.ToArray(), deadline.Token);
            found = await one.Get<DocumentCache>().FindAsync(acme, vector, deadline.Token);
        }
        while (found.IsEmpty);

        Assert.Equal("{}"u8.ToArray(), found.ToArray());
        Assert.True((await two.Get<DocumentCache>().FindAsync(acme, vector, Cancel)).IsEmpty);
    }

    [Fact]
    public async Task Changes_are_told_on_the_installations_own_channel()
    {
        await using var strata = await CreateAsync();
        await strata.StartAsync();
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{await servers.RedisAsync(Cancel)},abortConnect=false,connectTimeout=60000,asyncTimeout=60000");
        using var heard = new SemaphoreSlim(0);
        var channel = RedisChannel.Literal($"strata:{await strata.SharedAsync("select id from installation")}:changes");
        await redis.GetSubscriber().SubscribeAsync(channel, (_, _) => heard.Release());

        using var deadline = Deadline();
        // The channel is known a moment after the start.
        do
            strata.Get<ChangeSignals>().Publish(LayerKey.Platform(PlatformId.Parse("dcoder")));
        while (!await heard.WaitAsync(TimeSpan.FromMilliseconds(100), deadline.Token));

        Assert.Equal(0, await redis.GetDatabase().PublishAsync(RedisChannel.Literal("strata:changes"), "nobody listens"));
    }

    private static CancellationTokenSource Deadline()
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(TimeSpan.FromMinutes(2));
        return deadline;
    }

    private async Task<Installation> CreateAsync() =>
        await Installation.CreateAsync(servers, ("ConnectionStrings:Redis", await servers.RedisAsync(Cancel)));
}
