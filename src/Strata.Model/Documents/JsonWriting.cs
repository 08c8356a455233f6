using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Strata.Model.Documents;

/// <summary>Writes canonical JSON: RFC 8785, whose numbers are those of ECMAScript (ECMA-262, Number::toString).</summary>
internal static class JsonWriting
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create([.. Enumerable.Range(0, 32).Select(code => (char)code), '"', '\\']);

    /// <summary>The canonical bytes of a value.</summary>
    public static byte[] Write(Json value)
    {
        var output = new Output((int)Math.Min(value.Weight + 64, 1 << 20));
        Write(value, ref output);
        return output.ToArray();
    }

    private static void Write(Json value, ref Output output)
    {
        switch (value)
        {
            case JsonObject inside:
                output.Add((byte)'{');
                foreach (var (name, member) in inside.Members)
                {
                    Text(name, ref output);
                    output.Add((byte)':');
                    Write(member, ref output);
                    output.Add((byte)',');
                }
                output.Close((byte)'}');
                break;
            case JsonArray array:
                output.Add((byte)'[');
                foreach (var item in array.Items)
                {
                    Write(item, ref output);
                    output.Add((byte)',');
                }
                output.Close((byte)']');
                break;
            case JsonString text:
                Text(text.Value, ref output);
                break;
            case JsonNumber number:
                Number(number.Value, ref output);
                break;
            case JsonBoolean boolean:
                output.Add(boolean.Value ? "true"u8 : "false"u8);
                break;
            default:
                output.Add("null"u8);
                break;
        }
    }

    private static void Text(string text, ref Output output)
    {
        output.Add((byte)'"');
        var rest = text.AsSpan();
        for (var stop = rest.IndexOfAny(Escaped); stop >= 0; stop = rest.IndexOfAny(Escaped))
        {
            output.Add(rest[..stop]);
            Escape(rest[stop], ref output);
            rest = rest[(stop + 1)..];
        }
        output.Add(rest);
        output.Add((byte)'"');
    }

    private static void Escape(char character, ref Output output)
    {
        ReadOnlySpan<byte> escape = character switch
        {
            '"' => "\\\""u8,
            '\\' => "\\\\"u8,
            '\b' => "\\b"u8,
            '\t' => "\\t"u8,
            '\n' => "\\n"u8,
            '\f' => "\\f"u8,
            '\r' => "\\r"u8,
            _ => [],
        };
        if (!escape.IsEmpty)
            output.Add(escape);
        else
            output.Add(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"));
    }

    private static void Number(double number, ref Output output)
    {
        if (Math.Abs(number) < 1e15 && number == Math.Truncate(number))
            output.Add((long)number);
        else
            output.Add(EcmaScript(number));
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

    /// <summary>A buffer that grows.</summary>
    private struct Output(int capacity)
    {
        private byte[] _bytes = new byte[capacity];
        private int _length;

        public void Add(byte value)
        {
            Grow(1);
            _bytes[_length++] = value;
        }

        public void Add(ReadOnlySpan<byte> bytes)
        {
            Grow(bytes.Length);
            bytes.CopyTo(_bytes.AsSpan(_length));
            _length += bytes.Length;
        }

        public void Add(ReadOnlySpan<char> text)
        {
            Grow(text.Length * 3);
            _length += Encoding.UTF8.GetBytes(text, _bytes.AsSpan(_length));
        }

        public void Add(long number)
        {
            Grow(20);
            Utf8Formatter.TryFormat(number, _bytes.AsSpan(_length), out var written);
            _length += written;
        }

        /// <summary>Ends a list, whose last comma was one too many.</summary>
        public void Close(byte bracket)
        {
            if (_bytes[_length - 1] == (byte)',')
                _length--;
            Add(bracket);
        }

        public readonly byte[] ToArray() => _bytes.AsSpan(0, _length).ToArray();

        private void Grow(int by)
        {
            if (_length + by > _bytes.Length)
                Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + by));
        }
    }
}
