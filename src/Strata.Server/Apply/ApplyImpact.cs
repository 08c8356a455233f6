using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Impact;
using Strata.Server.Impact;
using Strata.Server.Layers;
using Strata.Storage.Effective;

namespace Strata.Server.Apply;

/// <summary>
/// Whom the documents above tenants reach. Each is taken over those before it, in the order in which they build on each other: a segment that
/// uses what its platform grants only now is not narrowed.
/// </summary>
internal sealed class ApplyImpact(LayerReader reader, ImpactPreview preview)
{
    /// <summary>The items with their impact; those of tenants as they are.</summary>
    public async Task<ImmutableArray<PlannedItem>> AddAsync(ImmutableArray<PlannedItem> planned, CancellationToken cancellationToken)
    {
        var allowlist = planned.FirstOrDefault(item => item.Item.Kind == ApplyKind.Allowlist)?.Verdict.Document;
        var above = new Dictionary<PlatformId, PlatformLayers>();
        var items = ImmutableArray.CreateBuilder<PlannedItem>(planned.Length);
        foreach (var item in planned)
        {
            var impact = item.Item.Kind switch
            {
                ApplyKind.Tenant => null,
                ApplyKind.Allowlist => await OfAllowlistAsync(item, cancellationToken),
                ApplyKind.Platform or ApplyKind.Segment => await OfAsync(item, allowlist, above, cancellationToken),
            };
            items.Add(item with { Impact = impact });
        }
        return items.DrainToImmutable();
    }

    private async Task<ImpactReport> OfAllowlistAsync(PlannedItem item, CancellationToken cancellationToken) =>
        item.IsFit ? await preview.OfAllowlistAsync(item.Verdict.Document, cancellationToken) : ImpactSum.Of([]);

    private async Task<ImpactReport> OfAsync(
        PlannedItem item, JsonObject? allowlist, Dictionary<PlatformId, PlatformLayers> above, CancellationToken cancellationToken)
    {
        if (!item.IsFit)
            return ImpactSum.Of([]);
        var platform = item.Item.Platform!.Value;
        if (!above.TryGetValue(platform, out var before))
        {
            before = (await reader.FindPlatformAsync(platform, cancellationToken))?.Layers ?? new PlatformLayers(platform, Model.Allowlist.Empty, JsonObject.Empty, []);
            before = allowlist is null ? before : LayerJudge.With(before, LayerKey.Allowlist, allowlist);
        }
        above[platform] = LayerJudge.With(before, item.Layer, item.Verdict.Document);
        return await preview.OfAsync(before, above[platform], cancellationToken);
    }
}
