using System.Buffers;
using System.Text;

namespace Strata.JsonSchema.Formats;

/// <summary>URIs by RFC 3986, appendix A, and IRIs by RFC 3987, section 2.2.</summary>
internal static class UriFormats
{
    private static readonly SearchValues<byte> Unreserved = Unescaped(""u8);
    private static readonly SearchValues<byte> UserInformation = Unescaped(":"u8);
    private static readonly SearchValues<byte> Path = Unescaped(":@/"u8);
    private static readonly SearchValues<byte> Query = Unescaped(":@/?"u8);

    public static bool IsUri(ReadOnlySpan<byte> text) => TakeScheme(ref text) && IsHierarchy(text, international: false);

    public static bool IsIri(ReadOnlySpan<byte> text) => TakeScheme(ref text) && IsHierarchy(text, international: true);

    public static bool IsUriReference(ReadOnlySpan<byte> text) => IsReference(text, international: false);

    public static bool IsIriReference(ReadOnlySpan<byte> text) => IsReference(text, international: true);

    private static bool IsReference(ReadOnlySpan<byte> text, bool international)
    {
        if (TakeScheme(ref text))
            return IsHierarchy(text, international);
        // Without a scheme the first segment must have no colon: it would look like one.
        var end = text.IndexOfAny("/?#"u8);
        return !(end < 0 ? text : text[..end]).Contains((byte)':') && IsHierarchy(text, international);
    }

    private static bool TakeScheme(ref ReadOnlySpan<byte> text)
    {
        var colon = text.IndexOf((byte)':');
        if (colon < 1 || !char.IsAsciiLetter((char)text[0]))
            return false;
        foreach (var unit in text[..colon])
        {
            if (!char.IsAsciiLetterOrDigit((char)unit) && unit is not ((byte)'+' or (byte)'-' or (byte)'.'))
                return false;
        }

        text = text[(colon + 1)..];
        return true;
    }

    private static bool IsHierarchy(ReadOnlySpan<byte> text, bool international)
    {
        var hash = text.IndexOf((byte)'#');
        if (hash >= 0 && !IsMadeOf(text[(hash + 1)..], Query, international))
            return false;
        text = hash < 0 ? text : text[..hash];
        var question = text.IndexOf((byte)'?');
        if (question >= 0 && !IsMadeOf(text[(question + 1)..], Query, international, isQuery: true))
            return false;
        text = question < 0 ? text : text[..question];
        if (!text.StartsWith("//"u8))
            return IsMadeOf(text, Path, international);
        text = text[2..];
        var slash = text.IndexOf((byte)'/');
        return IsAuthority(slash < 0 ? text : text[..slash], international) && (slash < 0 || IsMadeOf(text[slash..], Path, international));
    }

    private static bool IsAuthority(ReadOnlySpan<byte> text, bool international)
    {
        var at = text.LastIndexOf((byte)'@');
        if (at >= 0 && !IsMadeOf(text[..at], UserInformation, international))
            return false;
        text = text[(at + 1)..];
        var colon = text.LastIndexOf((byte)':');
        if (colon > text.LastIndexOf((byte)']'))
        {
            var port = new ByteReader(text[(colon + 1)..]);
            port.SkipDigits();
            if (!port.IsEmpty)
                return false;
            text = text[..colon];
        }

        return text is [(byte)'[', .., (byte)']'] ? IsLiteral(text[1..^1]) : IsMadeOf(text, Unreserved, international);
    }

    /// <summary>What stands in brackets: an IPv6 address, or one of a future version, "v1.something".</summary>
    private static bool IsLiteral(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || (text[0] | 0x20) != 'v')
            return AddressFormats.IsIpv6(text);
        var dot = text.IndexOf((byte)'.');
        if (dot < 2 || dot + 1 == text.Length || text.Contains((byte)'%'))
            return false;
        foreach (var unit in text[1..dot])
        {
            if (!char.IsAsciiHexDigit((char)unit))
                return false;
        }

        return IsMadeOf(text[(dot + 1)..], UserInformation, international: false);
    }

    /// <summary>Unreserved characters and sub-delimiters, and what else is allowed somewhere.</summary>
    private static SearchValues<byte> Unescaped(ReadOnlySpan<byte> also) =>
        SearchValues.Create([.. "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;="u8, .. also]);

    /// <summary>Characters of a set, percent-encoded bytes, and in an IRI those beyond ASCII.</summary>
    private static bool IsMadeOf(ReadOnlySpan<byte> text, SearchValues<byte> set, bool international, bool isQuery = false)
    {
        while (true)
        {
            var other = text.IndexOfAnyExcept(set);
            if (other < 0)
                return true;
            text = text[other..];
            var used = 3;
            var isLegal = text[0] == '%'
                ? text.Length >= used && char.IsAsciiHexDigit((char)text[1]) && char.IsAsciiHexDigit((char)text[2])
                : international && Rune.DecodeFromUtf8(text, out var rune, out used) == OperationStatus.Done && IsInternational(rune.Value, isQuery);
            if (!isLegal)
                return false;
            text = text[used..];
        }
    }

    /// <summary>RFC 3987's <c>ucschar</c>, and in queries <c>iprivate</c>.</summary>
    private static bool IsInternational(int code, bool isQuery) => code switch
    {
        >= 0xA0 and <= 0xD7FF or >= 0xF900 and <= 0xFDCF or >= 0xFDF0 and <= 0xFFEF => true,
        >= 0xE000 and <= 0xF8FF or >= 0xF0000 => isQuery && (code & 0xFFFF) <= 0xFFFD,
        >= 0x10000 => (code & 0xFFFF) <= 0xFFFD && code is < 0xE0000 or >= 0xE1000,
        _ => false,
    };
}
