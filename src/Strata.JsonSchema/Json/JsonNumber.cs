using System.Numerics;

namespace Strata.JsonSchema.Json;

/// <summary>
/// A number exactly as written: ± digits × 10^exponent, the digits without leading and trailing zeros, so equal numbers
/// have equal parts. Exponents saturate far beyond anything that differs, so <c>1e999999999999999999999</c> costs nothing.
/// </summary>
internal readonly ref struct JsonNumber
{
    public const int StackBytes = 128;
    private const long Saturation = 1L << 59;

    /// <summary>Two numbers of so many digits have a product of at most 128 bits.</summary>
    private const int MachineDigits = 18;

    private JsonNumber(bool negative, ReadOnlySpan<byte> digits, long exponent)
    {
        Negative = negative && digits.Length > 0;
        Digits = digits;
        Exponent = digits.Length == 0 ? 0 : exponent;
    }

    public readonly bool Negative;

    /// <summary>ASCII digits; empty for zero.</summary>
    public readonly ReadOnlySpan<byte> Digits;

    public readonly long Exponent;

    /// <summary>From parts that <see cref="Parse"/> has made.</summary>
    public static JsonNumber Of(bool negative, ReadOnlySpan<byte> digits, long exponent) => new(negative, digits, exponent);

    public bool IsZero => Digits.Length == 0;

    /// <param name="literal">A well-formed JSON number.</param>
    /// <param name="scratch">Takes the digits when a decimal point stands between them. When it is too small, an array is allocated.</param>
    public static JsonNumber Parse(ReadOnlySpan<byte> literal, Span<byte> scratch)
    {
        var negative = literal[0] == '-';
        if (negative)
            literal = literal[1..];
        var exponent = 0L;
        var e = literal.IndexOfAny((byte)'e', (byte)'E');
        if (e >= 0)
        {
            exponent = ParseExponent(literal[(e + 1)..]);
            literal = literal[..e];
        }

        var digits = literal;
        var point = literal.IndexOf((byte)'.');
        if (point >= 0)
        {
            var joined = literal.Length <= scratch.Length ? scratch : new byte[literal.Length];
            literal[..point].CopyTo(joined);
            literal[(point + 1)..].CopyTo(joined[point..]);
            digits = joined[..(literal.Length - 1)];
            exponent -= literal.Length - 1 - point;
        }

        digits = digits.TrimStart((byte)'0');
        var significant = digits.TrimEnd((byte)'0');
        return new JsonNumber(negative, significant, exponent + (digits.Length - significant.Length));
    }

    public static bool IsInteger(ReadOnlySpan<byte> literal) => Parse(literal, stackalloc byte[StackBytes]).Exponent >= 0;

    /// <summary>The order of two numbers: negative, zero or positive.</summary>
    public static int Compare(JsonNumber left, JsonNumber right)
    {
        if (left.Negative != right.Negative)
            return left.Negative ? -1 : 1;
        var order = CompareMagnitude(left, right);
        return left.Negative ? -order : order;
    }

    /// <summary>Whether this is a whole multiple of a divisor that is not zero.</summary>
    public bool IsMultipleOf(JsonNumber divisor)
    {
        if (IsZero)
            return true;
        // Digits are no multiple of ten, so a power of ten that is missing cannot be made up for.
        var power = Exponent - divisor.Exponent;
        if (power < 0)
            return false;
        if (Digits.Length <= MachineDigits && divisor.Digits.Length <= MachineDigits && power <= MachineDigits)
            return (UInt128)PlainValue(Digits) * PowerOfTen((int)power) % (ulong)PlainValue(divisor.Digits) == 0;
        var modulus = BigInteger.Parse(System.Text.Encoding.ASCII.GetString(divisor.Digits), System.Globalization.CultureInfo.InvariantCulture);
        return Remainder(Digits, modulus) * BigInteger.ModPow(10, power, modulus) % modulus == 0;
    }

    /// <summary>The value as a <see cref="long"/>, saturated: sizes in schemas and documents are never larger than that.</summary>
    public long ToSize()
    {
        if (Exponent < 0 || Negative)
            return 0;
        if (Digits.Length + Exponent > 18)
            return long.MaxValue;
        var value = 0L;
        foreach (var digit in Digits)
            value = (value * 10) + (digit - '0');
        for (var i = 0; i < Exponent; i++)
            value *= 10;
        return value;
    }

    /// <summary>A literal of at most 18 digits.</summary>
    public static long PlainValue(ReadOnlySpan<byte> literal)
    {
        var value = 0L;
        foreach (var digit in literal)
        {
            if (digit != '-')
                value = (value * 10) + (digit - '0');
        }

        return literal[0] == '-' ? -value : value;
    }

    private static int CompareMagnitude(JsonNumber left, JsonNumber right)
    {
        if (left.IsZero || right.IsZero)
            return (left.IsZero ? 0 : 1) - (right.IsZero ? 0 : 1);
        var order = (left.Exponent + left.Digits.Length).CompareTo(right.Exponent + right.Digits.Length);
        return order != 0 ? order : left.Digits.SequenceCompareTo(right.Digits);
    }

    private static ulong PowerOfTen(int power)
    {
        var value = 1UL;
        for (var i = 0; i < power; i++)
            value *= 10;
        return value;
    }

    private static BigInteger Remainder(ReadOnlySpan<byte> digits, BigInteger modulus)
    {
        var remainder = BigInteger.Zero;
        while (digits.Length > 0)
        {
            var part = digits[..Math.Min(MachineDigits, digits.Length)];
            remainder = ((remainder * BigInteger.Pow(10, part.Length)) + PlainValue(part)) % modulus;
            digits = digits[part.Length..];
        }

        return remainder;
    }

    private static long ParseExponent(ReadOnlySpan<byte> text)
    {
        var negative = text[0] == '-';
        var value = 0L;
        foreach (var digit in text.TrimStart("+-"u8))
            value = Math.Min(Saturation, (value * 10) + (digit - '0'));
        return negative ? -value : value;
    }
}
