using Strata.Model.Documents;
using Strata.Model.Sections;

namespace Strata.Model.Overrides;

/// <summary>The rules as arithmetic: what is left of a lower layer's value under an inherited one.</summary>
public static class Bound
{
    /// <summary>
    /// The effective value when a segment or tenant sets <paramref name="own"/> below <paramref name="inherited"/>. For every rule but
    /// <see cref="OverrideRule.Replace"/> and <see cref="OverrideRule.TenantOnly"/> it never exceeds what is inherited.
    /// </summary>
    /// <param name="leaf">The rule, and the order that <see cref="OverrideRule.Stricter"/> moves along.</param>
    /// <param name="inherited">The value of the layers above; <c>null</c> when there is none, and then no bound binds.</param>
    /// <param name="own">The lower layer's value.</param>
    /// <returns><c>null</c> when nothing is left: only for a locked place that the platform leaves empty.</returns>
    public static Json? Apply(LeafShape leaf, Json? inherited, Json own) => (leaf.Rule, inherited) switch
    {
        (OverrideRule.Locked, _) => inherited,
        (OverrideRule.Replace or OverrideRule.TenantOnly, _) => own,
        (_, null) => leaf.IsSet ? Set(own) : own,
        (OverrideRule.AtMost, JsonNumber limit) => own is JsonNumber number && number.Value <= limit.Value ? own : limit,
        (OverrideRule.AtLeast, JsonNumber limit) => own is JsonNumber number && number.Value >= limit.Value ? own : limit,
        (OverrideRule.OnlyDisable, _) => inherited.Equals(Json.True) ? own : inherited,
        (OverrideRule.OnlyEnable, _) => inherited.Equals(Json.False) ? own : inherited,
        (OverrideRule.Stricter, _) => Strictness(leaf, own) > Strictness(leaf, inherited) ? own : inherited,
        (OverrideRule.Subset, _) => Intersection(inherited, own),
        (OverrideRule.Superset, _) => Union(inherited, own),
        _ => inherited, // a value that is not of the rule's type is refused by its schema; until then it counts for nothing
    };

    /// <summary>An array's members as a set: distinct, in canonical order.</summary>
    public static Json Set(Json array) => Sorted(Members(array));

    /// <summary>Whether a member of a set covers another: equal, or a host pattern <c>*.example.com</c> over a host or pattern below it.</summary>
    public static bool Covers(string pattern, string member) =>
        pattern == member || (pattern.StartsWith("*.", StringComparison.Ordinal) && member.EndsWith(pattern[1..], StringComparison.Ordinal));

    private static Json Intersection(Json inherited, Json own)
    {
        var (above, below) = (Members(inherited), Members(own));
        return Sorted(below.Where(member => above.Any(by => Covers(by, member))).Concat(above.Where(member => below.Any(by => Covers(by, member)))));
    }

    private static Json Union(Json inherited, Json own) => Sorted(Members(inherited).Concat(Members(own)));

    private static IEnumerable<Json> Members(Json array) => array is JsonArray { Items: var items } ? items : [array];

    private static bool Covers(Json pattern, Json member) =>
        pattern.Equals(member) || (pattern is JsonString by && member is JsonString text && Covers(by.Value, text.Value));

    private static JsonArray Sorted(IEnumerable<Json> members) => new([.. members.Distinct().Order(Comparer)]);

    private static int Strictness(LeafShape leaf, Json value) => value is JsonString text ? leaf.Order.IndexOf(text.Value) : -1;

    private static readonly Comparer<Json> Comparer = Comparer<Json>.Create(static (a, b) => (a, b) switch
    {
        (JsonString x, JsonString y) => string.CompareOrdinal(x.Value, y.Value),
        (JsonNumber x, JsonNumber y) => x.Value.CompareTo(y.Value),
        _ => string.CompareOrdinal(a.ToString(), b.ToString()),
    });
}
