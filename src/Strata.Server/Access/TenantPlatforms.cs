using System.Collections.Concurrent;
using System.Collections.Immutable;
using Strata.Model;
using Strata.Storage;

namespace Strata.Server.Access;

/// <summary>Which platform a tenant belongs to. A tenant never changes it, so what was found once is remembered and a hot read asks no database.</summary>
internal sealed class TenantPlatforms(TenantRegistry registry)
{
    private readonly ConcurrentDictionary<TenantId, PlatformId> _known = [];

    /// <summary>
    /// Judges something that belongs to a tenant. One that the caller may not know of takes as long as one that there is not: the clock tells no more than the answer.
    /// </summary>
    public async ValueTask<Judgement> JudgeAsync(Grant grant, Permission permission, TenantId tenant, CancellationToken cancellationToken)
    {
        if (grant.Caller.Tenants is { } bound && !bound.Contains(tenant))
            return Judgement.Invisible;
        if (await FindAsync(tenant, cancellationToken) is not { } owner)
            return Judgement.Invisible;
        var judgement = grant.Judge(permission, owner, tenant);
        if (judgement == Judgement.Invisible)
            await registry.FindAsync(tenant, cancellationToken); // what is not there is looked up each time, too
        return judgement;
    }

    /// <summary>The platform of a tenant; <c>null</c> when there is none that the caller may know of, which takes as long.</summary>
    public async ValueTask<PlatformId?> FindAsync(Caller caller, TenantId tenant, CancellationToken cancellationToken)
    {
        if (await FindAsync(tenant, cancellationToken) is not { } owner)
            return null;
        if (caller.Covers(owner))
            return owner;
        await registry.FindAsync(tenant, cancellationToken);
        return null;
    }

    /// <summary>Whether one of the tenants belongs to a platform.</summary>
    public async ValueTask<bool> HasAnyAsync(PlatformId platform, ImmutableArray<TenantId> tenants, CancellationToken cancellationToken)
    {
        foreach (var tenant in tenants)
        {
            if (await FindAsync(tenant, cancellationToken) == platform)
                return true;
        }
        return false;
    }

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
