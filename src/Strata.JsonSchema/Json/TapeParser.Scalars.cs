using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Strata.JsonSchema.Json;

/// <content>Strings, numbers and literals. Each method is given where its value starts and returns the place behind it.</content>
internal ref partial struct TapeParser
{
    private int Literal(int at, ReadOnlySpan<byte> text, JsonTypes type)
    {
        if (!_json[at..].StartsWith(text))
            throw Malformed("expected a value", at);
        Add(type, at, text.Length);
        return at + text.Length;
    }

    /// <param name="start">Behind the quote.</param>
    private int String(int start)
    {
        var at = SkipOrdinary(_json, start);
        if (at >= _json.Length || _json[at] != '"')
            return EscapedString(start, at);
        Add(JsonTypes.String, start, at - start);
        return at + 1;
    }

    private int EscapedString(int start, int at)
    {
        while (true)
        {
            at = SkipOrdinary(_json, at);
            if (at >= _json.Length)
                throw Malformed("a string does not end", start - 1);
            if (_json[at] == '"')
                break;
            if (_json[at] != '\\')
                throw Malformed("a control character must be escaped", at);
            at = SkipEscape(at);
        }

        Add(JsonTypes.String, start, at - start, RowFlags.Escaped);
        return at + 1;
    }

    /// <summary>To the next quote, backslash or control character.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SkipOrdinary(ReadOnlySpan<byte> json, int at)
    {
        ref var first = ref MemoryMarshal.GetReference(json);
        for (; at <= json.Length - Vector128<byte>.Count; at += Vector128<byte>.Count)
        {
            var part = Vector128.LoadUnsafe(ref first, (nuint)at);
            var found = Vector128.Equals(part, Vector128.Create((byte)'"'))
                | Vector128.Equals(part, Vector128.Create((byte)'\\'))
                | Vector128.LessThan(part, Vector128.Create((byte)' '));
            if (found != Vector128<byte>.Zero)
                return at + BitOperations.TrailingZeroCount(found.ExtractMostSignificantBits());
        }

        while (at < json.Length && json[at] is not ((byte)'"' or (byte)'\\' or < 0x20))
            at++;
        return at;
    }

    private readonly int SkipEscape(int at)
    {
        var escape = at + 1 < _json.Length ? _json[at + 1] : 0;
        if (escape == 'u')
        {
            for (var i = 2; i < 6; i++)
            {
                if (at + i >= _json.Length || !char.IsAsciiHexDigit((char)_json[at + i]))
                    throw Malformed("\\u needs four hexadecimal digits", at);
            }

            return at + 6;
        }

        if (escape is not ('"' or '\\' or '/' or 'b' or 'f' or 'n' or 'r' or 't'))
            throw Malformed("unknown escape", at);
        return at + 2;
    }

    private int Number(int start)
    {
        var at = _json[start] == '-' ? start + 1 : start;
        at = Is(at, '0') ? at + 1 : Digits(start, at);
        var whole = true;
        if (Is(at, '.'))
        {
            whole = false;
            at = Digits(start, at + 1);
        }

        if (Is(at, 'e') || Is(at, 'E'))
        {
            whole = false;
            at = Digits(start, Is(at + 1, '+') || Is(at + 1, '-') ? at + 2 : at + 1);
        }

        var length = at - start;
        if (whole)
            Add(JsonTypes.Integer, start, length, length <= 18 ? RowFlags.Plain : RowFlags.None);
        else
            Add(IsFraction(_json.Slice(start, length)) ? JsonTypes.Fraction : JsonTypes.Integer, start, length);
        return at;
    }

    private readonly bool Is(int at, char expected) => at < _json.Length && _json[at] == expected;

    /// <summary>Nearly always the last digit decides.</summary>
    private static bool IsFraction(ReadOnlySpan<byte> literal) =>
        literal.ContainsAny((byte)'e', (byte)'E') || literal[^1] == '0' ? !JsonNumber.IsInteger(literal) : literal.Contains((byte)'.');

    private readonly int Digits(int start, int at)
    {
        var first = at;
        while (at < _json.Length && (uint)(_json[at] - '0') <= 9)
            at++;
        if (at == first)
            throw Malformed(at == start ? "expected a value" : "a number is malformed", start);
        return at;
    }
}
