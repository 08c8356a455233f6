using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Strata.Model.Documents;

/// <summary>Writes canonical JSON: RFC 8785, whose numbers are those of ECMAScript (ECMA-262, Number::toString).</summary>
internal static class JsonWriting
{
    public static void Write(Json value, IBufferWriter<byte> output)
    {
        switch (value)
        {
            case JsonObject inside:
                Raw(output, "{"u8);
                for (var i = 0; i < inside.Count; i++)
                {
                    if (i > 0)
                        Raw(output, ","u8);
                    Text(inside.Members[i].Key, output);
                    Raw(output, ":"u8);
                    Write(inside.Members[i].Value, output);
                }
                Raw(output, "}"u8);
                break;
            case JsonArray array:
                Raw(output, "["u8);
                for (var i = 0; i < array.Items.Length; i++)
                {
                    if (i > 0)
                        Raw(output, ","u8);
                    Write(array.Items[i], output);
                }
                Raw(output, "]"u8);
                break;
            case JsonString text:
                Text(text.Value, output);
                break;
            case JsonNumber number:
                Number(number.Value, output);
                break;
            case JsonBoolean boolean:
                Raw(output, boolean.Value ? "true"u8 : "false"u8);
                break;
            default:
                Raw(output, "null"u8);
                break;
        }
    }

    private static void Raw(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes) => output.Write(bytes);

    private static void Text(string text, IBufferWriter<byte> output)
    {
        Raw(output, "\""u8);
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var plain = rest.IndexOfAnyInRange('\0', '\x1f');
            var quoted = rest.IndexOfAny('"', '\\');
            var stop = plain < 0 ? quoted : quoted < 0 ? plain : Math.Min(plain, quoted);
            var run = stop < 0 ? rest : rest[..stop];
            output.Advance(Encoding.UTF8.GetBytes(run, output.GetSpan(run.Length * 3)));
            if (stop < 0)
                break;
            Escape(rest[stop], output);
            rest = rest[(stop + 1)..];
        }
        Raw(output, "\""u8);
    }

    private static void Escape(char character, IBufferWriter<byte> output)
    {
        var letter = character switch
        {
            '"' => '"',
            '\\' => '\\',
            '\b' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\f' => 'f',
            '\r' => 'r',
            _ => '\0',
        };
        if (letter != '\0')
            Raw(output, [(byte)'\\', (byte)letter]);
        else
            Raw(output, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}")));
    }

    private static void Number(double number, IBufferWriter<byte> output)
    {
        if (Math.Abs(number) < 1e15 && number == Math.Truncate(number))
        {
            Utf8Formatter.TryFormat((long)number, output.GetSpan(20), out var written);
            output.Advance(written);
            return;
        }
        Raw(output, Encoding.ASCII.GetBytes(EcmaScript(number)));
    }

    /// <summary>The shortest digits that read back as the number, laid out as ECMA-262 6.1.6.1.20 says.</summary>
    private static string EcmaScript(double number)
    {
        var text = Math.Abs(number).ToString("R", CultureInfo.InvariantCulture);
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        var mantissa = mark < 0 ? text : text[..mark];
        var whole = mantissa.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 ? dot : mantissa.Length;
        var leading = mantissa.Replace(".", "", StringComparison.Ordinal).TrimEnd('0');
        var digits = leading.TrimStart('0');
        var sign = number < 0 ? "-" : "";
        // Where the decimal point stands, counted from the first digit.
        var point = whole + (mark < 0 ? 0 : int.Parse(text.AsSpan(mark + 1), CultureInfo.InvariantCulture)) - (leading.Length - digits.Length);
        return (point, digits.Length) switch
        {
            ( > 0 and <= 21, var length) when length <= point => sign + digits + new string('0', point - length),
            ( > 0 and <= 21, _) => $"{sign}{digits[..point]}.{digits[point..]}",
            ( > -6 and <= 0, _) => $"{sign}0.{new string('0', -point)}{digits}",
            (_, 1) => string.Create(CultureInfo.InvariantCulture, $"{sign}{digits}e{point - 1:+0;-0}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{sign}{digits[..1]}.{digits[1..]}e{point - 1:+0;-0}"),
        };
    }
}
