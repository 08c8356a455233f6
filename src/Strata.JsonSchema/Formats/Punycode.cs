using System.Text;

namespace Strata.JsonSchema.Formats;

/// <summary>RFC 3492 with the parameters of section 5.</summary>
internal static class Punycode
{
    private const int Base = 36, MinThreshold = 1, MaxThreshold = 26, Skew = 38, Damp = 700, InitialBias = 72, InitialCode = 128;

    /// <summary>Null when the text is not Punycode.</summary>
    public static List<int>? Decode(ReadOnlySpan<char> text)
    {
        var delimiter = text.LastIndexOf('-');
        var codes = new List<int>();
        foreach (var letter in delimiter > 0 ? text[..delimiter] : [])
            codes.Add(char.ToLowerInvariant(letter));
        text = text[(delimiter + 1)..];
        var (code, bias, position) = (InitialCode, InitialBias, 0L);
        while (text.Length > 0)
        {
            var before = position;
            var weight = 1L;
            for (var k = Base; ; k += Base)
            {
                if (text.IsEmpty || Digit(text[0]) is not (>= 0 and var digit))
                    return null;
                text = text[1..];
                position += digit * weight;
                if (position > int.MaxValue)
                    return null;
                if (digit < Threshold(k, bias))
                    break;
                weight *= Base - Threshold(k, bias);
            }

            bias = Adapt(position - before, codes.Count + 1, before == 0);
            code += (int)(position / (codes.Count + 1));
            position %= codes.Count + 1;
            if (code is < 0 or > 0x10FFFF or >= 0xD800 and <= 0xDFFF)
                return null;
            codes.Insert((int)position++, code);
        }

        return codes;
    }

    public static string Encode(List<int> codes)
    {
        var text = new StringBuilder();
        foreach (var basic in codes.Where(code => code < 0x80))
            text.Append((char)basic);
        var basics = text.Length;
        var handled = basics;
        if (basics > 0)
            text.Append('-');
        var (code, bias, delta) = (InitialCode, InitialBias, 0L);
        while (handled < codes.Count)
        {
            var next = codes.Where(other => other >= code).Min();
            delta += (long)(next - code) * (handled + 1);
            code = next;
            foreach (var other in codes)
            {
                delta += other < code ? 1 : 0;
                if (other != code)
                    continue;
                AppendNumber(text, delta, bias);
                bias = Adapt(delta, handled + 1, handled == basics);
                delta = 0;
                handled++;
            }

            delta++;
            code++;
        }

        return text.ToString();
    }

    private static void AppendNumber(StringBuilder text, long number, int bias)
    {
        for (var k = Base; ; k += Base)
        {
            var threshold = Threshold(k, bias);
            if (number < threshold)
                break;
            text.Append(Letter((int)(threshold + ((number - threshold) % (Base - threshold)))));
            number = (number - threshold) / (Base - threshold);
        }

        text.Append(Letter((int)number));
    }

    private static int Threshold(int k, int bias) => Math.Clamp(k - bias, MinThreshold, MaxThreshold);

    private static char Letter(int digit) => (char)(digit < 26 ? 'a' + digit : '0' + digit - 26);

    private static int Digit(char letter) => char.IsAsciiDigit(letter) ? letter - '0' + 26 : char.IsAsciiLetter(letter) ? (letter | 0x20) - 'a' : -1;

    private static int Adapt(long delta, int count, bool isFirst)
    {
        delta /= isFirst ? Damp : 2;
        delta += delta / count;
        var k = 0;
        for (; delta > (Base - MinThreshold) * MaxThreshold / 2; k += Base)
            delta /= Base - MinThreshold;
        return (int)(k + ((Base - MinThreshold + 1) * delta / (delta + Skew)));
    }
}
