namespace Strata.JsonSchema.Formats;

/// <summary>Mailboxes by RFC 5321, section 4.1.2, and with characters beyond ASCII by RFC 6531, section 3.3.</summary>
internal static class EmailFormats
{
    private const int MaxLocalPart = 64;

    public static bool IsEmail(ReadOnlySpan<byte> text) => IsMailbox(text, international: false);

    public static bool IsIdnEmail(ReadOnlySpan<byte> text) => IsMailbox(text, international: true);

    private static bool IsMailbox(ReadOnlySpan<byte> text, bool international)
    {
        var at = text.LastIndexOf((byte)'@');
        if (at is < 1 or > MaxLocalPart)
            return false;
        var local = text[..at];
        var isLocal = local[0] == '"' ? IsQuoted(local, international) : IsDotted(local, international);
        return isLocal && IsDomain(text[(at + 1)..], international);
    }

    private static bool IsDotted(ReadOnlySpan<byte> text, bool international)
    {
        var atDot = true;
        foreach (var unit in text)
        {
            if (unit == '.' ? atDot : !IsAtom(unit, international))
                return false;
            atDot = unit == '.';
        }

        return !atDot;
    }

    private static bool IsAtom(byte unit, bool international) =>
        char.IsAsciiLetterOrDigit((char)unit) || "!#$%&'*+-/=?^_`{|}~"u8.Contains(unit) || (unit >= 0x80 && international);

    private static bool IsQuoted(ReadOnlySpan<byte> text, bool international)
    {
        if (text.Length < 2 || text[^1] != '"')
            return false;
        text = text[1..^1];
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && ++i == text.Length)
                return false;
            var isOrdinary = text[i] is >= 0x20 and < 0x7F || (text[i] >= 0x80 && international);
            if (!isOrdinary || (text[i] == '"' && (i == 0 || text[i - 1] != '\\')))
                return false;
        }

        return true;
    }

    private static bool IsDomain(ReadOnlySpan<byte> text, bool international)
    {
        if (text is not [(byte)'[', .., (byte)']'])
            return HostnameFormats.IsHostname(text) || (international && HostnameFormats.IsLooseIdnHostname(text));
        text = text[1..^1];
        return text.StartsWith("IPv6:"u8) ? AddressFormats.IsIpv6(text[5..]) : AddressFormats.IsIpv4(text);
    }
}
