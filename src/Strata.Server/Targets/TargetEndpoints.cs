using System.Collections.Immutable;
using Microsoft.AspNetCore.Mvc;
using Strata.Delivery.Loop;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Server.Access;
using Strata.Server.Documentation;
using Strata.Server.Http;
using Strata.Server.Layers;
using Strata.Storage.Delivery;

namespace Strata.Server.Targets;

/// <summary>The systems that Strata keeps in line: where they stand, what separates them from their desired state, and bringing them in line now.</summary>
internal static class TargetEndpoints
{
    public static void MapTargets(this IEndpointRouteBuilder routes)
    {
        var targets = routes.MapGroup("/targets").WithTags("Targets");
        targets.MapGet("", ListAsync).Needs(Permission.ReadInstallation, "ListTargets", "Where every target stands").Produces<TargetPage>();
        targets.MapPost("/{target}/reconcile", ReconcileAsync)
            .Needs(Permission.Operate, "ReconcileTarget", "Look at a target now (mode=plan), or bring it in line as well (mode=apply)").Produces<PlanResponse>()
            .ExampleAnswer("""
                {"target":"kong","scope":"all","hash":"5d41402abc4b2a76","operations":[{"op":"update","kind":"consumer","key":"acme",
                "fields":[{"name":"plugins.rate-limiting.config.minute","old":600,"new":300}],"part":"http://kong-1:8001/"}]}
                """);

        var sync = routes.MapGroup("/tenants/{tenant}/sync").WithTags("Targets");
        sync.MapGet("", SyncAsync).Needs(Permission.ReadTenant, "GetSync", "Whether the tenant's newest revision has reached every target").Produces<SyncPage>();
        sync.MapPost("", SyncNowAsync).Needs(Permission.WriteOverrides, "SyncNow", "Have every target looked at and brought in line now").Produces<SyncPage>();
    }

    private static async Task<IResult> ListAsync(IEnumerable<ITarget> targets, SyncStore store, CancellationToken cancellationToken)
    {
        var units = await store.StatesAsync(targets.Parts(), null, cancellationToken);
        var items = targets.OrderBy(target => target.Id.Text, StringComparer.Ordinal).Select(target => TargetResponse.Of(target, [.. units[target.Id]]));
        return Reply.Ok(new TargetPage([.. items]), WireJson.Shapes.TargetPage);
    }

    private static async Task<IResult> ReconcileAsync(
        HttpContext context, string target, [AsParameters] ReconcileQuery query, IEnumerable<ITarget> targets, TargetPlans plans, Acts acts,
        CancellationToken cancellationToken)
    {
        if (targets.FirstOrDefault(known => known.Id.Text == target) is not { } found)
            return Refusal.Of(ErrorCodes.NotFound, $"There is no target '{target}'; the targets are {string.Join(", ", targets.Select(known => known.Id.Text).Order(StringComparer.Ordinal))}.");
        if (!Scope.TryParse(query.Scope ?? Scope.All.Text, out var scope))
            return Refusal.Of(ErrorCodes.InvalidArgument, $"scope must be all, platform:<id> or tenant:<id> (is '{query.Scope}').");
        if (!acts.Of(context, comment: null).TryGet(out var act, out var refused))
            return new Refusal(refused);
        var answer = (query.Mode ?? "apply", query.Approve) switch
        {
            ("plan", null) => await plans.PlanAsync(found, scope, cancellationToken),
            ("plan", _) => new Error(ErrorCodes.InvalidArgument, "approve is for mode=apply."),
            ("apply", null) => await plans.ReconcileAsync(found, scope, cancellationToken),
            ("apply", { } hash) => await plans.ApproveAsync(found, scope, (hash, act), cancellationToken),
            (var mode, _) => new Error(ErrorCodes.InvalidArgument, $"mode must be plan or apply (is '{mode}')."),
        };
        return answer.TryGet(out var plan, out var error) ? Reply.Ok(plan, WireJson.Shapes.PlanResponse) : new Refusal(error);
    }

    private static async Task<IResult> SyncAsync(HttpContext context, TenantId tenant, TenantSync sync, CancellationToken cancellationToken) =>
        await sync.FindAsync(tenant, context.Grant().SeesAuthorsAbove(), cancellationToken) is { } items
            ? Reply.Ok(new SyncPage(items), WireJson.Shapes.SyncPage)
            : BeingMade(tenant);

    private static async Task<IResult> SyncNowAsync(HttpContext context, TenantId tenant, TenantSync sync, CancellationToken cancellationToken)
    {
        await sync.RequestAsync(tenant, cancellationToken);
        return await SyncAsync(context, tenant, sync, cancellationToken);
    }

    private static Refusal BeingMade(TenantId tenant) => Refusal.Of(ErrorCodes.Conflict, $"The tenant '{tenant}' is still being made.");
}

/// <summary>What is to be done with a target.</summary>
/// <param name="Mode">plan or apply.</param>
/// <param name="Scope">all, platform:&lt;id&gt; or tenant:&lt;id&gt;.</param>
/// <param name="Approve">Hash of the plan that may be carried out although it is blocked.</param>
public readonly record struct ReconcileQuery(
    [FromQuery(Name = "mode")] string? Mode, [FromQuery(Name = "scope")] string? Scope, [FromQuery(Name = "approve")] string? Approve);

/// <summary>All targets.</summary>
/// <param name="Items">By id.</param>
public sealed record TargetPage(ImmutableArray<TargetResponse> Items);

/// <summary>A system that is kept in line.</summary>
/// <param name="Id"><c>kind</c> or <c>kind.instance</c>.</param>
/// <param name="Kind"><c>kong</c>, <c>opa</c>, <c>events</c> ...</param>
/// <param name="Mode"><c>apply</c>, <c>report</c> or <c>off</c>.</param>
/// <param name="Status">As bad as the worst of its units; see a tenant's sync.</param>
/// <param name="Health">As bad as the worst of its units.</param>
/// <param name="Message">What is to be said; <c>null</c> for nothing.</param>
/// <param name="Units">How many units of delivery it has.</param>
/// <param name="Items">The units, at most 100, those in trouble first.</param>
public sealed record TargetResponse(
    string Id, string Kind, string Mode, string Status, string Health, string? Message, int Units, ImmutableArray<SyncResponse> Items)
{
    private const int MaxItems = 100;

    internal static TargetResponse Of(ITarget target, ImmutableArray<SyncState> units)
    {
        var mode = target.Pace.Mode;
        var all = SyncResponse.OfNow(target.Id, units, mode);
        return new TargetResponse(
            target.Id.Text, target.Id.Kind, mode.ToString().ToLowerInvariant(), all.Status, all.Health, all.Message, units.Length,
            [.. units.OrderBy(unit => unit.Health == SyncHealth.Healthy).Take(MaxItems).Select(unit => SyncResponse.OfUnit(unit, mode))]);
    }
}
