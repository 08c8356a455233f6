using System.Globalization;
using System.Text;

namespace Strata.JsonSchema.Formats;

/// <summary>Labels of internationalised host names: RFC 5891 section 5, with the code points of RFC 5892 and the Bidi rule of RFC 5893.</summary>
internal static class IdnLabel
{
    private const string Prefix = "xn--";

    /// <summary>The A-label, or the label itself if it is plain ASCII; null when it is not valid.</summary>
    /// <param name="label">A U-label, an A-label or a plain one.</param>
    /// <param name="isBidi">Whether some label of the name is written from right to left: then all must keep the Bidi rule.</param>
    public static string? ToAscii(string label, bool isBidi)
    {
        if (label.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            var decoded = Punycode.Decode(label.AsSpan(Prefix.Length));
            var isCanonical = decoded is not null && decoded.Exists(code => code >= 0x80)
                && string.Equals(Punycode.Encode(decoded), label[Prefix.Length..], StringComparison.OrdinalIgnoreCase);
            return isCanonical && IsULabel(decoded!, isBidi) ? label : null;
        }

        var codes = label.EnumerateRunes().Select(rune => rune.Value).ToList();
        if (!codes.Exists(code => code >= 0x80))
            return HostnameFormats.IsLetterDigitHyphen(Encoding.ASCII.GetBytes(label)) && (!isBidi || KeepsBidiRule(codes)) ? label : null;
        return IsULabel(codes, isBidi) ? Prefix + Punycode.Encode(codes) : null;
    }

    public static bool IsRightToLeft(string label)
    {
        var codes = label.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            ? Punycode.Decode(label.AsSpan(Prefix.Length)) ?? []
            : label.EnumerateRunes().Select(rune => rune.Value);
        return codes.Any(code => IdnTables.Direction(code) is Direction.Right or Direction.ArabicNumber);
    }

    private static bool IsULabel(List<int> codes, bool isBidi)
    {
        if (codes.Count == 0 || codes[0] == '-' || codes[^1] == '-' || (codes.Count > 3 && codes[2] == '-' && codes[3] == '-'))
            return false;
        var first = CharUnicodeInfo.GetUnicodeCategory(codes[0]);
        if (first is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark)
            return false;
        for (var i = 0; i < codes.Count; i++)
        {
            if (!(IdnTables.ContextRule(codes[i]) is { } rule ? rule(codes, i) : IdnTables.IsProtocolValid(codes[i])))
                return false;
        }

        return !(isBidi || codes.Exists(code => IdnTables.Direction(code) is Direction.Right or Direction.ArabicNumber)) || KeepsBidiRule(codes);
    }

    /// <summary>RFC 5893, section 2.</summary>
    private static bool KeepsBidiRule(List<int> codes)
    {
        var directions = codes.ConvertAll(IdnTables.Direction);
        var last = directions.FindLast(direction => direction != Direction.Mark);
        if (directions[0] == Direction.Left)
            return !directions.Exists(direction => direction is Direction.Right or Direction.ArabicNumber) && last is Direction.Left or Direction.Number;
        if (directions[0] != Direction.Right || directions.Contains(Direction.Left))
            return false;
        var mixesDigits = directions.Contains(Direction.Number) && directions.Contains(Direction.ArabicNumber);
        return !mixesDigits && last is Direction.Right or Direction.Number or Direction.ArabicNumber;
    }
}
