using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Strata.Model.Documents;

/// <summary>
/// Reads JSON from strangers. Refused as <c>malformed_json</c>: anything but RFC 8259 text in UTF-8, duplicate members, lone surrogates, U+0000.
/// Refused as <c>schema_violation</c>: nesting deeper than <see cref="MaxDepth"/>, names longer than <see cref="MaxName"/>, and numbers that a double
/// cannot hold (I-JSON, RFC 7493 2.2). Pointers are made for refusals only: made for every value, long names would cost their length times the values.
/// </summary>
internal static class JsonReading
{
    /// <summary>Levels of objects and arrays.</summary>
    public const int MaxDepth = 64;

    /// <summary>Characters of a member's name.</summary>
    public const int MaxName = 512;

    public static Result<Json> Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            reader.Read();
            var result = Value(ref reader, []);
            if (result.Error is null && reader.Read())
                return Malformed("Expected the end of the text after one JSON value.");
            return result;
        }
        catch (JsonException malformed)
        {
            var line = (malformed.LineNumber + 1)?.ToString(CultureInfo.InvariantCulture) ?? "?";
            var column = (malformed.BytePositionInLine + 1)?.ToString(CultureInfo.InvariantCulture) ?? "?";
            return Malformed($"The text is not JSON (line {line}, byte {column}).");
        }
        catch (InvalidOperationException)
        {
            // How Utf8JsonReader.GetString reports text that is no sequence of Unicode scalar values.
            return Malformed("A text holds a lone surrogate or bytes that are not UTF-8.");
        }
    }

    private static Result<Json> Value(ref Utf8JsonReader reader, List<string?> path)
    {
        if (path.Count > MaxDepth)
            return Refused(path, "depth", $"must be nested at most {MaxDepth} levels deep", MaxDepth);
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => Object(ref reader, path),
            JsonTokenType.StartArray => Array(ref reader, path),
            JsonTokenType.String => Text(ref reader).Then<Json>(text => new JsonString(text)),
            JsonTokenType.Number => Number(ref reader, path),
            JsonTokenType.True => Json.True,
            JsonTokenType.False => Json.False,
            _ => Json.Null,
        };
    }

    private static Result<Json> Object(ref Utf8JsonReader reader, List<string?> path)
    {
        var members = new Dictionary<string, Json>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (!Text(ref reader).TryGet(out var name, out var error))
                return error;
            if (name.Length > MaxName)
                return Refused(path, "nameLength", $"must have members with names of at most {MaxName} characters (one has {name.Length})", MaxName);
            path.Add(name);
            reader.Read();
            if (!Value(ref reader, path).TryGet(out var value, out error))
                return error;
            if (!members.TryAdd(name, value))
                return Malformed($"The member '{Pointer(path)}' stands twice.");
            path.RemoveAt(path.Count - 1);
        }
        return JsonObject.Of(members);
    }

    private static Result<Json> Array(ref Utf8JsonReader reader, List<string?> path)
    {
        var items = ImmutableArray.CreateBuilder<Json>();
        path.Add(null); // items have no pointers of their own: an array is one value
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!Value(ref reader, path).TryGet(out var item, out var error))
                return error;
            items.Add(item);
        }
        path.RemoveAt(path.Count - 1);
        return new JsonArray(items.DrainToImmutable());
    }

    private static Result<string> Text(ref Utf8JsonReader reader)
    {
        var text = reader.GetString()!;
        return text.Contains('\0', StringComparison.Ordinal) ? Malformed("A text holds U+0000, which cannot be stored.") : text;
    }

    private static Result<Json> Number(ref Utf8JsonReader reader, List<string?> path)
    {
        // Above 2^53 integers would silently become their neighbours, and what is too small becomes zero.
        if (!reader.TryGetDouble(out var number) || !double.IsFinite(number) || (Math.Abs(number) >= 9007199254740992 && !IsExact(reader.ValueSpan, number))
            || (number == 0 && !IsZero(reader.ValueSpan)))
            return Refused(path, "number", "must be a number that double precision holds exactly (RFC 7493)", 9007199254740992);
        return new JsonNumber(number);
    }

    private static bool IsZero(ReadOnlySpan<byte> literal) =>
        !(literal.IndexOfAny((byte)'e', (byte)'E') is >= 0 and var exponent ? literal[..exponent] : literal).ContainsAnyInRange((byte)'1', (byte)'9');

    /// <summary>Whether a literal has the value of the number, digit for digit, or of the way in which it is written again (RFC 8785).</summary>
    private static bool IsExact(ReadOnlySpan<byte> literal, double number)
    {
        var value = Normal(Encoding.ASCII.GetString(literal));
        return value == Normal(number.ToString("R", CultureInfo.InvariantCulture)) || value == Normal(new BigInteger(number).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A number's significant digits and the power of ten behind them: no arithmetic, so that it costs what the literal's length says.</summary>
    private static (string Digits, long Exponent) Normal(string literal)
    {
        var (mantissa, exponent) = literal.IndexOfAny(['e', 'E']) is >= 0 and var at
            ? (literal[..at], long.Parse(literal.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))
            : (literal, 0);
        var whole = mantissa.IndexOf('.', StringComparison.Ordinal) is >= 0 and var point ? point : mantissa.Length;
        var digits = mantissa.Remove(whole) + mantissa[Math.Min(whole + 1, mantissa.Length)..];
        var significant = digits.TrimEnd('0');
        return (significant.TrimStart('-', '0'), exponent + whole - significant.Length);
    }

    private static Error Malformed(string message) => new(ErrorCodes.MalformedJson, message);

    private static Error Refused(List<string?> path, string rule, string message, double limit) =>
        new(ErrorCodes.SchemaViolation, $"'{Pointer(path)}' {message}.", [new Violation(Pointer(path), rule, message) { Limit = Json.Of(limit) }]);

    private static JsonPointer Pointer(List<string?> path) => JsonPointer.Of([.. path.OfType<string>()]);
}
