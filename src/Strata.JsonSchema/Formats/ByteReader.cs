namespace Strata.JsonSchema.Formats;

/// <summary>Walks over the bytes of a string, one expectation after the other.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> text)
{
    public ReadOnlySpan<byte> Rest = text;

    public readonly bool IsEmpty => Rest.IsEmpty;

    /// <summary>The next byte; zero at the end.</summary>
    public readonly byte Next => Rest.IsEmpty ? (byte)0 : Rest[0];

    public bool Take(char expected)
    {
        if (Rest.IsEmpty || Rest[0] != expected)
            return false;
        Rest = Rest[1..];
        return true;
    }

    /// <summary>The next byte in lower case, if it is an ASCII letter.</summary>
    public bool TakeIgnoringCase(char lower)
    {
        if (Rest.IsEmpty || (Rest[0] | 0x20) != lower)
            return false;
        Rest = Rest[1..];
        return true;
    }

    /// <summary>Exactly so many digits.</summary>
    public bool TakeNumber(int digits, out int value)
    {
        value = 0;
        if (Rest.Length < digits)
            return false;
        foreach (var digit in Rest[..digits])
        {
            if (!char.IsAsciiDigit((char)digit))
                return false;
            value = (value * 10) + (digit - '0');
        }

        Rest = Rest[digits..];
        return true;
    }

    /// <summary>As many digits as there are; how many.</summary>
    public int SkipDigits()
    {
        var count = Rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        count = count < 0 ? Rest.Length : count;
        Rest = Rest[count..];
        return count;
    }
}
