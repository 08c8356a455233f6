using System.Diagnostics;
using System.Globalization;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Judgement;
using Strata.Model.Policies;
using Strata.Model.Sections;
using Strata.Storage;
using Strata.Storage.Effective;

namespace Strata.Server.Layers;

/// <summary>What surrounds a layer: the layers that its documents are judged against.</summary>
/// <param name="Above">The platform with its segments and the allowlist; <c>null</c> for the allowlist itself, which belongs to no platform.</param>
/// <param name="Tenant">The tenant; <c>null</c> for layers above tenants.</param>
internal sealed record LayerContext(PlatformState? Above, TenantState? Tenant)
{
    /// <summary>The region that the tenant's database lies in; <c>null</c> where regions have no clusters of their own. Only for attributes.</summary>
    public string? Home { get; init; }

    public PlatformLayers Platform => Above?.Layers ?? throw new UnreachableException();
}

/// <summary>Judges a layer's new document by what kind of layer it is.</summary>
internal sealed class LayerJudge(Judge judge, SectionCatalog sections, LayerReader reader, TenantRegistry registry, Clusters clusters, TimeProvider time)
{
    /// <summary>Reads what surrounds a layer.</summary>
    public async Task<Result<LayerContext>> ContextAsync(LayerKey layer, CancellationToken cancellationToken)
    {
        switch (layer.Kind)
        {
            case LayerKind.Allowlist:
                return new LayerContext(null, null);
            case LayerKind.Platform or LayerKind.Segment:
                return await reader.FindPlatformAsync(layer.PlatformId!.Value, cancellationToken) is { } platform
                    ? new LayerContext(platform, null)
                    : new Error(ErrorCodes.NotFound, $"There is no platform '{layer.PlatformId}'.");
            case LayerKind.Attributes or LayerKind.Tenant:
                if (await reader.FindTenantAsync(layer.TenantId!.Value, cancellationToken) is not { } tenant)
                    return new Error(ErrorCodes.Unavailable, $"The tenant '{layer.TenantId}' is still being made.");
                return new LayerContext(await reader.FindPlatformAsync(tenant.Platform, cancellationToken), tenant) { Home = await HomeAsync(layer, cancellationToken) };
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Judges a new document.</summary>
    /// <param name="change">The layer and its documents.</param>
    /// <param name="context">What surrounds it.</param>
    public Verdict Judge(Proposal change, LayerContext context) => change.Layer.Kind switch
    {
        LayerKind.Allowlist when change.Kind == RevisionKind.Expiry => judge.Allowlist(change.Before, change.After),
        LayerKind.Allowlist => RefuseExpired(change, judge.Allowlist(change.Before, Kept(change.Before, change.After))),
        LayerKind.Platform => WithoutEnded(change, context.Platform, Ending.Of(change.After, time.GetUtcNow())),
        LayerKind.Segment => judge.Segment(context.Platform, change.Layer.SegmentId!.Value, change.Before, change.After),
        LayerKind.Attributes => RefuseMove(
            change, context.Home, judge.Attributes(context.Platform, context.Tenant!.Layers with { Attributes = TenantAttributes.Read(change.Before) }, change.After)),
        LayerKind.Tenant => judge.Tenant(context.Platform, context.Tenant!.Layers with { Overrides = change.Before }, change.After, change.Kind),
    };

    /// <summary>An allowlist about to be written, as it is going to be: what was over stays over.</summary>
    public JsonObject Kept(JsonObject before, JsonObject after) => Ending.Kept(before, after, time.GetUtcNow());

    /// <summary>What is over already is left out, so that files which still have it can be applied; whoever writes it is told.</summary>
    private Verdict WithoutEnded(Proposal change, PlatformLayers platform, Ending ending)
    {
        var verdict = judge.Platform(platform with { Document = change.Before }, ending.Document);
        var told = ending.Names.Where(name => !References.IsPlaintext(name)).Select(name => new Finding("expired", Severity.Warn, JsonPointer.Parse(name), "has ended already and is left out"));
        return verdict with { Warnings = [.. verdict.Warnings, .. told] };
    }

    /// <summary>A host that is over already cannot be let in.</summary>
    private Verdict RefuseExpired(Proposal change, Verdict verdict)
    {
        if (verdict.IsUnfit)
            return verdict;
        var today = time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var expired = from host in change.After["hosts"].Entries()
                      let expiresOn = host.Value.Member("expiresOn").Text()
                      where expiresOn is not null && string.CompareOrdinal(expiresOn, today) <= 0 && !Equals(Unmarked(host.Value), Unmarked(change.Before["hosts"].Member(host.Key)))
                      select new Violation(JsonPointer.Of("hosts", host.Key, "expiresOn"), "expired", $"must lie after today, since on its day a host no longer counts (is {expiresOn})");
        return verdict with { Violations = [.. verdict.Violations, .. expired] };
    }

    private static Json? Unmarked(Json? host) => host is JsonObject members ? members.Without("status") : host;

    private async Task<string?> HomeAsync(LayerKey layer, CancellationToken cancellationToken) =>
        layer.Kind == LayerKind.Attributes && await registry.FindAsync(layer.TenantId!.Value, cancellationToken) is { } record ? clusters.Get(record.Cluster).Region : null;

    /// <summary>A region of its own cluster cannot be changed: the database would stay where it is.</summary>
    private static Verdict RefuseMove(Proposal change, string? home, Verdict verdict)
    {
        var region = change.After["region"];
        if (home is null || region.Text() == home || Equals(change.Before["region"], region))
            return verdict;
        var refusal = new Violation(JsonPointer.Of("region"), "placement", $"must stay '{home}', where the tenant's database lies");
        return verdict with { Violations = [.. verdict.Violations, refusal] };
    }

    /// <summary>Where leaves begin in a layer's documents.</summary>
    public Shape ShapeOf(LayerKind kind) => sections.ShapeOf(kind);

    /// <summary>The layers of a platform with one of them changed.</summary>
    public static PlatformLayers With(PlatformLayers layers, LayerKey layer, JsonObject document) => layer.Kind switch
    {
        LayerKind.Allowlist => layers with { Allowlist = Model.Allowlist.Read(document) },
        LayerKind.Platform => layers with { Document = document },
        LayerKind.Segment => layers.WithSegment(layer.SegmentId!.Value, document.Count == 0 ? null : Segment.Read(layer.SegmentId.Value, document)),
        LayerKind.Attributes or LayerKind.Tenant => layers,
    };
}

/// <summary>A layer's new document, not judged yet.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Before">Its present document.</param>
/// <param name="After">Its new document.</param>
/// <param name="Kind">Why: a tenant's rollback is judged more mildly.</param>
internal sealed record Proposal(LayerKey Layer, JsonObject Before, JsonObject After, RevisionKind Kind);
