using System.Collections.Immutable;
using Strata.Delivery.Loop;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Server.Http;
using Strata.Storage;
using Strata.Storage.Delivery;

namespace Strata.Server.Targets;

/// <summary>Looks at a target on request, and has the loop bring it in line.</summary>
internal sealed class TargetPlans(StoredDelivery queue, PlatformStore platforms, TenantRegistry tenants)
{
    private const int PlatformsAtOnce = 500;
    private static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(30);

    /// <summary>What separates a target from its desired state right now. Changes nothing.</summary>
    public async Task<Result<PlanResponse>> PlanAsync(ITarget target, Scope scope, CancellationToken cancellationToken) =>
        (await LookAsync(target, scope, cancellationToken)).Then<PlanResponse>(look => look.Response);

    /// <summary>Has a target brought in line at once. The plan.</summary>
    public async Task<Result<PlanResponse>> ReconcileAsync(ITarget target, Scope scope, CancellationToken cancellationToken)
    {
        if (!(await LookToApplyAsync(target, scope, cancellationToken)).TryGet(out var look, out var error))
            return error;
        await queue.RequestAsync([.. look.Plans.Select(part => part.Key)], cancellationToken);
        return look.Response;
    }

    /// <summary>Has a plan carried out although it is blocked.</summary>
    /// <param name="target">The target.</param>
    /// <param name="scope">What of it.</param>
    /// <param name="approval">Hash of the plan, and who approves it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The plan, or <c>conflict</c> when it is not the one that was approved.</returns>
    public async Task<Result<PlanResponse>> ApproveAsync(ITarget target, Scope scope, (string Hash, Act Act) approval, CancellationToken cancellationToken)
    {
        if (!(await LookToApplyAsync(target, scope, cancellationToken)).TryGet(out var look, out var error))
            return error;
        var approved = look.Plans.Where(part => approval.Hash == look.Response.Hash || approval.Hash == part.Plan?.Hash).Select(part => (part.Key, part.Plan?.Hash)).ToImmutableArray();
        if (approved.IsEmpty)
            return new Error(ErrorCodes.Conflict, $"The plan has changed since it was read: it is {look.Response.Hash} now.");
        var answer = Reply.Of(StatusCodes.Status200OK, look.Response, WireJson.Shapes.PlanResponse);
        await queue.ApproveAsync(new Approval(target.Id, scope, approval.Hash, approved), approval.Act, answer, cancellationToken);
        return look.Response;
    }

    private async Task<Result<Look>> LookToApplyAsync(ITarget target, Scope scope, CancellationToken cancellationToken) => target.Pace.Mode == TargetMode.Report
        ? new Error(ErrorCodes.Conflict, $"The settings let '{target.Id}' only be reported on.")
        : await LookAsync(target, scope, cancellationToken);

    private sealed record Look(PlanResponse Response, ImmutableArray<Part> Plans);

    /// <summary>One unit: its plan, or why it could not be looked at.</summary>
    private sealed record Part(DeliveryKey Key, Plan? Plan, string? Trouble);

    private async Task<Result<Look>> LookAsync(ITarget target, Scope scope, CancellationToken cancellationToken)
    {
        if (target.Pace.Mode == TargetMode.Off)
            return new Error(ErrorCodes.Conflict, $"The settings switch '{target.Id}' off.");
        if (!(await MarkAsync(scope, cancellationToken)).TryGet(out var mark, out var error))
            return error;
        var keys = target.KeysOf(mark, await PlatformsAsync(cancellationToken)).Distinct();
        ImmutableArray<Part> parts = [.. await Task.WhenAll(keys.Select(key => LookAsync(target, key, cancellationToken)))];
        var unreachable = parts.Where(part => part.Trouble is not null)
            .ToImmutableSortedDictionary(part => part.Key.Part.Length > 0 ? part.Key.Part : part.Key.Scope.Text, part => part.Trouble!, StringComparer.Ordinal);
        var response = PlanResponse.Of(target, scope, [.. parts.Select(part => part.Plan).OfType<Plan>()]);
        return new Look(response with { Unreachable = unreachable.IsEmpty ? null : unreachable }, parts);
    }

    private async Task<Part> LookAsync(ITarget target, DeliveryKey key, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LookTimeout);
        try
        {
            var attempt = new Attempt(key, await queue.RecallAsync(key, cancellationToken), IsExplained: true);
            return new Part(key, (await target.PrepareAsync(attempt, limit.Token)).Plan, null);
        }
        catch (TargetException trouble)
        {
            return new Part(key, null, trouble.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Part(key, null, $"There was no answer within {LookTimeout.TotalSeconds} seconds.");
        }
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
