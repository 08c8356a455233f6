using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Impact;
using Strata.Model.Judgement;
using Strata.Server.Layers;
using Strata.Server.Tenants;
using Strata.Storage;
using Strata.Storage.Effective;

namespace Strata.Server.Apply;

/// <summary>One judged item.</summary>
/// <param name="Item">The item.</param>
/// <param name="Layer">The layer that its document becomes.</param>
/// <param name="Head">Where that layer stands; number 0 for one that is yet to be made.</param>
/// <param name="Verdict">The judgement of the layer's new document.</param>
internal sealed record PlannedItem(ApplyItem Item, LayerKey Layer, LayerHead Head, Verdict Verdict)
{
    /// <summary>Whether the platform or tenant does not exist yet.</summary>
    public bool IsNew { get; init; }

    /// <summary>A tenant's attributes, judged; <c>null</c> for the other kinds.</summary>
    public Verdict? Attributes { get; init; }

    /// <summary>Whom a document above tenants reaches; <c>null</c> where nobody asked, and for tenants.</summary>
    public ImpactReport? Impact { get; init; }

    /// <summary>The number of the revision that the same apply has made before it was interrupted; <c>null</c> for none. What others wrote since then stays.</summary>
    public long? Made { get; init; }

    /// <summary>Whether it has made the tenant's attributes what they are to be, too.</summary>
    public bool HasMadeAttributes { get; init; }

    public bool Changes => Made is null && !Verdict.Document.Equals(Head.Document);

    /// <summary>Whether the document changes anything that can be thought through.</summary>
    public bool IsFit => Changes && !Verdict.IsUnfit;

    /// <summary>Everything that refuses the item, at its place in the request.</summary>
    public IEnumerable<Violation> Violations => (HasMadeAttributes ? [] : Attributes?.Violations ?? []).Concat(Made is null ? Verdict.Violations : []).Select(Placed);

    /// <summary>A violation of the item's document at its place in the request.</summary>
    public Violation Placed(Violation violation) => violation with { Pointer = JsonPointer.Parse($"/items/{Item.Index}/document{violation.Pointer}") };

    public Error? Refusal => (HasMadeAttributes ? null : Attributes?.Refusal) ?? (Made is null ? Verdict.Refusal : null);
}

/// <summary>Judges all items of an apply, each under the others as they are going to be, before anything is written.</summary>
internal sealed class ApplyPlan(
    LayerReader reader, LayerWrites writes, LayerJudge judge, PlatformStore platforms, TenantRegistry tenants, TenantCreation creation)
{
    private const int MaxName = Platforms.CreatePlatformRequest.MaxName;

    /// <summary>The judged items in the order of their kinds, or why one cannot even be judged.</summary>
    /// <param name="items">What is to be.</param>
    /// <param name="isDryRun">Whether nothing follows: then tenants' own databases are left alone.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Result<ImmutableArray<PlannedItem>>> OfAsync(ImmutableArray<ApplyItem> items, bool isDryRun, CancellationToken cancellationToken)
    {
        var planned = ImmutableArray.CreateBuilder<PlannedItem>(items.Length);
        var above = new Dictionary<PlatformId, PlatformLayers>();
        var sound = items;
        foreach (var same in items.GroupBy(item => item.Kind))
        {
            foreach (var platform in same.Select(item => item.Platform).OfType<PlatformId>().Distinct())
            {
                if (!(await AboveAsync(platform, items, sound, cancellationToken)).TryGet(out var layers, out var error))
                    return error;
                above[platform] = layers;
            }
            foreach (var item in same)
            {
                if (!(await JudgeAsync(item, item.Platform is { } platform ? above[platform] : null, isDryRun, cancellationToken)).TryGet(out var judged, out var error))
                    return error;
                planned.Add(judged);
            }
            // Nothing is judged under a document that holds a credential: what is said of it might repeat it.
            var unsound = planned.Where(judged => judged.Verdict.HasPlaintext).Select(judged => judged.Item.Index).ToHashSet();
            sound = sound.RemoveAll(item => unsound.Contains(item.Index));
        }
        return planned.DrainToImmutable();
    }

    /// <summary>A platform's layers as the <paramref name="sound"/> ones of the items are going to make them.</summary>
    private async Task<Result<PlatformLayers>> AboveAsync(
        PlatformId platform, ImmutableArray<ApplyItem> items, ImmutableArray<ApplyItem> sound, CancellationToken cancellationToken)
    {
        var own = items.Where(item => item.Platform == platform).ToList();
        var state = await reader.FindPlatformAsync(platform, cancellationToken);
        if (state is null && !own.Exists(item => item.Kind == ApplyKind.Platform))
            return new Error(ErrorCodes.InvalidArgument, $"'/items/{own[0].Index}/platform': there is no platform '{platform}'.");
        var present = await AllowlistAsync(cancellationToken);
        var layers = state?.Layers ?? new PlatformLayers(platform, Model.Allowlist.Read(present), JsonObject.Empty, []);
        if (sound.FirstOrDefault(item => item.Kind == ApplyKind.Allowlist) is { } allowlist)
            layers = LayerJudge.With(layers, LayerKey.Allowlist, judge.Kept(present, allowlist.Document));
        return sound.Where(item => item.Platform == platform && item.Kind is ApplyKind.Platform or ApplyKind.Segment)
            .Aggregate(layers, (sum, item) => LayerJudge.With(sum, KeyOf(item), Sections(item)));
    }

    private async Task<JsonObject> AllowlistAsync(CancellationToken cancellationToken) =>
        (await writes.HeadAsync(LayerKey.Allowlist, cancellationToken))?.Document ?? JsonObject.Empty;

    private async Task<Result<PlannedItem>> JudgeAsync(ApplyItem item, PlatformLayers? above, bool isDryRun, CancellationToken cancellationToken) => item.Kind switch
    {
        ApplyKind.Tenant => await JudgeTenantAsync(item, above!, isDryRun, cancellationToken),
        ApplyKind.Platform => await JudgePlatformAsync(item, above!, cancellationToken),
        ApplyKind.Allowlist or ApplyKind.Segment => Judge(item, above, (await writes.HeadAsync(KeyOf(item), cancellationToken))!),
    };

    private async Task<Result<PlannedItem>> JudgePlatformAsync(ApplyItem item, PlatformLayers above, CancellationToken cancellationToken)
    {
        var record = await platforms.FindAsync(item.Platform!.Value, cancellationToken);
        var name = item.Document["displayName"];
        if (name is not null && (name.Text() is not { Length: > 0 and <= MaxName } text || (record is not null && record.DisplayName != text)))
        {
            return new Error(
                ErrorCodes.InvalidArgument,
                $"'/items/{item.Index}/document/displayName' must be a text of at most {MaxName} characters, and the platform's own where it exists.");
        }
        if (record is null && Platforms.CreatePlatformRequest.RefusalOf(name.Text() ?? "", JsonPointer.Parse($"/items/{item.Index}/document/displayName")) is { } refusal)
            return refusal;
        var key = KeyOf(item);
        var head = await writes.HeadAsync(key, cancellationToken) ?? new LayerHead(key, default, JsonObject.Empty, default);
        return Judge(item, above, head) with { IsNew = record is null };
    }

    private PlannedItem Judge(ApplyItem item, PlatformLayers? above, LayerHead head)
    {
        var context = new LayerContext(above is null ? null : new PlatformState(above, ImmutableDictionary<LayerName, Revision>.Empty), null);
        return new PlannedItem(item, head.Layer, head, judge.Judge(new Proposal(head.Layer, head.Document, Sections(item), RevisionKind.Import), context));
    }

    private async Task<Result<PlannedItem>> JudgeTenantAsync(ApplyItem item, PlatformLayers above, bool isDryRun, CancellationToken cancellationToken)
    {
        var id = TenantId.Parse(item.Id);
        var key = LayerKey.Tenant(id);
        var given = TenantDocument.Attributes(item.Document);
        var record = await tenants.FindAsync(id, cancellationToken);
        if (record is not null && record.Platform != item.Platform)
            return new Error(ErrorCodes.Conflict, $"'/items/{item.Index}/id': the id '{id}' is taken.");
        // One that is half made has no layers yet.
        if (record is null or { Attributes.Status: TenantStatus.Provisioning })
        {
            var attributes = creation.Attributes(TenantDocument.Request(item, given), above);
            var fresh = new TenantLayers(id, TenantAttributes.Read(attributes), JsonObject.Empty);
            return Plan(creation.Judge(above, id, attributes), fresh, new LayerHead(key, default, JsonObject.Empty, default)) with { IsNew = true };
        }
        if (!(await judge.ContextAsync(key, cancellationToken)).TryGet(out var context, out var error))
            return error;
        var present = (await writes.HeadAsync(LayerKey.Attributes(id), cancellationToken))!.Document;
        var changed = TenantDocument.Over(present, item.Document);
        var around = context with { Above = context.Above! with { Layers = above } };
        var verdict = judge.Judge(new Proposal(LayerKey.Attributes(id), present, changed, RevisionKind.Import), around);
        var own = isDryRun ? await writes.PublishedHeadAsync(key, cancellationToken) : await writes.HeadAsync(key, cancellationToken);
        return Plan(verdict, context.Tenant!.Layers with { Attributes = TenantAttributes.Read(changed) }, own!);

        PlannedItem Plan(Verdict attributes, TenantLayers tenant, LayerHead head)
        {
            var state = new LayerContext(
                new PlatformState(above, ImmutableDictionary<LayerName, Revision>.Empty), new TenantState(above.Id, tenant, default, default, []));
            var overrides = judge.Judge(new Proposal(key, head.Document, Sections(item), RevisionKind.Import), state);
            return new PlannedItem(item, key, head, overrides) { Attributes = attributes };
        }
    }

    private static LayerKey KeyOf(ApplyItem item) => item.Kind switch
    {
        ApplyKind.Allowlist => LayerKey.Allowlist,
        ApplyKind.Platform => LayerKey.Platform(item.Platform!.Value),
        ApplyKind.Segment => LayerKey.Segment(item.Platform!.Value, SegmentId.Parse(item.Id)),
        ApplyKind.Tenant => LayerKey.Tenant(TenantId.Parse(item.Id)),
    };

    /// <summary>The part of an item's document that its layer stores.</summary>
    private static JsonObject Sections(ApplyItem item) => item.Kind switch
    {
        ApplyKind.Platform => item.Document.Without("displayName"),
        ApplyKind.Tenant => TenantDocument.Overrides(item.Document),
        ApplyKind.Allowlist or ApplyKind.Segment => item.Document,
    };
}

/// <summary>A tenant's document in an apply: attributes and overrides side by side.</summary>
internal static class TenantDocument
{
    private static readonly string[] Names = ["displayName", "tier", "region", "labels"];

    public static JsonObject Attributes(JsonObject document) => JsonObject.Of(document.Members.ToArray().Where(member => Names.Contains(member.Key)));

    /// <summary>The present attributes with those that the document gives: what it does not name, such as the status, stays as it is.</summary>
    public static JsonObject Over(JsonObject present, JsonObject document) =>
        Attributes(document).Members.ToArray().Aggregate(present, static (sum, member) => sum.With(member.Key, member.Value));

    public static JsonObject Overrides(JsonObject document) => JsonObject.Of(document.Members.ToArray().Where(member => !Names.Contains(member.Key)));

    public static CreateTenantRequest Request(ApplyItem item, JsonObject attributes) => new(
        item.Id, item.Platform!.Value.Text, attributes["displayName"].Text() ?? item.Id,
        attributes["tier"].Text(), attributes["region"].Text(), attributes["labels"] as JsonObject);
}
