using System.Collections.Immutable;

namespace Strata.JsonSchema.Patterns;

/// <summary>A regular expression as ECMA-262 reads it with the <c>u</c> flag.</summary>
internal abstract record PatternTree
{
    public sealed record Set(CodePoints CodePoints) : PatternTree;

    public sealed record Sequence(ImmutableArray<PatternTree> Parts) : PatternTree;

    public sealed record Choice(ImmutableArray<PatternTree> Options) : PatternTree;

    /// <param name="Body">What is repeated.</param>
    /// <param name="Min">At least so often.</param>
    /// <param name="Max">At most so often; null is without end.</param>
    /// <param name="IsLazy">Matters to back-references only, never to whether a text matches.</param>
    public sealed record Repeat(PatternTree Body, int Min, int? Max, bool IsLazy) : PatternTree;

    /// <param name="Body">What is in the brackets.</param>
    /// <param name="Number">Zero for a group that does not capture.</param>
    public sealed record Group(PatternTree Body, int Number) : PatternTree;

    public sealed record Start : PatternTree;

    public sealed record End : PatternTree;

    public sealed record WordBoundary(bool IsNegated) : PatternTree;

    public sealed record Look(PatternTree Body, bool IsBehind, bool IsNegated) : PatternTree;

    public sealed record BackReference(int Number) : PatternTree;

    public static PatternTree Empty { get; } = new Sequence([]);

    public static PatternTree Of(IReadOnlyList<PatternTree> parts) => parts.Count == 1 ? parts[0] : new Sequence([.. parts]);
}
