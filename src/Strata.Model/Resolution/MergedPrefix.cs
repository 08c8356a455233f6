using System.Runtime.InteropServices;
using Strata.Model.Documents;

namespace Strata.Model.Resolution;

/// <summary>What the layers above a tenant make of one place: its value, and the leaves and breaches in it.</summary>
/// <param name="Value">The value; <c>null</c> where there is none.</param>
/// <param name="FirstLeaf">The index of its first leaf.</param>
/// <param name="EndLeaf">The index after its last one.</param>
/// <param name="FirstBreach">The index of its first breach.</param>
/// <param name="EndBreach">The index after its last one.</param>
internal readonly record struct MergedPlace(Json? Value, int FirstLeaf, int EndLeaf, int FirstBreach, int EndBreach);

/// <summary>
/// What the layers above tenants give, place by place. Where a tenant says nothing it has exactly what stands here, so tenants under the same
/// layers share it instead of merging it again.
/// </summary>
/// <param name="Places">Every place that the walk came to.</param>
/// <param name="Leaves">All leaves, in document order.</param>
/// <param name="Breaches">All breaches, in document order.</param>
internal sealed record MergedPrefix(IReadOnlyDictionary<JsonPointer, MergedPlace> Places, List<EffectiveLeaf> Leaves, List<Breach> Breaches)
{
    /// <summary>Adds the leaves and breaches of a place to those of a tenant, and gives its value.</summary>
    public Json? Append(MergedPlace place, List<EffectiveLeaf> leaves, List<Breach> breaches)
    {
        leaves.AddRange(CollectionsMarshal.AsSpan(Leaves)[place.FirstLeaf..place.EndLeaf]);
        breaches.AddRange(CollectionsMarshal.AsSpan(Breaches)[place.FirstBreach..place.EndBreach]);
        return place.Value;
    }
}
