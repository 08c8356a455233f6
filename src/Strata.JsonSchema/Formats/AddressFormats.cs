namespace Strata.JsonSchema.Formats;

/// <summary>IP addresses: RFC 2673 section 3.2 (dotted quad) and RFC 4291 section 2.2.</summary>
internal static class AddressFormats
{
    public static bool IsIpv4(ReadOnlySpan<byte> text)
    {
        for (var part = 0; part < 4; part++)
        {
            var dot = text.IndexOf((byte)'.');
            if ((dot < 0) != (part == 3))
                return false;
            if (!IsOctet(dot < 0 ? text : text[..dot]))
                return false;
            text = dot < 0 ? text : text[(dot + 1)..];
        }

        return true;
    }

    public static bool IsIpv6(ReadOnlySpan<byte> text)
    {
        var groups = 0;
        var gap = text.StartsWith("::"u8);
        if (gap)
            text = text[2..];
        while (!text.IsEmpty)
        {
            var colon = text.IndexOf((byte)':');
            if (colon < 0 && text.Contains((byte)'.'))
                return IsIpv4(text) && IsComplete(groups + 2, gap);
            if (!IsGroup(colon < 0 ? text : text[..colon]))
                return false;
            groups++;
            if (colon < 0)
                return IsComplete(groups, gap);
            text = text[(colon + 1)..];
            if (!text.StartsWith(":"u8))
            {
                if (text.IsEmpty)
                    return false;
                continue;
            }

            if (gap)
                return false;
            gap = true;
            text = text[1..];
        }

        return IsComplete(groups, gap);
    }

    /// <summary>"::" stands for at least one group of zeros.</summary>
    private static bool IsComplete(int groups, bool gap) => gap ? groups <= 7 : groups == 8;

    private static bool IsOctet(ReadOnlySpan<byte> text)
    {
        var reader = new ByteReader(text);
        if (text.Length is < 1 or > 3 || !reader.TakeNumber(text.Length, out var value))
            return false;
        return value <= 255 && (text.Length == 1 || text[0] != '0');
    }

    private static bool IsGroup(ReadOnlySpan<byte> text)
    {
        foreach (var unit in text)
        {
            if (!char.IsAsciiHexDigit((char)unit))
                return false;
        }

        return text.Length is >= 1 and <= 4;
    }
}
