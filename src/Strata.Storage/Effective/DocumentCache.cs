using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Strata.Model;
using Strata.Model.Resolution;

namespace Strata.Storage.Effective;

/// <summary>
/// Effective documents in Redis, by tenant and revision vector: immutable, so that a slow replica can never put an old one in a new one's place.
/// Keys name the installation and the build of the model, so that neither another installation on the same Redis nor the version before an upgrade
/// has a say. A cache that can only help: when Redis is away or slow, everything goes on without it.
/// </summary>
/// <param name="shared">Knows the installation.</param>
/// <param name="redis">The connection.</param>
/// <param name="logger">Where trouble with Redis is told.</param>
public sealed partial class DocumentCache(SharedDatabase shared, RedisConnection redis, ILogger<DocumentCache> logger)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private static readonly Guid Build = typeof(Resolver).Module.ModuleVersionId; // builds are deterministic: it changes with the code only

    /// <summary>The document of a vector; empty when the cache does not have it.</summary>
    public async Task<ReadOnlyMemory<byte>> FindAsync(TenantId tenant, RevisionVector vector, CancellationToken cancellationToken)
    {
        if (redis.Database is not { } database)
            return default;
        var key = await KeyAsync(tenant, vector, cancellationToken);
        try
        {
            return (byte[]?)await database.StringGetAsync(key).WaitAsync(cancellationToken);
        }
        catch (Exception trouble) when (trouble is RedisException or TimeoutException)
        {
            ReadFailed(tenant, trouble);
            return default;
        }
    }

    /// <summary>Keeps the document of a vector.</summary>
    public async Task KeepAsync(TenantId tenant, RevisionVector vector, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (redis.Database is not { } database)
            return;
        var key = await KeyAsync(tenant, vector, cancellationToken);
        try
        {
            await database.StringSetAsync(key, bytes, Lifetime, flags: CommandFlags.FireAndForget);
        }
        catch (Exception trouble) when (trouble is RedisException or TimeoutException)
        {
            WriteFailed(tenant, trouble);
        }
    }

    private async ValueTask<RedisKey> KeyAsync(TenantId tenant, RevisionVector vector, CancellationToken cancellationToken) =>
        $"strata:{await shared.InstallationAsync(cancellationToken)}:{Build:N}:effective:{tenant}:{vector}";

    [LoggerMessage(LogLevel.Warning, "Reading {Tenant} from Redis failed; computing it")]
    private partial void ReadFailed(TenantId tenant, Exception trouble);

    [LoggerMessage(LogLevel.Warning, "Keeping {Tenant} in Redis failed")]
    private partial void WriteFailed(TenantId tenant, Exception trouble);
}
