using System.Collections.Immutable;
using Strata.Delivery.Loop;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Storage;

namespace Strata.Server.Targets;

/// <summary>Looks at a target on request, and has the loop bring it in line.</summary>
internal sealed class TargetPlans(IDeliveryStore queue, PlatformStore platforms, TenantRegistry tenants)
{
    private const int PlatformsAtOnce = 500;

    /// <summary>What separates a target from its desired state right now. Changes nothing.</summary>
    public async Task<Result<PlanResponse>> PlanAsync(ITarget target, Scope scope, CancellationToken cancellationToken) =>
        (await LookAsync(target, scope, cancellationToken)).Then<PlanResponse>(look => look.Response);

    /// <summary>Has a target brought in line at once.</summary>
    /// <param name="target">The target.</param>
    /// <param name="scope">What of it.</param>
    /// <param name="approve">Hash of the plan that may be carried out although it is blocked; <c>null</c> for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The plan, or <c>conflict</c> when it is not the one that was approved.</returns>
    public async Task<Result<PlanResponse>> ReconcileAsync(ITarget target, Scope scope, string? approve, CancellationToken cancellationToken)
    {
        if (target.Pace.Mode != TargetMode.Apply)
            return new Error(ErrorCodes.Conflict, $"The settings let '{target.Id}' only be {(target.Pace.Mode == TargetMode.Off ? "left alone" : "reported on")}.");
        if (!(await LookAsync(target, scope, cancellationToken)).TryGet(out var look, out var error))
            return error;
        if (approve is not null && approve != look.Response.Hash)
            return new Error(ErrorCodes.Conflict, $"The plan has changed since it was read: it is {look.Response.Hash} now.");
        foreach (var (key, plan) in look.Plans)
            await queue.RequestAsync(target.Id, key.Scope, key.Part, approve is null ? null : plan?.Hash, cancellationToken);
        return look.Response;
    }

    private sealed record Look(PlanResponse Response, ImmutableArray<(DeliveryKey Key, Plan? Plan)> Plans);

    private async Task<Result<Look>> LookAsync(ITarget target, Scope scope, CancellationToken cancellationToken)
    {
        if (!(await MarkAsync(scope, cancellationToken)).TryGet(out var mark, out var error))
            return error;
        var plans = ImmutableArray.CreateBuilder<(DeliveryKey Key, Plan? Plan)>();
        var unreachable = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var key in target.KeysOf(mark, await PlatformsAsync(cancellationToken)).Distinct())
        {
            try
            {
                var attempt = new Attempt(key, await queue.RecallAsync(key, cancellationToken), IsExplained: true);
                plans.Add((key, (await target.PrepareAsync(attempt, cancellationToken)).Plan));
            }
            catch (Exception trouble) when (trouble is TargetException or HttpRequestException or IOException)
            {
                plans.Add((key, null));
                unreachable[key.Part.Length > 0 ? key.Part : key.Scope.Text] = trouble.Message;
            }
        }
        var response = PlanResponse.Of(target, scope, [.. plans.Select(plan => plan.Plan).OfType<Plan>()]);
        return new Look(response with { Unreachable = unreachable.Count == 0 ? null : unreachable.ToImmutable() }, plans.ToImmutable());
    }

    private async Task<Result<Mark>> MarkAsync(Scope scope, CancellationToken cancellationToken)
    {
        if (scope.TenantId is { } tenant)
        {
            return await tenants.FindAsync(tenant, cancellationToken) is { } found
                ? new Mark(scope, found.Platform)
                : new Error(ErrorCodes.NotFound, $"There is no tenant '{tenant}'.");
        }
        return scope.PlatformId is { } platform && await platforms.FindAsync(platform, cancellationToken) is null
            ? new Error(ErrorCodes.NotFound, $"There is no platform '{platform}'.")
            : new Mark(scope, scope.PlatformId);
    }

    private async Task<ImmutableArray<PlatformId>> PlatformsAsync(CancellationToken cancellationToken)
    {
        var all = ImmutableArray.CreateBuilder<PlatformId>();
        while (await platforms.ListAsync(null, all.Count == 0 ? null : all[^1], PlatformsAtOnce, cancellationToken) is { IsEmpty: false } page)
            all.AddRange(page.Select(platform => platform.Id));
        return all.ToImmutable();
    }
}
