using System.Buffers;
using System.Numerics;
using System.Text;

namespace Strata.JsonSchema.Json;

/// <summary>A string without its escapes, as UTF-8. Lone surrogates become three bytes each (WTF-8), so nothing is lost and nothing throws.</summary>
internal ref struct JsonText
{
    public const int StackBytes = 256;

    public readonly ReadOnlySpan<byte> Bytes;
    private byte[]? _rented;

    public JsonText(Tape tape, int row, Span<byte> scratch)
    {
        var raw = tape.Raw(row);
        Bytes = raw;
        if (!tape.Rows[row].Escaped)
            return;
        if (raw.Length > scratch.Length)
            scratch = _rented = ArrayPool<byte>.Shared.Rent(raw.Length);
        Bytes = scratch[..Unescape(raw, scratch)];
    }

    public void Dispose()
    {
        if (_rented is null)
            return;
        ArrayPool<byte>.Shared.Return(_rented);
        _rented = null;
    }

    /// <summary>Length in Unicode code points, as <c>minLength</c> and <c>maxLength</c> count; a lone surrogate counts as one.</summary>
    public static int CodePoints(ReadOnlySpan<byte> text)
    {
        var count = 0;
        var rest = text;
        for (; rest.Length >= Vector<byte>.Count; rest = rest[Vector<byte>.Count..])
        {
            // Signed, a continuation byte (10xxxxxx) is one of the smallest: at most -65.
            var starts = Vector.GreaterThan(new Vector<sbyte>(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, sbyte>(rest)), new Vector<sbyte>(-65));
            count -= Vector.Sum(Vector.AsVectorSByte(starts));
        }

        foreach (var unit in rest)
            count += (sbyte)unit > -65 ? 1 : 0;
        return count;
    }

    /// <summary>Text as .NET keeps it; three-byte surrogates become single UTF-16 units again.</summary>
    public static string ToUtf16(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        var text = new StringBuilder(bytes.Length);
        while (bytes.Length > 0)
        {
            if (bytes is [0xED, >= 0xA0, _, ..])
            {
                text.Append((char)(0xD000 | ((bytes[1] & 0x3F) << 6) | (bytes[2] & 0x3F)));
                bytes = bytes[3..];
                continue;
            }

            Rune.DecodeFromUtf8(bytes, out var rune, out var used);
            text.Append(rune.ToString());
            bytes = bytes[used..];
        }

        return text.ToString();
    }

    /// <summary>The bytes of a text, lone surrogates included: what <see cref="Bytes"/> would be.</summary>
    public static byte[] ToUtf8(string text)
    {
        var bytes = new byte[text.Length * 3];
        var written = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var isPair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            written += Encode(isPair ? char.ConvertToUtf32(text[i], text[++i]) : text[i], bytes.AsSpan(written));
        }

        return bytes[..written];
    }

    private static int Unescape(ReadOnlySpan<byte> raw, Span<byte> target)
    {
        var written = 0;
        while (true)
        {
            var backslash = raw.IndexOf((byte)'\\');
            if (backslash < 0)
            {
                raw.CopyTo(target[written..]);
                return written + raw.Length;
            }

            raw[..backslash].CopyTo(target[written..]);
            written += backslash;
            raw = raw[(backslash + 1)..];
            if (raw[0] != 'u')
            {
                target[written++] = Simple(raw[0]);
                raw = raw[1..];
                continue;
            }

            var code = Hex(raw);
            raw = raw[5..];
            if (char.IsHighSurrogate((char)code) && raw is [(byte)'\\', (byte)'u', ..] && char.IsLowSurrogate((char)Hex(raw[1..])))
            {
                code = char.ConvertToUtf32((char)code, (char)Hex(raw[1..]));
                raw = raw[6..];
            }

            written += Encode(code, target[written..]);
        }
    }

    private static byte Simple(byte escape) => escape switch
    {
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        _ => escape,
    };

    private static int Hex(ReadOnlySpan<byte> escape)
    {
        var code = 0;
        foreach (var digit in escape.Slice(1, 4))
            code = (code << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        return code;
    }

    private static int Encode(int code, Span<byte> target)
    {
        if (code is < 0xD800 or > 0xDFFF)
            return new Rune(code).EncodeToUtf8(target);
        target[0] = (byte)(0xE0 | (code >> 12));
        target[1] = (byte)(0x80 | ((code >> 6) & 0x3F));
        target[2] = (byte)(0x80 | (code & 0x3F));
        return 3;
    }
}
