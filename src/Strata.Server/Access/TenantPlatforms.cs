using System.Collections.Concurrent;
using Strata.Model;
using Strata.Storage;

namespace Strata.Server.Access;

/// <summary>Which platform a tenant belongs to. A tenant never changes it, so what was found once is remembered and a hot read asks no database.</summary>
internal sealed class TenantPlatforms(TenantRegistry registry)
{
    private readonly ConcurrentDictionary<TenantId, PlatformId> _known = [];

    /// <summary>The platform; <c>null</c> when there is no such tenant.</summary>
    public async ValueTask<PlatformId?> FindAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(tenant, out var platform))
            return platform;
        if (await registry.FindAsync(tenant, cancellationToken) is not { } record)
            return null;
        return _known.GetOrAdd(tenant, record.Platform);
    }
}
