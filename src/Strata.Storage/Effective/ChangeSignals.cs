using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using StackExchange.Redis;
using Strata.Model;

namespace Strata.Storage.Effective;

/// <summary>
/// Tells every replica which layers have changed: at once through Redis and through <c>LISTEN</c>, and from the heads themselves in any case.
/// The poll asks for everything written by transactions that had not ended when it last asked, so no change is ever missed, whatever was away.
/// </summary>
/// <param name="database">The shared database.</param>
/// <param name="redis">The fast way.</param>
/// <param name="snapshots">What must forget.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where trouble is told.</param>
public sealed partial class ChangeSignals(
    SharedDatabase database, RedisConnection redis, Snapshots snapshots, TimeProvider time, ILogger<ChangeSignals> logger) : BackgroundService
{
    /// <summary>The channel of PostgreSQL on which commits name the layers that they changed.</summary>
    public const string Channel = "strata_changes";

    private static readonly RedisChannel RedisChannel = RedisChannel.Literal("strata:changes");
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);

    private string? _seen; // transactions before this one had ended at the last poll

    /// <summary>Says that this process has changed a layer.</summary>
    public void Publish(LayerKey layer)
    {
        snapshots.Forget(layer);
        if (redis.Database is { } database)
            database.Publish(RedisChannel, layer.Text, CommandFlags.FireAndForget);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await SubscribeAsync();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception trouble) when (trouble is NpgsqlException or IOException or TimeoutException)
            {
                Lost(trouble);
                await Task.Delay(PollInterval, time, stoppingToken);
            }
        }
    }

    private async Task SubscribeAsync()
    {
        if (redis.Subscriber is not { } subscriber)
            return;
        try
        {
            await subscriber.SubscribeAsync(RedisChannel, (_, message) => snapshots.Forget(LayerKey.Parse(message.ToString())));
        }
        catch (Exception trouble) when (trouble is RedisException or TimeoutException)
        {
            WithoutRedis(trouble); // the subscription is remembered and made when Redis comes
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, notification) => snapshots.Forget(LayerKey.Parse(notification.Payload));
        await using (var listen = new NpgsqlCommand($"listen {Channel}", connection))
            await listen.ExecuteNonQueryAsync(cancellationToken);
        if (_seen is null)
            snapshots.ForgetAll();
        while (true)
        {
            await PollAsync(connection, cancellationToken);
            await connection.WaitAsync(PollInterval, cancellationToken);
        }
    }

    private const string SelectChanged = """
        select pg_snapshot_xmin(pg_current_snapshot())::text, array(select layer from layer_head where changed_in >= @seen::xid8)
        """;

    private async Task PollAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectChanged, connection);
        command.Parameters.AddWithValue("seen", _seen ?? "9223372036854775807"); // at first nothing is cached that could be old
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        _seen = reader.GetString(0);
        foreach (var layer in reader.GetFieldValue<string[]>(1))
            snapshots.Forget(LayerKey.Parse(layer));
    }

    [LoggerMessage(LogLevel.Warning, "Lost the connection that listens for changes; polling again soon")]
    private partial void Lost(Exception trouble);

    [LoggerMessage(LogLevel.Warning, "Redis is away; changes are seen through PostgreSQL")]
    private partial void WithoutRedis(Exception trouble);
}
