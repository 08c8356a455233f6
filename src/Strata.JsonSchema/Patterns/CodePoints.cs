namespace Strata.JsonSchema.Patterns;

/// <summary>A set of Unicode code points, surrogates included, as sorted ranges that neither overlap nor touch.</summary>
internal sealed class CodePoints
{
    public const int Max = 0x10FFFF;

    public CodePoints(IEnumerable<(int From, int To)> ranges)
    {
        var merged = new List<(int From, int To)>();
        foreach (var range in ranges.OrderBy(range => range.From))
        {
            if (merged.Count > 0 && range.From <= merged[^1].To + 1)
                merged[^1] = (merged[^1].From, Math.Max(merged[^1].To, range.To));
            else
                merged.Add(range);
        }

        Ranges = merged;
    }

    public static CodePoints Digits { get; } = new([('0', '9')]);

    public static CodePoints Word { get; } = new([('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]);

    /// <summary>ECMA's WhiteSpace and LineTerminator: with U+FEFF, without U+0085.</summary>
    public static CodePoints Space { get; } = new(
    [
        (0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A),
        (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
    ]);

    /// <summary>What a dot stands for: everything but the four line terminators.</summary>
    public static CodePoints Dot { get; } = new CodePoints([('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029)]).Complement();

    public IReadOnlyList<(int From, int To)> Ranges { get; }

    public static CodePoints Single(int codePoint) => new([(codePoint, codePoint)]);

    public CodePoints Union(CodePoints other) => new(Ranges.Concat(other.Ranges));

    public CodePoints Complement()
    {
        var gaps = new List<(int, int)>();
        var next = 0;
        foreach (var (from, to) in Ranges)
        {
            if (from > next)
                gaps.Add((next, from - 1));
            next = to + 1;
        }

        if (next <= Max)
            gaps.Add((next, Max));
        return new CodePoints(gaps);
    }
}
