using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Impact;
using Strata.Model.Judgement;
using Strata.Model.Sections;
using Strata.Server.Layers;
using Strata.Storage;
using Strata.Storage.Effective;

namespace Strata.Server.Impact;

/// <summary>
/// Tells whom a change of a layer would reach, exactly and without opening a tenant's database: the index of overrides groups the tenants that
/// the change treats alike, and one of each group is resolved.
/// </summary>
internal sealed class ImpactPreview(
    LayerReader reader, LayerStore layers, ImpactStore index, PlatformStore platforms, SectionCatalog sections, ImpactAnalysis analysis)
{
    private const int PlatformsAtOnce = 500;

    /// <summary>The impact of a layer's new document, as it was judged; <c>null</c> for a tenant's own overrides, which reach nobody else.</summary>
    public async Task<ImpactReport?> OfAsync(LayerHead head, Verdict verdict, LayerContext context, CancellationToken cancellationToken) => head.Layer.Kind switch
    {
        LayerKind.Tenant => null,
        LayerKind.Attributes or LayerKind.Allowlist or LayerKind.Platform or LayerKind.Segment when verdict.IsUnfit => ImpactSum.Of([]),
        LayerKind.Attributes => analysis.Of(
            context.Platform, context.Tenant!.Layers, context.Tenant.Layers with { Attributes = TenantAttributes.Read(verdict.Document) }),
        LayerKind.Allowlist => await OfAllowlistAsync(verdict.Document, cancellationToken),
        LayerKind.Platform or LayerKind.Segment => await OfAsync(context.Platform, LayerJudge.With(context.Platform, head.Layer, verdict.Document), cancellationToken),
    };

    /// <summary>The impact of a change of the layers above a platform's tenants.</summary>
    public async Task<ImpactReport> OfAsync(PlatformLayers before, PlatformLayers after, CancellationToken cancellationToken)
    {
        var scope = ImpactScope.Of(sections, before, after);
        var groups = await GroupAsync(before.Id, scope, cancellationToken);
        var examples = new List<TenantGroup>(groups.Count);
        var heads = await layers.HeadsAsync(groups.Values.Select(group => LayerKey.Tenant(group.Example)), cancellationToken);
        var documents = heads.ToDictionary(head => head.Layer.TenantId!.Value, head => reader.Accepted(head.Document));
        foreach (var group in groups.Values)
            examples.Add(new TenantGroup(new TenantLayers(group.Example, group.Attributes, documents[group.Example]), [.. group.Members]));
        return analysis.Of(before, after, examples);
    }

    /// <summary>The impact of a new allowlist, on the tenants of every platform.</summary>
    public async Task<ImpactReport> OfAllowlistAsync(JsonObject document, CancellationToken cancellationToken)
    {
        var reports = new List<ImpactReport>();
        PlatformId? after = null;
        while (await platforms.ListAsync(null, after, PlatformsAtOnce, cancellationToken) is { IsEmpty: false } page)
        {
            foreach (var platform in page)
            {
                if (await reader.FindPlatformAsync(platform.Id, cancellationToken) is { Layers: var before })
                    reports.Add(await OfAsync(before, LayerJudge.With(before, LayerKey.Allowlist, document), cancellationToken));
            }
            after = page[^1].Id;
        }
        return ImpactSum.Of(reports);
    }

    private async Task<Dictionary<string, Group>> GroupAsync(PlatformId platform, ImpactScope scope, CancellationToken cancellationToken)
    {
        var groups = new Dictionary<string, Group>(StringComparer.Ordinal);
        await foreach (var tenant in index.TenantsAsync(platform, scope.Prefixes, cancellationToken))
        {
            if (tenant.Attributes.Status is TenantStatus.Offboarded)
                continue;
            var key = scope.KeyOf(tenant.Id, tenant.Attributes, tenant.Overrides);
            if (!groups.TryGetValue(key, out var group))
                groups[key] = group = new Group(tenant.Id, tenant.Attributes, []);
            group.Members.Add(tenant.Id);
        }
        return groups;
    }

    private sealed record Group(TenantId Example, TenantAttributes Attributes, List<TenantId> Members);
}

/// <summary>Adds the impacts on several platforms up.</summary>
internal static class ImpactSum
{
    public static ImpactReport Of(IReadOnlyCollection<ImpactReport> reports) => new()
    {
        TenantsAffected = reports.Sum(report => report.TenantsAffected),
        Changes = [.. reports.SelectMany(report => report.Changes).GroupBy(change => change.Pointer).OrderBy(group => group.Key)
            .Select(group => new PointerImpact(group.Key, group.Sum(change => change.Tenants)))],
        Narrowed = Add(reports, report => report.Narrowed, value => value.Tenant),
        Withheld = Add(reports, report => report.Withheld, value => value.Tenant),
        Invalid = Add(reports, report => report.Invalid, value => value.Tenant),
        Joining = Add(reports, report => report.Joining, value => value.Tenant),
        Leaving = Add(reports, report => report.Leaving, value => value.Tenant),
    };

    private static Counted<T> Add<T>(IReadOnlyCollection<ImpactReport> reports, Func<ImpactReport, Counted<T>> part, Func<T, TenantId> tenant) => new(
        reports.Sum(report => part(report).Count),
        [.. reports.SelectMany(report => part(report).First).OrderBy(value => tenant(value).Text, StringComparer.Ordinal).Take(ImpactReport.MaxNamed)]);
}
