using CsCheck;
using Strata.Model.Diff;
using Strata.Model.Documents;
using Strata.Model.Overrides;
using Strata.Model.Resolution;
using Strata.Model.Sections;

namespace Strata.Model.Tests.Resolution;

/// <summary>The laws of the model, on generated layers. A failure prints the seed that replays it.</summary>
public sealed class LawTests
{
    [Fact]
    public void A_tenant_never_exceeds_what_the_layers_above_grant() => Generated.Layers.Sample(layers =>
    {
        var granted = Generated.Resolve(layers[..^1]).Document;
        var effective = Generated.Resolve(layers).Document;

        foreach (var leaf in Sparse.Leaves(Generated.Shape, effective))
            AssertWithin(leaf, granted.At(leaf.Pointer));
    });

    [Fact]
    public void Segments_together_never_exceed_what_the_platform_grants() => Generated.Layers.Sample(layers =>
    {
        var granted = Generated.Resolve(layers[..1]).Document;
        var effective = Generated.Resolve(layers[..^1]).Document;

        foreach (var leaf in Sparse.Leaves(Generated.Shape, effective))
            AssertWithin(leaf, granted.At(leaf.Pointer));
    });

    [Fact]
    public void What_is_granted_and_only_growing_is_never_lost() => Generated.Layers.Sample(layers =>
    {
        var granted = Generated.Resolve(layers[..^1]).Document;
        var effective = Generated.Resolve(layers).Document;

        foreach (var leaf in Sparse.Leaves(Generated.Shape, granted))
            Assert.True(effective.At(leaf.Pointer) is not null, $"{leaf.Pointer} is gone");
    });

    [Fact]
    public void Resolution_is_deterministic() => Generated.Layers.Sample(layers =>
        Assert.Equal(Generated.Resolve(layers).Document.ToUtf8(), Generated.Resolve([.. layers.Select(layer => new LayerValue(layer.Layer, Json.Trusted(layer.Value.ToString())))]).Document.ToUtf8()));

    [Fact]
    public void Sharing_what_the_layers_above_give_changes_nothing() => Generated.Layers.Sample(layers =>
    {
        var prefix = LayerMerge.Prefix(Generated.Shape, Allowlist.Empty, layers[..^1]);

        var shared = LayerMerge.Run(Generated.Shape, Allowlist.Empty, layers, prefix);

        Assert.Equal(Told(Generated.Resolve(layers)), Told(shared));
    });

    [Fact]
    public void Resolving_with_the_effective_values_as_overrides_changes_nothing() => Generated.Layers.Sample(layers =>
    {
        var once = Generated.Resolve(layers).Document;
        var twice = Generated.Resolve([.. layers[..^1], new LayerValue(LayerName.Tenant, once)]).Document;

        Assert.Equal(once.ToString(), twice.ToString());
    });

    [Fact]
    public void Set_then_unset_is_identity() => Gen.Select(Generated.Layers, Generated.Document).Sample((layers, other) =>
    {
        var tenant = (JsonObject)layers[^1].Value;
        var added = Sparse.Leaves(Generated.Shape, other).Where(leaf => tenant.At(leaf.Pointer) is null).ToArray();
        var set = added.Aggregate(tenant, (document, leaf) => Sparse.With(document, [.. leaf.Pointer.Segments], leaf.Value));

        var unset = Sparse.Without(Generated.Shape, set, added.Select(leaf => leaf.Pointer));

        Assert.Equal(tenant, unset);
    });

    [Fact]
    public void Every_leaf_has_exactly_one_winner_that_has_a_say_in_it() => Generated.Layers.Sample(layers =>
    {
        var (document, leaves, _) = Generated.Resolve(layers);

        Assert.Equal(Sparse.Leaves(Generated.Shape, document).Select(leaf => leaf.Pointer), leaves.Select(leaf => leaf.Pointer));
        foreach (var leaf in leaves.Where(leaf => leaf.Layer != LayerName.Core))
            Assert.NotNull(layers.Single(layer => layer.Layer == leaf.Layer).Value.At(leaf.Pointer));
    });

    [Fact]
    public void Narrowing_is_reported_exactly_when_the_tenant_gets_less_than_it_asks() => Generated.Layers.Sample(layers =>
    {
        var (document, _, breaches) = Generated.Resolve(layers);
        var reported = breaches.Where(breach => breach.Layer == LayerName.Tenant && breach.IsNarrowed).ToList();

        foreach (var asked in Sparse.Leaves(Generated.Shape, (JsonObject)layers[^1].Value))
        {
            var shape = (LeafShape)Generated.Shape.At(asked.Pointer)!;
            var wish = shape.IsSet ? Bound.Set(asked.Value) : asked.Value;
            var got = document.At(asked.Pointer);
            var isLess = shape.Rule == OverrideRule.Superset ? got is null : !wish.Equals(got);
            Assert.Equal(isLess, reported.Any(breach => asked.Pointer.IsWithin(breach.Pointer)));
        }
    });

    [Fact]
    public void A_value_that_is_accepted_on_write_is_in_force_as_written() => Generated.Layers.Sample(layers =>
    {
        var (document, _, breaches) = Generated.Resolve(layers);
        var refused = breaches.Where(breach => breach.Layer == LayerName.Tenant).Select(breach => breach.Pointer).ToArray();

        foreach (var asked in Sparse.Leaves(Generated.Shape, (JsonObject)layers[^1].Value).Where(asked => !refused.Any(asked.Pointer.IsWithin)))
        {
            var shape = (LeafShape)Generated.Shape.At(asked.Pointer)!;
            if (shape.Rule != OverrideRule.Superset)
                Assert.Equal(shape.IsSet ? Bound.Set(asked.Value) : asked.Value, document.At(asked.Pointer));
        }
    });

    [Fact]
    public void A_diff_applied_to_the_old_document_gives_the_new_one() => Gen.Select(Generated.Document, Generated.Document).Sample((before, after) =>
    {
        var patched = DocumentDiff.Between(Generated.Shape, before, after).Aggregate(before, static (document, entry) => entry.After is { } value
            ? Sparse.With(document, [.. entry.Pointer.Segments], value)
            : Sparse.Without(Generated.Shape, document, [entry.Pointer]));

        Assert.Equal(after, Sparse.Prune(Generated.Shape, patched));
    });

    private static void AssertWithin(Leaf leaf, Json? granted)
    {
        var shape = (LeafShape)Generated.Shape.At(leaf.Pointer)!;
        var isWithin = (shape.Rule, granted) switch
        {
            (OverrideRule.Replace or OverrideRule.TenantOnly, _) => true,
            (OverrideRule.Locked, _) => leaf.Value.Equals(granted),
            (_, null) => true, // nothing above binds
            (OverrideRule.AtMost, _) => leaf.Value.Number() <= granted.Number(),
            (OverrideRule.AtLeast, _) => leaf.Value.Number() >= granted.Number(),
            (OverrideRule.Subset, _) => !leaf.Value.Texts().Except(granted.Texts()).Any(),
            (OverrideRule.Superset, _) => !granted.Texts().Except(leaf.Value.Texts()).Any(),
            (OverrideRule.OnlyDisable, _) => granted.IsTrue() || !leaf.Value.IsTrue(),
            (OverrideRule.OnlyEnable, _) => !granted.IsTrue() || leaf.Value.IsTrue(),
            (OverrideRule.Stricter, _) => shape.Order.IndexOf(leaf.Value.Text()!) >= shape.Order.IndexOf(granted.Text()!),
        };
        Assert.True(isWithin, $"{leaf.Pointer} is {leaf.Value}, granted is {granted}");
    }

    /// <summary>Everything that a resolution says, a line for each thing.</summary>
    private static IEnumerable<string> Told((JsonObject Document, IReadOnlyList<EffectiveLeaf> Leaves, IReadOnlyList<Breach> Breaches) resolution) =>
    [
        resolution.Document.ToString(),
        .. resolution.Leaves.Select(leaf => $"{leaf.Pointer} {leaf.Value} {leaf.Layer} {leaf.Rule} {leaf.IsNarrowed} {string.Join(' ', leaf.Shadowed)} | {string.Join(' ', leaf.Contributors)}"),
        .. resolution.Breaches.Select(breach => breach.ToString()),
    ];
}
