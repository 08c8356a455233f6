namespace Strata.JsonSchema.Formats;

/// <summary>URI templates by RFC 6570, section 2, all four levels.</summary>
internal static class UriTemplateFormat
{
    private const int MaxPrefixDigits = 4;

    public static bool IsUriTemplate(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            if (text[0] == '{')
            {
                var end = text.IndexOf((byte)'}');
                if (end < 0 || !IsExpression(text[1..end]))
                    return false;
                text = text[(end + 1)..];
            }
            else if (text[0] == '%')
            {
                if (!IsPercentEncoded(text))
                    return false;
                text = text[3..];
            }
            else if (text[0] is <= 0x20 or 0x7F || "\"<>\\^`|}"u8.Contains(text[0]))
            {
                return false;
            }
            else
            {
                text = text[1..];
            }
        }

        return true;
    }

    private static bool IsExpression(ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty && "+#./;?&=,!@|"u8.Contains(text[0]))
            text = text[1..];
        while (true)
        {
            var comma = text.IndexOf((byte)',');
            if (!IsVariable(comma < 0 ? text : text[..comma]))
                return false;
            if (comma < 0)
                return true;
            text = text[(comma + 1)..];
        }
    }

    private static bool IsVariable(ReadOnlySpan<byte> text)
    {
        if (text is [.., (byte)'*'])
            return IsName(text[..^1]);
        var colon = text.IndexOf((byte)':');
        if (colon < 0)
            return IsName(text);
        var prefix = new ByteReader(text[(colon + 1)..]);
        var startsWithZero = prefix.Next == '0';
        return IsName(text[..colon]) && !startsWithZero && prefix.SkipDigits() is >= 1 and <= MaxPrefixDigits && prefix.IsEmpty;
    }

    private static bool IsName(ReadOnlySpan<byte> text)
    {
        var atDot = true;
        while (!text.IsEmpty)
        {
            var isEncoded = IsPercentEncoded(text);
            if (text[0] == '.' ? atDot : !isEncoded && text[0] != '_' && !char.IsAsciiLetterOrDigit((char)text[0]))
                return false;
            atDot = text[0] == '.';
            text = text[(isEncoded ? 3 : 1)..];
        }

        return !atDot;
    }

    private static bool IsPercentEncoded(ReadOnlySpan<byte> text) =>
        text.Length >= 3 && text[0] == '%' && char.IsAsciiHexDigit((char)text[1]) && char.IsAsciiHexDigit((char)text[2]);
}
