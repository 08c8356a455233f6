namespace Strata.JsonSchema.Formats;

/// <summary>Durations by RFC 3339, appendix A: units in order, none skipped between the first and the last, weeks alone, no fractions.</summary>
internal static class DurationFormat
{
    public static bool IsDuration(ReadOnlySpan<byte> text)
    {
        var reader = new ByteReader(text);
        if (!reader.Take('P') || reader.IsEmpty)
            return false;
        if (reader.Next != 'T' && !TakeUnits(ref reader, "YMD") && !(TakeUnits(ref reader, "W") && reader.IsEmpty))
            return false;
        return reader.IsEmpty || (reader.Take('T') && TakeUnits(ref reader, "HMS") && reader.IsEmpty);
    }

    /// <summary>A run of neighbouring units. When nothing fits, nothing is taken.</summary>
    private static bool TakeUnits(ref ByteReader reader, string units)
    {
        var before = reader;
        var last = -1;
        while (char.IsAsciiDigit((char)reader.Next))
        {
            reader.SkipDigits();
            var unit = units.IndexOf((char)reader.Next, StringComparison.Ordinal);
            if (unit < 0 || (last >= 0 && unit != last + 1))
            {
                reader = before;
                return false;
            }

            last = unit;
            reader.Rest = reader.Rest[1..];
        }

        return last >= 0;
    }
}
