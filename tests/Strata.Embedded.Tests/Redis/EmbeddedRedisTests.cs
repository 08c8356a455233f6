using StackExchange.Redis;
using Strata.Embedded.Redis;
using Strata.Testing;

namespace Strata.Embedded.Tests.Redis;

public sealed class EmbeddedRedisTests(Servers servers)
{
    [Fact]
    public async Task It_keeps_values_and_runs_lua()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(await servers.RedisAsync(TestContext.Current.CancellationToken));
        var database = redis.GetDatabase();

        await database.StringSetAsync("lua:key", "value");
        var read = await database.ScriptEvaluateAsync("return redis.call('get', KEYS[1])", ["lua:key"]);

        Assert.Equal("value", (string?)read);
    }

    [Fact]
    public async Task It_delivers_published_messages()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(await servers.RedisAsync(TestContext.Current.CancellationToken));
        var channel = await redis.GetSubscriber().SubscribeAsync(RedisChannel.Literal("changes"));

        await redis.GetDatabase().PublishAsync(RedisChannel.Literal("changes"), "acme");

        Assert.Equal("acme", (string?)(await channel.ReadAsync(TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public async Task It_refuses_clients_without_the_password()
    {
        var options = ConfigurationOptions.Parse(await servers.RedisAsync(TestContext.Current.CancellationToken));
        options.Password = null;
        options.AbortOnConnectFail = true;
        options.ConnectRetry = 1;

        await Assert.ThrowsAsync<RedisConnectionException>(() => ConnectionMultiplexer.ConnectAsync(options));
    }

    [Fact]
    public async Task A_taken_port_is_said_to_be_in_use()
    {
        var port = ConfigurationOptions.Parse(await servers.RedisAsync(TestContext.Current.CancellationToken)).EndPoints[0];
        var options = new EmbeddedRedisOptions { Port = ((System.Net.IPEndPoint)port).Port };

        var refused = await Assert.ThrowsAsync<EmbeddedServerException>(() => EmbeddedRedis.StartAsync(options, _ => { }, TestContext.Current.CancellationToken));

        Assert.Equal(EmbeddedFailure.PortInUse, refused.Failure);
    }
}
