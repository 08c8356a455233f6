using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Strata.JsonSchema.Patterns;

/// <summary>
/// Writes a pattern in .NET's dialect, where the same text would often mean something else. Code points beyond U+FFFF are
/// pairs of characters there. A lone surrogate can be matched by a class that names it, not by one that merely excludes others.
/// </summary>
internal static class DotNetPattern
{
    /// <param name="tree">The pattern.</param>
    /// <param name="timeout">How long one match may take.</param>
    /// <exception cref="FormatException">.NET cannot build it, because of its size.</exception>
    public static Regex Build(PatternTree tree, TimeSpan timeout)
    {
        var text = Write(tree);
        try
        {
            return new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, timeout);
        }
        catch (NotSupportedException)
        {
            // Look-around, back-references, or an automaton too large.
        }

        try
        {
            return new Regex(text, RegexOptions.CultureInvariant, timeout);
        }
        catch (ArgumentException refused)
        {
            throw new FormatException(refused.Message, refused);
        }
    }

    public static string Write(PatternTree tree) => tree switch
    {
        PatternTree.Set set => WriteSet(set.CodePoints),
        PatternTree.Sequence sequence => string.Concat(sequence.Parts.Select(Write)),
        PatternTree.Choice choice => $"(?:{string.Join('|', choice.Options.Select(Write))})",
        PatternTree.Repeat repeat => $"(?:{Write(repeat.Body)}){WriteCount(repeat)}{(repeat.IsLazy ? "?" : "")}",
        PatternTree.Group { Number: 0 } group => $"(?:{Write(group.Body)})",
        PatternTree.Group group => $"({Write(group.Body)})",
        PatternTree.Start => @"\A",
        PatternTree.End => @"\z",
        PatternTree.WordBoundary { IsNegated: false } => "(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))",
        PatternTree.WordBoundary => "(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))",
        PatternTree.Look look => $"(?{(look.IsBehind ? "<" : "")}{(look.IsNegated ? "!" : "=")}{Write(look.Body)})",
        // In ECMA a group that took no part matches the empty text; in .NET it fails.
        PatternTree.BackReference reference => string.Create(CultureInfo.InvariantCulture, $"(?({reference.Number})\\{reference.Number}(?:)|)"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string WriteCount(PatternTree.Repeat repeat) => repeat switch
    {
        { Max: null, Min: 0 } => "*",
        { Max: null } => string.Create(CultureInfo.InvariantCulture, $"{{{repeat.Min},}}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{{{repeat.Min},{repeat.Max}}}"),
    };

    private static string WriteSet(CodePoints set)
    {
        var plain = new StringBuilder();
        var pairs = new List<string>();
        var hasAllSurrogates = set.Ranges.Any(range => range.From <= 0xD800 && range.To >= 0xDFFF);
        foreach (var (from, to) in set.Ranges)
        {
            if (hasAllSurrogates && from <= 0xD800 && to >= 0xDFFF)
            {
                AppendRange(plain, from, 0xD7FF);
                AppendRange(plain, 0xE000, Math.Min(to, 0xFFFF));
            }
            else
            {
                AppendRange(plain, from, Math.Min(to, 0xFFFF));
            }

            AddPairs(pairs, Math.Max(from, 0x10000), to);
        }

        if (plain.Length > 0)
            pairs.Add($"[{plain}]");
        return pairs.Count == 0 ? "[^\\s\\S]" : pairs.Count == 1 ? pairs[0] : $"(?:{string.Join('|', pairs)})";
    }

    /// <summary>Pairs with the same high surrogate, or whole blocks of them.</summary>
    private static void AddPairs(List<string> pairs, int from, int to)
    {
        while (from <= to)
        {
            var block = from | 0x3FF;
            var isWhole = (from & 0x3FF) == 0 && block <= to;
            var last = isWhole ? ((to + 1) & ~0x3FF) - 1 : Math.Min(block, to);
            pairs.Add($"[{Unit(High(from))}-{Unit(High(last))}][{Unit(Low(from))}-{Unit(Low(last))}]");
            from = last + 1;
        }
    }

    private static void AppendRange(StringBuilder text, int from, int to)
    {
        if (from <= to)
            text.Append(Unit(from)).Append('-').Append(Unit(to));
    }

    private static int High(int code) => 0xD800 + ((code - 0x10000) >> 10);

    private static int Low(int code) => 0xDC00 + ((code - 0x10000) & 0x3FF);

    private static string Unit(int unit) => string.Create(CultureInfo.InvariantCulture, $"\\u{unit:X4}");
}
