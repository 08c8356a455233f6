using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Server.Http;
using Strata.Server.Layers;
using Strata.Server.Tenants;
using Strata.Storage;
using Strata.Storage.Effective;

namespace Strata.Server.Apply;

/// <summary>How a run goes.</summary>
/// <param name="IsDryRun">Only tell what would happen.</param>
/// <param name="MayCreatePlatforms">Whether the caller may make platforms that do not exist yet.</param>
internal readonly record struct ApplyOptions(bool IsDryRun, bool MayCreatePlatforms);

/// <summary>What became of an apply.</summary>
/// <param name="Result">Its answer, or why it is not done.</param>
/// <param name="IsHalfDone">Whether it is refused after some of it was written, or may have been: then its key stays open, for who goes on with it.</param>
internal readonly record struct ApplyOutcome(Result<ApplyResponse> Result, bool IsHalfDone);

/// <summary>
/// Brings platforms, segments, the allowlist and tenants to what their documents say. All items are judged first and one bad item refuses all;
/// then the shared layers commit together, and the tenants follow one by one. What is as it should be is left alone, so a run that was
/// interrupted is finished by running it again.
/// </summary>
internal sealed class ApplyRun(
    ApplyPlan plan,
    ApplyImpact impact,
    PlatformStore platforms,
    LayerStore store,
    TenantCreation creation,
    LayerWrites writes,
    ChangeSignals signals,
    IdempotencyStore keys)
{
    private const int MaxAttempts = 3;
    private const int DatabasesAtOnce = 8;
    private const int MaxNamed = 10;

    // Nobody asks for the answers of the single steps: the answer of the whole is stored under the idempotency key at the end.
    private static readonly Answer Step = new(StatusCodes.Status200OK, ImmutableSortedDictionary<string, string>.Empty, default);

    /// <summary>Applies.</summary>
    /// <param name="items">What is to be.</param>
    /// <param name="act">Who wants it.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    public async Task<ApplyOutcome> RunAsync(ImmutableArray<ApplyItem> items, Act act, ApplyOptions options, CancellationToken cancellationToken)
    {
        var run = new Run(act with { Claim = null }, act.Claim);
        if (act.Claim is { } claim)
        {
            var (changeId, isResumed) = await keys.BegunAsync(claim, cancellationToken);
            run = run with { Act = run.Act with { ChangeId = changeId }, IsResumed = isResumed };
        }
        var result = await RunAsync(items, run, options, cancellationToken);
        // Asking again may help with what is away, and says so itself.
        return result.Error is { Code: not ErrorCodes.Unavailable } error && run.IsBegun ? new ApplyOutcome(run.HalfDone(error), true) : new ApplyOutcome(result, false);
    }

    private async Task<Result<ApplyResponse>> RunAsync(ImmutableArray<ApplyItem> items, Run run, ApplyOptions options, CancellationToken cancellationToken)
    {
        var tenants = items.Where(item => item.Kind == ApplyKind.Tenant).Select(item => TenantId.Parse(item.Id)).ToList();
        for (var attempt = 1; ; attempt++)
        {
            if (!options.IsDryRun)
                await creation.FinishAsync(tenants, cancellationToken);
            if (!(await plan.OfAsync(items, options.IsDryRun, cancellationToken)).TryGet(out var planned, out var error))
                return error;
            if (run.IsResumed || attempt > 1)
                planned = await MadeAsync(planned, run, cancellationToken);
            if (!options.MayCreatePlatforms && planned.FirstOrDefault(item => item is { IsNew: true, Item.Kind: ApplyKind.Platform }) is { } created)
                return new Error(ErrorCodes.Forbidden, $"There is no platform '{created.Item.Id}', and the caller may not make one.");
            if (options.IsDryRun)
                return ApplyResponse.Of(run.Act, await impact.AddAsync(planned, cancellationToken), options.IsDryRun);
            if (planned.Select(item => item.Refusal).FirstOrDefault(refusal => refusal is not null) is { } refusal)
                return refusal with { Violations = [.. planned.SelectMany(item => item.Violations)] };
            var weighed = await impact.AddAsync(planned, cancellationToken);
            if (run.Claim is not null)
                await keys.RenewAsync(run.Claim, cancellationToken);
            error = await CommitSharedAsync(weighed, run, cancellationToken)
                ?? await CommitTenantsAsync(planned, run, cancellationToken);
            if (error is null)
                return ApplyResponse.Of(run.Act, planned, options.IsDryRun);
            // Others have been faster. What is done is done, so the rest is judged anew, after the tenants that they are making right now.
            if (error.Code is not (ErrorCodes.RevisionMismatch or ErrorCodes.Conflict) || attempt == MaxAttempts)
                return error;
        }
    }

    /// <summary>Finds what this apply has done already: it is not done again, whatever others have made of it since.</summary>
    private async Task<ImmutableArray<PlannedItem>> MadeAsync(ImmutableArray<PlannedItem> planned, Run run, CancellationToken cancellationToken)
    {
        var made = ImmutableArray.CreateBuilder<PlannedItem>(planned.Length);
        foreach (var some in planned.Chunk(DatabasesAtOnce))
            made.AddRange(await Task.WhenAll(some.Select(item => MadeAsync(item, run.Act, cancellationToken))));
        run.Written.UnionWith(made.Where(item => item.Made is not null).Select(item => item.Layer));
        run.Written.UnionWith(made.Where(item => item.HasMadeAttributes).Select(item => LayerKey.Attributes(item.Layer.TenantId!.Value)));
        return made.DrainToImmutable();
    }

    private async Task<PlannedItem> MadeAsync(PlannedItem item, Act act, CancellationToken cancellationToken) => item.IsNew ? item : item with
    {
        Made = await store.FindMadeAsync(item.Layer, act.ChangeId, cancellationToken),
        HasMadeAttributes = item.Attributes is not null
            && await store.FindMadeAsync(LayerKey.Attributes(item.Layer.TenantId!.Value), act.ChangeId, cancellationToken) is not null,
    };

    private async Task<Error?> CommitSharedAsync(ImmutableArray<PlannedItem> planned, Run run, CancellationToken cancellationToken)
    {
        foreach (var item in planned.Where(item => item is { IsNew: true, Item.Kind: ApplyKind.Platform }))
        {
            var record = new PlatformRecord(item.Item.Platform!.Value, item.Item.Document["displayName"].Text() ?? item.Item.Id, default, run.Act.At);
            if ((await platforms.CreateAsync(record, run.Act, Step, cancellationToken)).Error is { } error)
                return error;
            run.Written.Add(item.Layer);
        }
        var changes = planned.Where(item => item.Item.Kind != ApplyKind.Tenant && item.Changes).Select(item => new Change
        {
            Layer = item.Layer,
            Base = item.Head.Revision.Number,
            Kind = RevisionKind.Import,
            Document = item.Verdict.Document,
            Action = $"{item.Layer.Kind.ToString().ToLowerInvariant()}.changed",
            TenantsAffected = item.Impact?.TenantsAffected,
        }).ToImmutableArray();
        if (changes.IsEmpty)
            return null;
        if ((await store.CommitAsync(changes, run.Act, Step, cancellationToken)).Error is { } refused)
            return refused;
        run.Written.UnionWith(changes.Select(change => change.Layer));
        foreach (var change in changes)
            signals.Publish(change.Layer);
        return null;
    }

    private async Task<Error?> CommitTenantsAsync(ImmutableArray<PlannedItem> planned, Run run, CancellationToken cancellationToken)
    {
        foreach (var tenant in planned.Where(item => item.Item.Kind == ApplyKind.Tenant))
        {
            if (run.Claim is not null)
                await keys.RenewAsync(run.Claim, cancellationToken); // many tenants take longer than a key is held
            if (await CommitTenantAsync(tenant, run, cancellationToken) is { } refused)
                return refused with { Violations = [.. refused.Violations.Select(tenant.Placed)] };
        }
        return null;
    }

    private async Task<Error?> CommitTenantAsync(PlannedItem tenant, Run run, CancellationToken cancellationToken)
    {
        var (id, act) = (TenantId.Parse(tenant.Item.Id), run.Act);
        var attributes = tenant switch
        {
            { IsNew: true } => await creation.CreateAsync(TenantDocument.Request(tenant.Item, TenantDocument.Attributes(tenant.Item.Document)), act, cancellationToken),
            { Attributes.Diff.IsEmpty: true } or { HasMadeAttributes: true } => Step,
            _ => await writes.WriteAsync(
                Import(LayerKey.Attributes(id), present => TenantDocument.Over(present, tenant.Item.Document), "tenant.changed", act), static _ => Step, cancellationToken),
        };
        if (attributes.Error is { } error)
            return error;
        if (tenant is { IsNew: true } or { Attributes.Diff.IsEmpty: false, HasMadeAttributes: false })
            run.Written.Add(LayerKey.Attributes(id));
        if (!tenant.Changes)
            return null;
        if ((await writes.WriteAsync(Import(tenant.Layer, _ => tenant.Verdict.Document, "overrides.changed", act), static _ => Step, cancellationToken)).Error is { } refused)
            return refused;
        run.Written.Add(tenant.Layer);
        return null;
    }

    private static WriteCommand Import(LayerKey layer, Func<JsonObject, JsonObject> propose, string action, Act act) => new()
    {
        Layer = layer,
        Propose = present => propose(present),
        Action = action,
        Act = act,
        Kind = RevisionKind.Import,
        MayWriteSuspended = true,
    };

    /// <summary>One run, and how far it is.</summary>
    private sealed record Run(Act Act, IdempotencyClaim? Claim)
    {
        /// <summary>Whether an earlier request began it under the same key: who knows how far that came.</summary>
        public bool IsResumed { get; init; }

        /// <summary>The layers that it has written, as far as is known.</summary>
        public HashSet<LayerKey> Written { get; } = [];

        public bool IsBegun => IsResumed || Written.Count > 0;

        /// <summary>What a refusal becomes when not everything is as it was before.</summary>
        public Error HalfDone(Error refusal)
        {
            var names = Written.Select(layer => layer.Text).Order(StringComparer.Ordinal).ToList();
            var written = names.Count switch
            {
                0 => "",
                <= MaxNamed => $" Written so far: {string.Join(", ", names)}.",
                _ => $" Written so far: {string.Join(", ", names.Take(MaxNamed))} and {names.Count - MaxNamed} more.",
            };
            return new Error(
                ErrorCodes.Conflict,
                $"Begun as change {Act.ChangeId} and not finished: {refusal.Message}{written} The same request goes on; under the same Idempotency-Key it leaves alone what others wrote since.",
                refusal.Violations);
        }
    }
}

/// <summary>What an apply did, or as a dry run would do.</summary>
/// <param name="ChangeId">Ties together everything that it changed.</param>
/// <param name="Items">What became of each document.</param>
public sealed record ApplyResponse(Guid ChangeId, ImmutableArray<ApplyItemResponse> Items)
{
    internal static ApplyResponse Of(
        Act act, ImmutableArray<PlannedItem> planned, bool isDryRun) =>
        new(act.ChangeId, [.. planned.Select(item => ApplyItemResponse.Of(item, isDryRun))]);
}

/// <summary>What became of one document.</summary>
/// <param name="Kind"><c>allowlist</c>, <c>platform</c>, <c>segment</c> or <c>tenant</c>.</param>
/// <param name="Id">Its id.</param>
/// <param name="Platform">The platform that it is or belongs to; <c>null</c> for the allowlist.</param>
/// <param name="Write">The write of its layer; a tenant's changes of attributes stand in the diff, too.</param>
public sealed record ApplyItemResponse(string Kind, string Id, string? Platform, WriteResponse Write)
{
    internal static ApplyItemResponse Of(PlannedItem item, bool isDryRun)
    {
        var revision = item.Made is { } made ? item.Head.Revision with { Number = made } : isDryRun || !item.Changes ? item.Head.Revision : item.Head.Revision.Next;
        var write = WriteResponse.Of(new Written(item.Layer, item.Verdict, revision, new RevisionVector("", [])) { IsDryRun = isDryRun, Impact = item.Impact });
        return new ApplyItemResponse(item.Item.Kind.ToString().ToLowerInvariant(), item.Item.Id, item.Item.Platform?.Text, write with
        {
            Diff = write.Diff with { Changes = [.. item.Attributes is null ? [] : DiffEntryResponse.Of(item.Attributes.ShownDiff), .. write.Diff.Changes] },
            Violations = isDryRun ? [.. item.Violations.Select(ViolationResponse.Of)] : null,
        });
    }
}
