using System.Collections.Immutable;
using Strata.Model.Documents;

namespace Strata.Model.Resolution;

/// <summary>A value that lost, and the revision that set it.</summary>
public sealed record ShadowedValue(LayerName Layer, long Revision, Json Value);

/// <summary>Why a place has its value, since when, and what it would be without.</summary>
/// <param name="Leaf">The value and its provenance; without a value where a rule left nothing of what a layer asks.</param>
/// <param name="Value">The effective value; <c>null</c> when there is none.</param>
/// <param name="Revision">The number of the revision that set it; 0 for core, which has none.</param>
/// <param name="Shadowed">The values that lost, from the lowest layer to the highest.</param>
public sealed record Explanation(EffectiveLeaf Leaf, Json? Value, long Revision, ImmutableArray<ShadowedValue> Shadowed)
{
    /// <summary>Explains every leaf at or below a place, in document order, values that came to nothing last.</summary>
    /// <param name="configuration">What resolution found.</param>
    /// <param name="at">The place; the root for everything.</param>
    /// <param name="revisionOf">Which revision of a layer set a pointer.</param>
    public static IEnumerable<Explanation> Of(EffectiveConfiguration configuration, JsonPointer at, Func<LayerName, JsonPointer, long> revisionOf)
    {
        foreach (var leaf in configuration.Leaves.Where(leaf => leaf.Pointer.IsWithin(at)))
            yield return new Explanation(leaf, leaf.Value, revisionOf(leaf.Layer, leaf.Pointer), Shadows(leaf));
        foreach (var lost in configuration.Breaches.Where(breach => breach.To is null && breach.Pointer.IsWithin(at)))
        {
            var leaf = new EffectiveLeaf(lost.Pointer, lost.From, lost.Layer, lost.Rule) { IsNarrowed = true, Shadowed = [new LayerValue(lost.Layer, lost.From)] };
            yield return new Explanation(leaf, null, revisionOf(lost.Layer, lost.Pointer), Shadows(leaf));
        }

        ImmutableArray<ShadowedValue> Shadows(EffectiveLeaf leaf) =>
            [.. leaf.Shadowed.Select(value => new ShadowedValue(value.Layer, revisionOf(value.Layer, leaf.Pointer), value.Value))];
    }
}
