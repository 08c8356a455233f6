using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Strata.Model;

namespace Strata.Storage.Effective;

/// <summary>
/// Effective documents in Redis, by tenant and revision vector: immutable, so that a slow replica can never put an old one in a new one's place.
/// A cache that can only help: when Redis is away or slow, everything goes on without it.
/// </summary>
/// <param name="redis">The connection.</param>
/// <param name="logger">Where trouble with Redis is told.</param>
public sealed partial class DocumentCache(RedisConnection redis, ILogger<DocumentCache> logger)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>The document of a vector; empty when the cache does not have it.</summary>
    public async Task<ReadOnlyMemory<byte>> FindAsync(TenantId tenant, RevisionVector vector, CancellationToken cancellationToken)
    {
        if (redis.Database is not { } database)
            return default;
        try
        {
            return (byte[]?)await database.StringGetAsync(Key(tenant, vector)).WaitAsync(cancellationToken);
        }
        catch (Exception trouble) when (trouble is RedisException or TimeoutException)
        {
            ReadFailed(tenant, trouble);
            return default;
        }
    }

    /// <summary>Keeps the document of a vector.</summary>
    public async Task KeepAsync(TenantId tenant, RevisionVector vector, ReadOnlyMemory<byte> bytes)
    {
        if (redis.Database is not { } database)
            return;
        try
        {
            await database.StringSetAsync(Key(tenant, vector), bytes, Lifetime, flags: CommandFlags.FireAndForget);
        }
        catch (Exception trouble) when (trouble is RedisException or TimeoutException)
        {
            WriteFailed(tenant, trouble);
        }
    }

    private static RedisKey Key(TenantId tenant, RevisionVector vector) => $"effective:{tenant}:{vector}";

    [LoggerMessage(LogLevel.Warning, "Reading {Tenant} from Redis failed; computing it")]
    private partial void ReadFailed(TenantId tenant, Exception trouble);

    [LoggerMessage(LogLevel.Warning, "Keeping {Tenant} in Redis failed")]
    private partial void WriteFailed(TenantId tenant, Exception trouble);
}
