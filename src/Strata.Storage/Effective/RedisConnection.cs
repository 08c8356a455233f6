using StackExchange.Redis;

namespace Strata.Storage.Effective;

/// <summary>The connection to Redis, or none at all. It reconnects by itself; while it is away there is simply no database to ask.</summary>
public sealed class RedisConnection : IAsyncDisposable
{
    private readonly ConnectionMultiplexer? _connection;

    private RedisConnection(ConnectionMultiplexer? connection) => _connection = connection;

    /// <summary>Starts connecting, and waits at most two seconds for the first attempt.</summary>
    /// <param name="configuration">A StackExchange.Redis configuration string; <c>null</c> or empty does without Redis.</param>
    public static RedisConnection Open(string? configuration)
    {
        if (string.IsNullOrWhiteSpace(configuration))
            return new RedisConnection(null);
        var options = ConfigurationOptions.Parse(configuration);
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = 2000;
        options.AsyncTimeout = 500; // a cache slower than this helps nobody
        options.BacklogPolicy = BacklogPolicy.FailFast;
        return new RedisConnection(ConnectionMultiplexer.Connect(options));
    }

    /// <summary>The database; <c>null</c> while Redis is away.</summary>
    public IDatabase? Database => _connection is { IsConnected: true } ? _connection.GetDatabase() : null;

    /// <summary>Publish and subscribe; <c>null</c> without Redis. Subscriptions outlive reconnects.</summary>
    public ISubscriber? Subscriber => _connection?.GetSubscriber();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;
}
