using System.Collections.Immutable;
using Strata.Model.Documents;
using Strata.Model.Overrides;
using Strata.Model.Policies;

namespace Strata.Model.Resolution;

/// <summary>What resolution finds: the effective document, and why each value is what it is.</summary>
public sealed record EffectiveConfiguration
{
    /// <summary>The effective document; its canonical bytes are what everybody reads.</summary>
    public required JsonObject Document { get; init; }

    /// <summary>Every leaf of the document with its provenance, in document order.</summary>
    public required ImmutableArray<EffectiveLeaf> Leaves { get; init; }

    /// <summary>Every value that a rule refuses, effective or not; see <see cref="Narrowed"/> for those that changed anything.</summary>
    public required ImmutableArray<Breach> Breaches { get; init; }

    /// <summary>The entries that a policy switched off, in the order of the policies.</summary>
    public required ImmutableArray<Withholding> Withheld { get; init; }

    /// <summary>What the policies found before anything was switched off.</summary>
    public required ImmutableArray<Finding> Findings { get; init; }

    /// <summary>The values that are in force less far than their layer asked.</summary>
    public IEnumerable<Breach> Narrowed => Breaches.Where(breach => breach.IsNarrowed);
}

/// <summary>A value that a layer has at a place.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Value">Its value.</param>
public sealed record LayerValue(LayerName Layer, Json Value);

/// <summary>One effective value and where it comes from.</summary>
/// <param name="Pointer">Where it stands.</param>
/// <param name="Value">The effective value.</param>
/// <param name="Layer">The winner: the layer that set it, for a merged array the lowest layer that changed the result.</param>
/// <param name="Rule">What a lower layer may do to it.</param>
public sealed record EffectiveLeaf(JsonPointer Pointer, Json Value, LayerName Layer, OverrideRule Rule)
{
    /// <summary>Other layers whose members are in a merged array.</summary>
    public ImmutableArray<LayerName> Contributors { get; init; } = [];

    /// <summary>The values of other layers that lost, from the lowest layer to the highest.</summary>
    public ImmutableArray<LayerValue> Shadowed { get; init; } = [];

    /// <summary>Whether a rule took something from a lower layer's value.</summary>
    public bool IsNarrowed { get; init; }

    /// <summary>The policy that switched the entry off, when this is its <c>enabled</c>; else <c>null</c>.</summary>
    public string? WithheldBy { get; init; }
}

/// <summary>A value that breaks its override rule. On write it is refused; on read it is narrowed.</summary>
/// <param name="Pointer">Where; for a catalogue entry that only a lower layer has, the entry.</param>
/// <param name="Layer">The layer whose value it is.</param>
/// <param name="Rule">The rule.</param>
/// <param name="From">What the layer asks.</param>
/// <param name="To">What is left; <c>null</c> when nothing is.</param>
/// <param name="Inherited">The value that binds; <c>null</c> when no layer above has one.</param>
public sealed record Breach(JsonPointer Pointer, LayerName Layer, OverrideRule Rule, Json From, Json? To, LayerValue? Inherited)
{
    /// <summary>The place that a refusal names: the anchor of a catalogue entry, else <see cref="Pointer"/>.</summary>
    public JsonPointer RefusedAt { get; init; } = Pointer;

    /// <summary>Whether the rule changed the effective value; not so when a locked place is set to what it is anyway.</summary>
    public bool IsNarrowed => !From.Equals(To);
}

/// <summary>An entry that a policy switched off.</summary>
/// <param name="Pointer">The entry.</param>
/// <param name="Policy">The policy's id.</param>
/// <param name="Message">Why, for people.</param>
public sealed record Withholding(JsonPointer Pointer, string Policy, string Message);
