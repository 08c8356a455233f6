using System.Collections.Immutable;
using CsCheck;
using Strata.Model.Documents;
using Strata.Model.Overrides;
using Strata.Model.Resolution;
using Strata.Model.Sections;

namespace Strata.Model.Tests.Resolution;

/// <summary>Layers made by chance over a small shape with a leaf of every rule, one in a map, one in a catalogue.</summary>
internal static class Generated
{
    private static readonly string[] Members = ["a", "b", "c", "d"];

    private static readonly ImmutableArray<string> Order = ["mild", "firm", "hard"];

    private static readonly KeyValuePair<string, Shape>[] Leaves =
    [
        .. Enum.GetValues<OverrideRule>().Select(rule => KeyValuePair.Create<string, Shape>(rule.Word(), new LeafShape
        {
            Rule = rule,
            Order = rule == OverrideRule.Stricter ? Order : [],
            Default = rule switch { OverrideRule.OnlyDisable => Json.True, OverrideRule.OnlyEnable => Json.False, _ => null },
        })),
    ];

    /// <summary>The shape.</summary>
    public static readonly ObjectShape Shape = new(
    [
        .. Leaves,
        KeyValuePair.Create<string, Shape>("map", new MapShape(new ObjectShape(Leaves))),
        KeyValuePair.Create<string, Shape>("catalogue", new MapShape(new ObjectShape(
            [.. Leaves, KeyValuePair.Create<string, Shape>("name", new LeafShape { Rule = OverrideRule.Locked, IsAnchor = true })]))),
    ]);

    /// <summary>A sparse document.</summary>
    public static readonly Gen<JsonObject> Document =
        Gen.Select(Entry(false), Map(Entry(false)), Map(Entry(true)), (own, map, catalogue) => Sparse.Prune(Shape, own.With("map", map).With("catalogue", catalogue)));

    /// <summary>A platform, up to three segments, a tenant, in order of precedence.</summary>
    public static readonly Gen<ImmutableArray<LayerValue>> Layers = Gen.Select(Document, Document.Array[0, 3], Document, (platform, segments, tenant) => ImmutableArray.Create<LayerValue>(
        [
            new LayerValue(LayerName.Platform, platform),
            .. segments.Select((segment, index) => new LayerValue(LayerName.Segment(SegmentId.Parse($"segment-{index}")), segment)),
            new LayerValue(LayerName.Tenant, tenant),
        ]));

    /// <summary>Resolves layers over the shape.</summary>
    public static (JsonObject Document, IReadOnlyList<EffectiveLeaf> Leaves, IReadOnlyList<Breach> Breaches) Resolve(IReadOnlyList<LayerValue> layers) =>
        LayerMerge.Run(Shape, Allowlist.Empty, layers);

    private static Gen<JsonObject> Map(Gen<JsonObject> entry) =>
        Gen.Select(OneOf("x", "y", "z"), entry).Array[0, 3].Select(entries => JsonObject.Of(entries.DistinctBy(pair => pair.Item1).Select(pair => KeyValuePair.Create(pair.Item1, (Json)pair.Item2))));

    private static Gen<JsonObject> Entry(bool isCatalogue) => Leaves.Aggregate(
        Gen.Int[0, 3].Select(named => isCatalogue && named > 0 ? JsonObject.Of(("name", Json.Of("n"))) : JsonObject.Empty),
        static (entry, leaf) => Gen.Select(entry, Gen.Bool, Value(((LeafShape)leaf.Value).Rule), (document, isSet, value) => isSet ? document.With(leaf.Key, value) : document));

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(index => texts[index]);

    private static Gen<Json> Value(OverrideRule rule) => rule switch
    {
        OverrideRule.AtMost or OverrideRule.AtLeast => Gen.Int[0, 9].Select(number => Json.Of(number)),
        OverrideRule.Subset or OverrideRule.Superset => OneOf(Members).Array[0, 4].Select(items => Json.Of(items.Distinct())),
        OverrideRule.OnlyDisable or OverrideRule.OnlyEnable => Gen.Bool.Select(Json.Of),
        OverrideRule.Stricter => OneOf([.. Order]).Select(step => Json.Of(step)),
        _ => OneOf(Members).Select(text => Json.Of(text)),
    };
}
