namespace Strata.JsonSchema.Formats;

/// <summary>Dates and times by RFC 3339, section 5.6.</summary>
internal static class DateTimeFormats
{
    private const int MinutesADay = 24 * 60;

    public static bool IsDateTime(ReadOnlySpan<byte> text)
    {
        var reader = new ByteReader(text);
        return TakeDate(ref reader) && reader.TakeIgnoringCase('t') && IsTime(reader.Rest);
    }

    public static bool IsDate(ReadOnlySpan<byte> text)
    {
        var reader = new ByteReader(text);
        return TakeDate(ref reader) && reader.IsEmpty;
    }

    public static bool IsTime(ReadOnlySpan<byte> text)
    {
        var reader = new ByteReader(text);
        if (!TakePart(ref reader, 23, out var hour) || !reader.Take(':') || !TakePart(ref reader, 59, out var minute) || !reader.Take(':'))
            return false;
        if (!TakePart(ref reader, 60, out var second) || (reader.Take('.') && reader.SkipDigits() == 0))
            return false;
        return TakeOffset(ref reader, out var offset) && reader.IsEmpty && (second < 60 || IsLastMinute((hour * 60) + minute - offset));
    }

    /// <summary>A leap second is the last one of a day in UTC.</summary>
    private static bool IsLastMinute(int minuteUtc) => (minuteUtc + MinutesADay) % MinutesADay == MinutesADay - 1;

    private static bool TakeDate(ref ByteReader reader)
    {
        if (!reader.TakeNumber(4, out var year) || !reader.Take('-') || !TakePart(ref reader, 12, out var month) || !reader.Take('-'))
            return false;
        return month > 0 && TakePart(ref reader, 31, out var day) && day > 0 && day <= DaysIn(year, month);
    }

    /// <summary><see cref="DateTime.DaysInMonth"/> knows no year 0; RFC 3339 does.</summary>
    private static int DaysIn(int year, int month) => DateTime.DaysInMonth(year == 0 ? 2000 : year, month);

    private static bool TakePart(ref ByteReader reader, int max, out int value) => reader.TakeNumber(2, out value) && value <= max;

    private static bool TakeOffset(ref ByteReader reader, out int minutes)
    {
        minutes = 0;
        if (reader.TakeIgnoringCase('z'))
            return true;
        var sign = reader.Take('+') ? 1 : reader.Take('-') ? -1 : 0;
        if (sign == 0 || !TakePart(ref reader, 23, out var hour) || !reader.Take(':') || !TakePart(ref reader, 59, out var minute))
            return false;
        minutes = sign * ((hour * 60) + minute);
        return true;
    }
}
