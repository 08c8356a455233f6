using System.Text;

namespace Strata.JsonSchema.Formats;

/// <summary>Host names by RFC 1123, section 2.1, with labels in Punycode checked, and internationalised ones by RFC 5890.</summary>
internal static class HostnameFormats
{
    private const int MaxName = 253;
    private const int MaxLabel = 63;

    public static bool IsHostname(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > MaxName)
            return false;
        while (true)
        {
            var dot = text.IndexOf((byte)'.');
            if (!IsLabel(dot < 0 ? text : text[..dot]))
                return false;
            if (dot < 0)
                return true;
            text = text[(dot + 1)..];
        }
    }

    public static bool IsIdnHostname(ReadOnlySpan<byte> text)
    {
        // No code point takes fewer bytes than its share of an A-label allows; this only keeps the work bounded.
        if (text.Length is 0 or > MaxName * 4 || !System.Text.Unicode.Utf8.IsValid(text))
            return false;
        var labels = Encoding.UTF8.GetString(text).Split('.', '\u3002', '\uFF0E', '\uFF61');
        var isBidi = labels.Any(IdnLabel.IsRightToLeft);
        var length = labels.Length - 1;
        foreach (var label in labels)
        {
            var ascii = IdnLabel.ToAscii(label, isBidi);
            if (ascii is null || ascii.Length > MaxLabel)
                return false;
            length += ascii.Length;
        }

        return length <= MaxName;
    }

    /// <summary>A domain of a mailbox: RFC 6531 leaves it to the resolver what letters beyond ASCII mean.</summary>
    public static bool IsLooseIdnHostname(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > MaxName)
            return false;
        var previous = (byte)'.';
        foreach (var unit in text)
        {
            var isOrdinary = char.IsAsciiLetterOrDigit((char)unit) || unit >= 0x80;
            if (!isOrdinary && (unit is not ((byte)'.' or (byte)'-') || previous is (byte)'.' || (unit == '.' && previous == '-')))
                return false;
            previous = unit;
        }

        return previous is not ((byte)'.' or (byte)'-');
    }

    private static bool IsLabel(ReadOnlySpan<byte> label)
    {
        if (!IsLetterDigitHyphen(label))
            return false;
        var isEncoded = label is [(byte)'x' or (byte)'X', (byte)'n' or (byte)'N', (byte)'-', (byte)'-', ..];
        return !isEncoded || IdnLabel.ToAscii(Encoding.ASCII.GetString(label), isBidi: false) is not null;
    }

    public static bool IsLetterDigitHyphen(ReadOnlySpan<byte> label)
    {
        if (label.Length is 0 or > MaxLabel || label[0] == '-' || label[^1] == '-')
            return false;
        foreach (var unit in label)
        {
            if (!char.IsAsciiLetterOrDigit((char)unit) && unit != '-')
                return false;
        }

        return true;
    }
}
