namespace Strata.JsonSchema.Formats;

/// <summary>UUIDs (RFC 9562) and JSON Pointers (RFC 6901 and the draft of relative ones).</summary>
internal static class IdentifierFormats
{
    private const int UuidLength = 36;

    public static bool IsUuid(ReadOnlySpan<byte> text)
    {
        if (text.Length != UuidLength)
            return false;
        for (var i = 0; i < text.Length; i++)
        {
            var isDash = i is 8 or 13 or 18 or 23;
            if (isDash ? text[i] != '-' : !char.IsAsciiHexDigit((char)text[i]))
                return false;
        }

        return true;
    }

    public static bool IsJsonPointer(ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty && text[0] != '/')
            return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '~' && (i + 1 == text.Length || text[i + 1] is not ((byte)'0' or (byte)'1')))
                return false;
        }

        return true;
    }

    public static bool IsRelativeJsonPointer(ReadOnlySpan<byte> text)
    {
        var reader = new ByteReader(text);
        if (!TakeNumber(ref reader))
            return false;
        if ((reader.Take('+') || reader.Take('-')) && !TakeNumber(ref reader))
            return false;
        return reader.Rest is [(byte)'#'] || IsJsonPointer(reader.Rest);
    }

    private static bool TakeNumber(ref ByteReader reader)
    {
        var startsWithZero = reader.Next == '0';
        var digits = reader.SkipDigits();
        return digits == 1 || (digits > 1 && !startsWithZero);
    }
}
