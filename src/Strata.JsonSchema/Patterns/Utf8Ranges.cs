namespace Strata.JsonSchema.Patterns;

/// <summary>Ranges of code points as sequences of ranges of bytes. Surrogates take three bytes, as everywhere here.</summary>
internal static class Utf8Ranges
{
    public static List<(byte From, byte To)[]> Of(CodePoints set)
    {
        var sequences = new List<(byte, byte)[]>();
        foreach (var (from, to) in set.Ranges)
            Split(from, to, sequences);
        return sequences;
    }

    private static void Split(int from, int to, List<(byte, byte)[]> sequences)
    {
        foreach (var longest in (ReadOnlySpan<int>)[0x7F, 0x7FF, 0xFFFF])
        {
            if (from <= longest && longest < to)
            {
                Split(from, longest, sequences);
                Split(longest + 1, to, sequences);
                return;
            }
        }

        // All bytes behind the first that differs must run through their whole range.
        for (var shift = 6; shift < 6 * Length(from); shift += 6)
        {
            var tail = (1 << shift) - 1;
            if ((from & ~tail) == (to & ~tail))
                continue;
            var cut = (from & tail) != 0 ? (from | tail) + 1 : (to & tail) != tail ? to & ~tail : -1;
            if (cut < 0)
                continue;
            Split(from, cut - 1, sequences);
            Split(cut, to, sequences);
            return;
        }

        var low = Encode(from);
        sequences.Add([.. low.Zip(Encode(to))]);
    }

    private static int Length(int code) => code <= 0x7F ? 1 : code <= 0x7FF ? 2 : code <= 0xFFFF ? 3 : 4;

    private static byte[] Encode(int code) => Length(code) switch
    {
        1 => [(byte)code],
        2 => [(byte)(0xC0 | (code >> 6)), Tail(code)],
        3 => [(byte)(0xE0 | (code >> 12)), Tail(code >> 6), Tail(code)],
        _ => [(byte)(0xF0 | (code >> 18)), Tail(code >> 12), Tail(code >> 6), Tail(code)],
    };

    private static byte Tail(int bits) => (byte)(0x80 | (bits & 0x3F));
}
