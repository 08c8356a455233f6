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
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);

    // A transaction that there will not be: at first nothing is kept that could be old.
    private const string Never = "9223372036854775807";

    private bool _hasListened; // on the present connection, or the one that was lost last

    private string? _channel; // of this installation in Redis; null until it is known, while PostgreSQL's notifications do it alone

    /// <summary>Says that this process has changed a layer.</summary>
    public void Publish(LayerKey layer)
    {
        snapshots.Forget(layer);
        if (redis.Database is { } cache && _channel is { } channel)
            cache.Publish(RedisChannel.Literal(channel), layer.Text, CommandFlags.FireAndForget);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SubscribeAsync(stoppingToken);
                await ListenAsync(stoppingToken);
            }
            catch (Exception trouble) when (trouble.IsOfDatabase())
            {
                Lost(trouble);
                // A database that came back at once is listened to at once: until then what was read before is shown.
                if (!_hasListened)
                    await Task.Delay(PollInterval, time, stoppingToken);
                _hasListened = false;
            }
        }
    }

    private async Task SubscribeAsync(CancellationToken cancellationToken)
    {
        if (redis.Subscriber is not { } subscriber || _channel is not null)
            return;
        _channel = $"strata:{await database.InstallationAsync(cancellationToken)}:changes";
        try
        {
            await subscriber.SubscribeAsync(RedisChannel.Literal(_channel), (_, message) => Forget(message.ToString()));
        }
        catch (Exception trouble) when (trouble is RedisException or TimeoutException)
        {
            WithoutRedis(trouble); // the subscription is remembered and made when Redis comes
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var listening = await database.ListenAsync(LayerRows.Channel, Forget, cancellationToken);
        // What was said before is unknown, and another copy of the database may have come in the place of the one that was lost.
        snapshots.ForgetAll();
        var ended = Never;
        while (true)
        {
            ended = await PollAsync(listening.Connection, ended, cancellationToken);
            _hasListened = true;
            await listening.Connection.WaitAsync(PollInterval, cancellationToken);
        }
    }

    // A row that only someone with SQL can have made names no layer: to tell of it is the verifier's.
    private void Forget(string text)
    {
        if (LayerKey.TryParse(text, out var layer))
            snapshots.Forget(layer);
    }

    private const string SelectChanged = """
        select pg_snapshot_xmin(pg_current_snapshot())::text, array(select layer from layer_head where changed_in >= $1::xid8)
        """;

    /// <summary>Forgets what was written by this transaction or a later one; gives the first that has not ended yet.</summary>
    private async Task<string> PollAsync(NpgsqlConnection connection, string since, CancellationToken cancellationToken)
    {
        var (minimum, layers) = (await connection.Command(SelectChanged, since).ReadAsync(
            static reader => (reader.GetString(0), reader.GetFieldValue<string[]>(1)), cancellationToken)).Single();
        foreach (var layer in layers)
            Forget(layer);
        return minimum;
    }

    [LoggerMessage(LogLevel.Warning, "Lost the connection that listens for changes; listening again soon")]
    private partial void Lost(Exception trouble);

    [LoggerMessage(LogLevel.Warning, "Redis is away; changes are seen through PostgreSQL")]
    private partial void WithoutRedis(Exception trouble);
}
