using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Strata.JsonSchema.Json;

/// <summary>
/// Reads RFC 8259 text into rows, in one pass and without recursion. Strict: no comments, no trailing commas, no byte order
/// mark, valid UTF-8 only. Lone surrogates in <c>\u</c> escapes are legal JSON and kept.
/// </summary>
internal ref struct TapeParser
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly int _maxDepth;
    private Row[] _rows;
    private int _count;
    private int _at;
    private int _parent;
    private int _depth;

    private TapeParser(ReadOnlySpan<byte> json, int maxDepth, Row[] rows)
    {
        _json = json;
        _maxDepth = maxDepth;
        _rows = rows;
        _parent = -1;
    }

    /// <summary>Rents the rows from the shared pool; the caller returns them.</summary>
    /// <returns>The number of rows, or -(offset + 1) of the bracket that opens one level too many.</returns>
    /// <exception cref="JsonException">The text is not JSON; the exception says where.</exception>
    public static int Parse(ReadOnlySpan<byte> json, int maxDepth, out Row[] rows)
    {
        rows = ArrayPool<Row>.Shared.Rent(Math.Max(16, json.Length / 8));
        var parser = new TapeParser(json, maxDepth, rows);
        try
        {
            if (!Utf8.IsValid(json))
                throw parser.Malformed("invalid UTF-8", 0);
            var complete = parser.Document();
            rows = parser._rows;
            return complete ? parser._count : -(parser._at + 1);
        }
        catch
        {
            ArrayPool<Row>.Shared.Return(parser._rows);
            throw;
        }
    }

    /// <summary>An open container keeps its parent's row in <see cref="Row.Next"/>, so no stack is needed.</summary>
    private bool Document()
    {
        while (true)
        {
            switch (Peek())
            {
                case (byte)'{':
                    if (!Open(JsonTypes.Object))
                        return false;
                    if (Peek() == '}')
                        break;
                    Name();
                    continue;
                case (byte)'[':
                    if (!Open(JsonTypes.Array))
                        return false;
                    if (Peek() == ']')
                        break;
                    continue;
                case (byte)'"':
                    String();
                    break;
                case (byte)'t':
                    Literal("true"u8, JsonTypes.Boolean);
                    break;
                case (byte)'f':
                    Literal("false"u8, JsonTypes.Boolean);
                    break;
                case (byte)'n':
                    Literal("null"u8, JsonTypes.Null);
                    break;
                default:
                    Number();
                    break;
            }

            if (!Advance())
                return true;
        }
    }

    /// <summary>Behind a value, or inside an empty container: closes what ends here, and stands at the next value.</summary>
    private bool Advance()
    {
        // An empty container was opened but holds no value yet.
        var empty = _parent >= 0 && _count - 1 == _parent;
        while (_parent >= 0)
        {
            ref var parent = ref _rows[_parent];
            if (!empty)
                parent.Length++;
            var next = Peek();
            var isObject = parent.Type == JsonTypes.Object;
            if (next == ',' && !empty)
            {
                _at++;
                if (isObject)
                    Name();
                return true;
            }

            if (next != (isObject ? '}' : ']'))
                throw Malformed(isObject ? "expected ',' or '}'" : "expected ',' or ']'", _at);
            _at++;
            _depth--;
            var outer = parent.Next;
            parent.Next = _count;
            _parent = outer;
            empty = false;
        }

        SkipSpace();
        return _at == _json.Length ? false : throw Malformed("expected the end of the text", _at);
    }

    private void SkipSpace()
    {
        while (_at < _json.Length && _json[_at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            _at++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte Peek() => _at < _json.Length && _json[_at] > ' ' ? _json[_at] : PeekBehindSpace();

    private byte PeekBehindSpace()
    {
        SkipSpace();
        return _at < _json.Length ? _json[_at] : throw Malformed("the text ends too early", _at);
    }

    private ref Row Add(JsonTypes type, int start, int length, RowFlags flags = RowFlags.None)
    {
        if (_count == _rows.Length)
            Grow();
        ref var row = ref _rows[_count++];
        row.Start = start;
        row.Length = length;
        row.Next = _count;
        row.Type = type;
        row.Flags = flags;
        return ref row;
    }

    private void Grow()
    {
        var larger = ArrayPool<Row>.Shared.Rent(_rows.Length * 2);
        _rows.AsSpan(0, _count).CopyTo(larger);
        ArrayPool<Row>.Shared.Return(_rows);
        _rows = larger;
    }

    private bool Open(JsonTypes type)
    {
        if (++_depth > _maxDepth)
            return false;
        Add(type, _at++, 0).Next = _parent;
        _parent = _count - 1;
        return true;
    }

    private void Name()
    {
        if (Peek() != '"')
            throw Malformed("expected a member name", _at);
        String();
        if (Peek() != ':')
            throw Malformed("expected ':'", _at);
        _at++;
    }

    private void Literal(ReadOnlySpan<byte> text, JsonTypes type)
    {
        if (!_json[_at..].StartsWith(text))
            throw Malformed("expected a value", _at);
        Add(type, _at, text.Length);
        _at += text.Length;
    }

    private void String()
    {
        var start = _at + 1;
        var at = SkipOrdinary(_json, start);
        if (at < _json.Length && _json[at] == '"')
        {
            Add(JsonTypes.String, start, at - start);
            _at = at + 1;
            return;
        }

        _at = at;
        EscapedString(start);
    }

    private void EscapedString(int start)
    {
        while (true)
        {
            _at = SkipOrdinary(_json, _at);
            if (_at >= _json.Length)
                throw Malformed("a string does not end", start - 1);
            if (_json[_at] == '"')
                break;
            if (_json[_at] != '\\')
                throw Malformed("a control character must be escaped", _at);
            SkipEscape();
        }

        Add(JsonTypes.String, start, _at - start, RowFlags.Escaped);
        _at++;
    }

    /// <summary>To the next quote, backslash or control character, eight bytes at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SkipOrdinary(ReadOnlySpan<byte> json, int at)
    {
        const ulong Ones = 0x0101010101010101, Highs = 0x8080808080808080;
        ref var first = ref MemoryMarshal.GetReference(json);
        for (; at <= json.Length - sizeof(ulong); at += sizeof(ulong))
        {
            var word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, at));
            if (!BitConverter.IsLittleEndian)
                word = BinaryPrimitives.ReverseEndianness(word);
            var quote = word ^ (Ones * '"');
            var backslash = word ^ (Ones * '\\');
            // The lowest high bit that is set marks the first such byte; borrows can only falsify the bits above it.
            var found = (((quote - Ones) & ~quote) | ((backslash - Ones) & ~backslash) | ((word - (Ones * ' ')) & ~word)) & Highs;
            if (found != 0)
                return at + (BitOperations.TrailingZeroCount(found) >> 3);
        }

        while (at < json.Length && json[at] is not ((byte)'"' or (byte)'\\' or < 0x20))
            at++;
        return at;
    }

    private void SkipEscape()
    {
        var escape = _at + 1 < _json.Length ? _json[_at + 1] : 0;
        if (escape == 'u')
        {
            for (var i = 2; i < 6; i++)
            {
                if (_at + i >= _json.Length || !char.IsAsciiHexDigit((char)_json[_at + i]))
                    throw Malformed("\\u needs four hexadecimal digits", _at);
            }

            _at += 6;
            return;
        }

        if (escape is not ('"' or '\\' or '/' or 'b' or 'f' or 'n' or 'r' or 't'))
            throw Malformed("unknown escape", _at);
        _at += 2;
    }

    private void Number()
    {
        var start = _at;
        if (_json[_at] == '-')
            _at++;
        if (_at < _json.Length && _json[_at] == '0')
            _at++;
        else
            Digits(start);
        var whole = true;
        if (_at < _json.Length && _json[_at] == '.')
        {
            whole = false;
            _at++;
            Digits(start);
        }

        if (_at < _json.Length && _json[_at] is (byte)'e' or (byte)'E')
        {
            whole = false;
            _at++;
            if (_at < _json.Length && _json[_at] is (byte)'+' or (byte)'-')
                _at++;
            Digits(start);
        }

        var length = _at - start;
        if (whole)
            Add(JsonTypes.Integer, start, length, length <= 18 ? RowFlags.Plain : RowFlags.None);
        else
            Add(IsFraction(_json.Slice(start, length)) ? JsonTypes.Fraction : JsonTypes.Integer, start, length);
    }

    /// <summary>Nearly always the last digit decides.</summary>
    private static bool IsFraction(ReadOnlySpan<byte> literal) =>
        literal.ContainsAny((byte)'e', (byte)'E') || literal[^1] == '0' ? !JsonNumber.IsInteger(literal) : literal.Contains((byte)'.');

    private void Digits(int start)
    {
        var first = _at;
        while (_at < _json.Length && (uint)(_json[_at] - '0') <= 9)
            _at++;
        if (_at == first)
            throw Malformed(_at == start ? "expected a value" : "a number is malformed", start);
    }

    private readonly JsonException Malformed(string what, int offset)
    {
        var before = _json[..offset];
        var line = before.Count((byte)'\n');
        var column = offset - (before.LastIndexOf((byte)'\n') + 1);
        return new JsonException($"Not JSON: {what} (line {line + 1}, byte {column + 1}).", path: null, line, column);
    }
}
