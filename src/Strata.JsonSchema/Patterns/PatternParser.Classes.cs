using System.Globalization;

namespace Strata.JsonSchema.Patterns;

/// <content>Classes and escapes.</content>
internal ref partial struct PatternParser
{
    private CodePoints ParseClass()
    {
        var isNegated = Take("^");
        var ranges = new List<(int, int)>();
        while (!Take("]"))
        {
            if (!More)
                throw Wrong("missing ']'");
            var from = ParseClassAtom(ranges);
            if (!Ahead("-") || Ahead("-]"))
            {
                if (from is { } single)
                    ranges.Add((single, single));
                continue;
            }

            _at++;
            var to = More ? ParseClassAtom(ranges) : throw Wrong("missing ']'");
            if (from is null || to is null)
                throw Wrong("a range cannot end in a set");
            ranges.Add(to >= from ? (from.Value, to.Value) : throw Wrong("a range is out of order"));
        }

        var set = new CodePoints(ranges);
        return isNegated ? set.Complement() : set;
    }

    /// <summary>One code point; or null, when a whole set was added.</summary>
    private int? ParseClassAtom(List<(int, int)> ranges)
    {
        if (!Take("\\"))
            return TakeCodePoint();
        if (Take("b"))
            return '\b';
        if (ParseClassEscape() is not { } set)
            return ParseCharacterEscape(inClass: true);
        ranges.AddRange(set.Ranges);
        return null;
    }

    private CodePoints? ParseClassEscape()
    {
        if (!More)
            throw Wrong("a '\\' at the end");
        switch (_source[_at])
        {
            case 'd':
                _at++;
                return CodePoints.Digits;
            case 'D':
                _at++;
                return CodePoints.Digits.Complement();
            case 'w':
                _at++;
                return CodePoints.Word;
            case 'W':
                _at++;
                return CodePoints.Word.Complement();
            case 's':
                _at++;
                return CodePoints.Space;
            case 'S':
                _at++;
                return CodePoints.Space.Complement();
            case 'p' or 'P':
                return ParseProperty();
            default:
                return null;
        }
    }

    private CodePoints ParseProperty()
    {
        var isNegated = _source[_at++] == 'P';
        var end = Take("{") ? _source.IndexOf('}', _at) : -1;
        if (end < 0)
            throw Wrong("\\p needs a property in braces");
        var property = _source[_at..end];
        _at = end + 1;
        var set = UnicodeProperties.Find(property) ?? throw Wrong($"the Unicode property {property} is not known");
        return isNegated ? set.Complement() : set;
    }

    private int ParseCharacterEscape(bool inClass)
    {
        var escape = _source[_at++];
        switch (escape)
        {
            case 't':
                return '\t';
            case 'n':
                return '\n';
            case 'v':
                return '\v';
            case 'f':
                return '\f';
            case 'r':
                return '\r';
            case '0' when !More || !char.IsAsciiDigit(_source[_at]):
                return 0;
            case 'c' when More && char.IsAsciiLetter(_source[_at]):
                return _source[_at++] % 32;
            case 'x':
                return ParseHex(2);
            case 'u':
                return ParseUnicodeEscape();
            case '-' when inClass:
                return escape;
        }

        return "^$\\.*+?()[]{}|/".Contains(escape, StringComparison.Ordinal) ? escape : throw Wrong($"'\\{escape}' is not an escape");
    }

    private int ParseUnicodeEscape()
    {
        if (Take("{"))
        {
            var start = _at;
            var code = 0;
            while (More && char.IsAsciiHexDigit(_source[_at]) && code <= CodePoints.Max)
                code = (code * 16) + Convert.ToInt32(_source[_at++].ToString(), 16);
            return _at > start && code <= CodePoints.Max && Take("}") ? code : throw Wrong("a code point is malformed");
        }

        var unit = ParseHex(4);
        if (!char.IsHighSurrogate((char)unit) || !Ahead("\\u") || _at + 6 > _source.Length)
            return unit;
        var before = _at;
        _at += 2;
        if (!Ahead("{") && ParseHex(4) is var low && char.IsLowSurrogate((char)low))
            return char.ConvertToUtf32((char)unit, (char)low);
        _at = before;
        return unit;
    }

    private int ParseHex(int length)
    {
        var digits = _at + length <= _source.Length ? _source.AsSpan(_at, length) : throw Wrong("hexadecimal digits are missing");
        foreach (var digit in digits)
        {
            if (!char.IsAsciiHexDigit(digit))
                throw Wrong("hexadecimal digits are missing");
        }

        _at += length;
        return int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
