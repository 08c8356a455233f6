using Microsoft.Extensions.Logging;
using Npgsql;
using Strata.Model;

namespace Strata.Storage;

/// <summary>
/// Makes tenants: a reservation in the registry, then role and database on a server, then the tenant is active. After the reservation nothing is lost:
/// whoever dies on the way, <see cref="ResumeAsync"/> of any replica finishes the tenant.
/// </summary>
public sealed partial class Provisioning(TenantCreations creations, TenantDatabases databases, TenantRegistry registry, ILogger<Provisioning> logger)
{
    private const int ResumedAtOnce = 16;

    /// <summary>Makes a tenant; when the task ends it can be read and written.</summary>
    /// <param name="tenant">What it is to be; judged already.</param>
    /// <param name="act">Who asks. A claim's answer is stored in the moment the tenant becomes active, also when another replica finishes it.</param>
    /// <param name="answer">Makes the answer from the tenant as it will be.</param>
    /// <param name="cancellationToken">Gives up before the id is taken; from then on the tenant is finished.</param>
    /// <returns>The answer; <c>conflict</c> when its id was ever used or the region is full, <c>invalid_argument</c> for a region or platform that does not exist.</returns>
    /// <exception cref="NpgsqlException">A database is away; the tenant may be finished later.</exception>
    public async Task<Result<Answer>> CreateAsync(
        NewTenant tenant, Act act, Func<TenantRecord, Answer> answer, CancellationToken cancellationToken)
    {
        var reserved = await creations.ReserveAsync(tenant, act, answer, cancellationToken);
        // From here on the request's token no longer counts: the id is taken, and half a tenant helps nobody.
        if (reserved.Error is null)
            await FinishAsync(tenant.Id, CancellationToken.None);
        return reserved;
    }

    /// <summary>Finishes those of the tenants that are being made, whoever began: for who needs them now. A living maker is waited for.</summary>
    /// <exception cref="NpgsqlException">A database is away.</exception>
    public async Task FinishAsync(IReadOnlyCollection<TenantId> tenants, CancellationToken cancellationToken)
    {
        foreach (var tenant in await creations.UnderWayAsync(tenants, cancellationToken))
        {
            await FinishAsync(tenant, cancellationToken);
            Resumed(tenant);
        }
    }

    /// <summary>
    /// Finishes tenants whose makers have died. One that cannot be finished now is tried again after its lease; where a cluster is away, so is the rest of those
    /// that are to live on it.
    /// </summary>
    public async Task ResumeAsync(CancellationToken cancellationToken) =>
        await Clusters.ForEachAsync(await creations.DueClustersAsync(cancellationToken), ResumeClusterAsync, cancellationToken);

    private async Task ResumeClusterAsync(string cluster, CancellationToken cancellationToken)
    {
        while (await creations.ClaimDueAsync(cluster, ResumedAtOnce, cancellationToken) is { Count: > 0 } due)
        {
            foreach (var tenant in due)
            {
                try
                {
                    await FinishAsync(tenant, cancellationToken);
                    Resumed(tenant);
                }
                catch (Exception failed) when (failed is not OperationCanceledException)
                {
                    ResumeFailed(failed, tenant);
                    if (PostgresRefusals.IsSilence(failed))
                        return;
                }
            }
        }
    }

    private async Task FinishAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        var access = await registry.FindAccessAsync(tenant, cancellationToken)
            ?? throw new InvalidOperationException($"Tenant '{tenant}' is being made, but the registry does not know it.");
        await databases.CreateAsync(tenant, access, cancellationToken);
        await creations.ActivateAsync(tenant, databases.Migrations.Newest, cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Finished tenant {Tenant}, whose maker had not")]
    private partial void Resumed(TenantId tenant);

    [LoggerMessage(LogLevel.Warning, "Tenant {Tenant} cannot be finished now and is tried again")]
    private partial void ResumeFailed(Exception failed, TenantId tenant);
}
