using Microsoft.Extensions.Logging;
using Npgsql;
using Strata.Model;

namespace Strata.Storage;

/// <summary>Finishes or abandons writes that their servers did not live to finish, and forgets old answers. Any number of replicas may do it at once.</summary>
public sealed partial class IntentSweeper(TenantWrites writes, IdempotencyStore idempotency, ILogger<IntentSweeper> logger)
{
    /// <summary>One pass.</summary>
    /// <exception cref="NpgsqlException">The shared database is away.</exception>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var (tenant, cause) in await writes.FinishDueAsync(cancellationToken))
            Unfinished(tenant, cause);
        await idempotency.PurgeAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "A write of tenant {Tenant} could not be finished yet and is tried again")]
    private partial void Unfinished(TenantId tenant, Exception cause);
}
