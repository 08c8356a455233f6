using Npgsql;

namespace Strata.Testing;

/// <summary>Counts the clients that are connected to any database of a PostgreSQL again and again, its own connection left out, and remembers the most.</summary>
public sealed class ConnectionWatch : IAsyncDisposable
{
    private const string Count = """
        select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
        """;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource _end = new();
    private readonly Task _watching;
    private long _most;
    private long _samples;

    /// <summary>Begins.</summary>
    /// <param name="connectionString">A superuser's, who sees everybody.</param>
    public ConnectionWatch(string connectionString) => _watching = WatchAsync(connectionString);

    /// <summary>The most connections that were seen at once.</summary>
    public long Most => Interlocked.Read(ref _most);

    /// <summary>How often it has counted.</summary>
    public long Samples => Interlocked.Read(ref _samples);

    /// <summary>Ends; a watch that broke off says so.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching;
        _end.Dispose();
    }

    private async Task WatchAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(CancellationToken.None);
        await using var count = new NpgsqlCommand(Count, connection);
        while (!_end.IsCancellationRequested)
        {
            var seen = (long)(await count.ExecuteScalarAsync(CancellationToken.None))!;
            Interlocked.Exchange(ref _most, Math.Max(_most, seen));
            Interlocked.Increment(ref _samples);
            await Task.Delay(Pause, _end.Token).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }
}
