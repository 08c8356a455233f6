using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Strata.JsonSchema.Json;

/// <summary>
/// Reads RFC 8259 text into rows, in one pass and without recursion. Strict: no comments, no trailing commas, no byte order
/// mark, valid UTF-8 only. Lone surrogates in <c>\u</c> escapes are legal JSON and kept.
/// </summary>
internal ref partial struct TapeParser
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly int _maxDepth;
    private Row[] _rows;
    private int _count;
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
            var count = parser.Document();
            rows = parser._rows;
            return count;
        }
        catch
        {
            ArrayPool<Row>.Shared.Return(parser._rows);
            throw;
        }
    }

    /// <summary>
    /// An open container keeps its parent's row in <see cref="Row.Next"/>, so no stack is needed. The place in the text goes from method
    /// to method as a value: as a field it would have to travel through memory with every step.
    /// </summary>
    private int Document()
    {
        var at = Token(0);
        while (at >= 0)
        {
            var first = _json[at];
            switch (first)
            {
                case (byte)'{' or (byte)'[':
                    if (++_depth > _maxDepth)
                        return -(at + 1);
                    Open(first == '{' ? JsonTypes.Object : JsonTypes.Array, at);
                    at = Token(at + 1);
                    // Both closing brackets stand two places behind their opening ones.
                    if (_json[at] != first + 2)
                    {
                        at = first == '{' ? Name(at) : at;
                        continue;
                    }

                    at++;
                    Close();
                    break;
                case (byte)'"':
                    at = String(at + 1);
                    break;
                case (byte)'t':
                    at = Literal(at, "true"u8, JsonTypes.Boolean);
                    break;
                case (byte)'f':
                    at = Literal(at, "false"u8, JsonTypes.Boolean);
                    break;
                case (byte)'n':
                    at = Literal(at, "null"u8, JsonTypes.Null);
                    break;
                default:
                    at = Number(at);
                    break;
            }

            at = Advance(at);
        }

        return _count;
    }

    /// <summary>From behind a value to the next one, closing what ends between; -1 at the end of the text.</summary>
    private int Advance(int at)
    {
        while (_parent >= 0)
        {
            ref var parent = ref _rows[_parent];
            parent.Length++;
            at = Token(at);
            var isObject = parent.Type == JsonTypes.Object;
            if (_json[at] == ',')
            {
                at = Token(at + 1);
                return isObject ? Name(at) : at;
            }

            if (_json[at] != (isObject ? '}' : ']'))
                throw Malformed(isObject ? "expected ',' or '}'" : "expected ',' or ']'", at);
            at++;
            Close();
        }

        at = SkipSpace(at);
        return at == _json.Length ? -1 : throw Malformed("expected the end of the text", at);
    }

    private readonly int SkipSpace(int at)
    {
        while (at < _json.Length && _json[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            at++;
        return at;
    }

    /// <summary>Where the next token starts; there must be one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int Token(int at) => at < _json.Length && _json[at] > ' ' ? at : TokenBehindSpace(at);

    private readonly int TokenBehindSpace(int at)
    {
        at = SkipSpace(at);
        return at < _json.Length ? at : throw Malformed("the text ends too early", at);
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

    private void Open(JsonTypes type, int at)
    {
        Add(type, at, 0).Next = _parent;
        _parent = _count - 1;
    }

    private void Close()
    {
        ref var closed = ref _rows[_parent];
        _parent = closed.Next;
        closed.Next = _count;
        _depth--;
    }

    /// <summary>A member's name and its colon; returns where the value starts.</summary>
    private int Name(int at)
    {
        if (_json[at] != '"')
            throw Malformed("expected a member name", at);
        at = Token(String(at + 1));
        return _json[at] == ':' ? Token(at + 1) : throw Malformed("expected ':'", at);
    }

    private readonly JsonException Malformed(string what, int offset)
    {
        var before = _json[..offset];
        var line = before.Count((byte)'\n');
        var column = offset - (before.LastIndexOf((byte)'\n') + 1);
        return new JsonException($"Not JSON: {what} (line {line + 1}, byte {column + 1}).", path: null, line, column);
    }
}
