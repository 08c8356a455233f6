using System.Collections.Immutable;
using Strata.Model.Documents;
using Strata.Model.Resolution;

namespace Strata.Model.Policies;

/// <summary>Whose effective document is judged.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Attributes">What it is.</param>
/// <param name="Segments">The segments that it is in.</param>
public sealed record PolicySubject(TenantId Tenant, TenantAttributes Attributes, ImmutableArray<Segment> Segments)
{
    /// <summary>Whether something that is granted to <paramref name="segments"/> is granted to the tenant; absent means to everybody.</summary>
    public bool IsGranted(Json? segments) => segments is null || segments.Texts().Any(id => Segments.Any(segment => segment.Id.Text == id));
}

/// <summary>The document under judgement and what the policies say of it, in their order.</summary>
/// <param name="merged">The document as the layers gave it.</param>
/// <param name="subject">The tenant; <c>null</c> for a platform's or segment's own view.</param>
public sealed class PolicyContext(JsonObject merged, PolicySubject? subject)
{
    private readonly ImmutableArray<Finding>.Builder _findings = ImmutableArray.CreateBuilder<Finding>();
    private readonly Dictionary<JsonPointer, Withholding> _withheld = [];

    /// <summary>The document as the layers gave it.</summary>
    public JsonObject Merged { get; } = merged;

    /// <summary>The document with what was withheld so far switched off.</summary>
    public JsonObject Document { get; private set; } = merged;

    /// <summary>The tenant; <c>null</c> for a platform's or segment's own view, where what only a tenant can bring is not judged.</summary>
    public PolicySubject? Subject { get; } = subject;

    /// <summary>The violations.</summary>
    public ImmutableArray<Finding> Findings => _findings.ToImmutable();

    /// <summary>The entries switched off.</summary>
    public ImmutableArray<Withholding> Withheld => [.. _withheld.Values];

    /// <summary>Records a violation.</summary>
    public void Report(string policy, Severity severity, JsonPointer pointer, string message) =>
        _findings.Add(new Finding(policy, severity, pointer, message));

    /// <summary>Switches an entry off, unless it is off already.</summary>
    public void Withhold(string policy, JsonPointer entry, string message)
    {
        if (!Document.At(entry).Member("enabled").IsTrue())
            return;
        Document = Sparse.With(Document, [.. entry.Segments, "enabled"], Json.False);
        _withheld[entry.Append("enabled")] = new Withholding(entry, policy, message);
    }

    /// <summary>The leaves with the withheld entries marked.</summary>
    public ImmutableArray<EffectiveLeaf> Mark(IReadOnlyCollection<EffectiveLeaf> leaves) => _withheld.Count == 0
        ? [.. leaves]
        : [.. leaves.Select(leaf => leaf.Pointer.Text.EndsWith("/enabled", StringComparison.Ordinal) && _withheld.TryGetValue(leaf.Pointer, out var by)
            ? leaf with { Value = Json.False, WithheldBy = by.Policy, Shadowed = [new LayerValue(leaf.Layer, leaf.Value), .. leaf.Shadowed] }
            : leaf)];
}
