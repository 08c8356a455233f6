using System.Globalization;
using Strata.JsonSchema.Patterns;

namespace Strata.JsonSchema.Formats;

/// <summary>What the Bidi rule needs to know of a code point that may stand in a host name.</summary>
internal enum Direction
{
    Neutral,
    Left,

    /// <summary>R and AL.</summary>
    Right,

    /// <summary>EN.</summary>
    Number,

    /// <summary>AN.</summary>
    ArabicNumber,

    /// <summary>NSM.</summary>
    Mark,
}

/// <summary>A rule of RFC 5892, appendix A, for the code point at a position of a label.</summary>
internal delegate bool ContextRule(List<int> label, int at);

/// <summary>
/// Code points in host names by RFC 5892, derived by its own rules (section 3) from Unicode properties rather than listed.
/// Joining types and directions, which the runtime does not know, are given for the scripts where host names need them.
/// </summary>
internal static class IdnTables
{
    private static readonly Lazy<Membership> Unstable = new(() => new Membership("Changes_When_NFKC_Casefolded"));
    private static readonly Lazy<Membership> Ignorable = new(() => new Membership("Default_Ignorable_Code_Point"));
    private static readonly Lazy<Membership> Greek = new(() => new Membership("Script=Greek"));
    private static readonly Lazy<Membership> Hebrew = new(() => new Membership("Script=Hebrew"));
    private static readonly Lazy<Membership> Japanese = new(() => new Membership("Script=Hiragana", "Script=Katakana", "Script=Han"));
    private static readonly Lazy<Membership> Arabic = new(() => new Membership(
        "Script=Arabic", "Script=Syriac", "Script=Mongolian", "Script=Nko", "Script=Mandaic"));

    /// <summary>PVALID: section 3, in its order. Exceptions first (section 2.6).</summary>
    public static bool IsProtocolValid(int code)
    {
        if (code is 0xDF or 0x3C2 or 0x6FD or 0x6FE or 0xF0B or 0x3007)
            return true;
        if (code is 0x640 or 0x7FA or 0x302E or 0x302F or (>= 0x3031 and <= 0x3035) or 0x303B)
            return false;
        if (code is '-' or (>= '0' and <= '9') or (>= 'a' and <= 'z'))
            return true;
        // Conjoining Jamo, and blocks of combining marks for symbols and music (sections 2.9 and 2.5).
        if (code is (>= 0x1100 and <= 0x11FF) or (>= 0xA960 and <= 0xA97F) or (>= 0xD7B0 and <= 0xD7FF)
            or (>= 0x20D0 and <= 0x20FF) or (>= 0x1D100 and <= 0x1D24F))
            return false;
        if (Unstable.Value.Has(code) || Ignorable.Value.Has(code))
            return false;
        return CharUnicodeInfo.GetUnicodeCategory(code) is UnicodeCategory.LowercaseLetter or UnicodeCategory.UppercaseLetter or UnicodeCategory.OtherLetter
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ModifierLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
    }

    /// <summary>Null for a code point whose neighbours do not matter.</summary>
    public static ContextRule? ContextRule(int code) => code switch
    {
        0x200C => (label, at) => FollowsVirama(label, at) || JoinsBothSides(label, at),
        0x200D => FollowsVirama,
        0xB7 => (label, at) => at > 0 && at + 1 < label.Count && label[at - 1] == 'l' && label[at + 1] == 'l',
        0x375 => (label, at) => at + 1 < label.Count && Greek.Value.Has(label[at + 1]),
        0x5F3 or 0x5F4 => (label, at) => at > 0 && Hebrew.Value.Has(label[at - 1]),
        0x30FB => (label, _) => label.Exists(Japanese.Value.Has),
        >= 0x660 and <= 0x669 => (label, _) => !label.Exists(other => other is >= 0x6F0 and <= 0x6F9),
        >= 0x6F0 and <= 0x6F9 => (label, _) => !label.Exists(other => other is >= 0x660 and <= 0x669),
        _ => null,
    };

    public static Direction Direction(int code)
    {
        if (code is (>= '0' and <= '9') or (>= 0x6F0 and <= 0x6F9))
            return Formats.Direction.Number;
        if (code is (>= 0x660 and <= 0x669) or (>= 0x10D30 and <= 0x10D39) or (>= 0x10E60 and <= 0x10E7E))
            return Formats.Direction.ArabicNumber;
        if (CharUnicodeInfo.GetUnicodeCategory(code) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark)
            return Formats.Direction.Mark;
        if (code is (>= 0x590 and <= 0x8FF) or (>= 0xFB1D and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFE)
            or (>= 0x10800 and <= 0x10FFF) or (>= 0x1E800 and <= 0x1EFFF))
            return Formats.Direction.Right;
        return code is '-' or 0xB7 or 0x375 or 0x30FB or 0x200C or 0x200D ? Formats.Direction.Neutral : Formats.Direction.Left;
    }

    private static bool FollowsVirama(List<int> label, int at) => at > 0 && label[at - 1] is
        0x94D or 0x9CD or 0xA4D or 0xACD or 0xB4D or 0xBCD or 0xC4D or 0xCCD or 0xD3B or 0xD3C or 0xD4D or 0xDCA or 0xE3A or 0xEBA or 0xF84
        or 0x1039 or 0x103A or 0x1714 or 0x1715 or 0x1734 or 0x17D2 or 0x1A60 or 0x1B44 or 0x1BAA or 0x1BAB or 0x1BF2 or 0x1BF3 or 0x2D7F
        or 0xA806 or 0xA82C or 0xA8C4 or 0xA953 or 0xA9C0 or 0xAAF6 or 0xABED or 0x10A3F or 0x11046 or 0x11070 or 0x1107F or 0x110B9
        or 0x11133 or 0x11134 or 0x111C0 or 0x11235 or 0x112EA or 0x1134D or 0x11442 or 0x114C2 or 0x115BF or 0x1163F or 0x116B6 or 0x1172B
        or 0x11839 or 0x1193D or 0x1193E or 0x119E0 or 0x11A34 or 0x11A47 or 0x11A99 or 0x11C3F or 0x11D44 or 0x11D45 or 0x11D97;

    /// <summary>Marks between the letters are transparent.</summary>
    private static bool JoinsBothSides(List<int> label, int at)
    {
        var before = at - 1;
        while (before >= 0 && Direction(label[before]) == Formats.Direction.Mark)
            before--;
        var after = at + 1;
        while (after < label.Count && Direction(label[after]) == Formats.Direction.Mark)
            after++;
        return before >= 0 && after < label.Count && JoinsToNext(label[before]) && JoinsToPrevious(label[after]);
    }

    private static bool JoinsToNext(int code) => JoinsToPrevious(code) && !JoinsToPreviousOnly(code);

    private static bool JoinsToPrevious(int code) =>
        Arabic.Value.Has(code) && char.IsLetter(char.ConvertFromUtf32(code), 0) && code is not (0x621 or 0x674 or 0x6D5 or 0x8AD or 0x8E2);

    /// <summary>Joining type R of Arabic and Syriac.</summary>
    private static bool JoinsToPreviousOnly(int code) => code is
        (>= 0x622 and <= 0x625) or 0x627 or 0x629 or (>= 0x62F and <= 0x632) or 0x648 or (>= 0x671 and <= 0x673) or (>= 0x675 and <= 0x677)
        or (>= 0x688 and <= 0x699) or 0x6C0 or (>= 0x6C3 and <= 0x6CB) or 0x6CD or 0x6CF or 0x6D2 or 0x6D3 or 0x6EE or 0x6EF
        or 0x710 or (>= 0x715 and <= 0x719) or 0x71E or 0x728 or 0x72A or 0x72C or 0x72F or 0x74D;

    /// <summary>Union of Unicode properties, searched by halves.</summary>
    private sealed class Membership(params string[] properties)
    {
        private readonly (int From, int To)[] _ranges = [.. new CodePoints(properties.SelectMany(name => UnicodeProperties.Find(name)!.Ranges)).Ranges];

        public bool Has(int code)
        {
            var at = Array.BinarySearch(_ranges, (code, int.MaxValue));
            at = at < 0 ? ~at - 1 : at;
            return at >= 0 && code <= _ranges[at].To;
        }
    }
}
