using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Strata.Model.Documents;

/// <summary>
/// Reads JSON from strangers. Refused as <c>malformed_json</c>: anything but RFC 8259 text in UTF-8, duplicate members, lone surrogates, U+0000.
/// Refused as <c>schema_violation</c>: nesting deeper than <see cref="MaxDepth"/>, and numbers that a double cannot hold (I-JSON, RFC 7493 2.2).
/// </summary>
internal static class JsonReading
{
    /// <summary>Levels of objects and arrays.</summary>
    public const int MaxDepth = 64;

    public static Result<Json> Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            reader.Read();
            var result = Value(ref reader, JsonPointer.Root, depth: 0);
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

    private static Result<Json> Value(ref Utf8JsonReader reader, JsonPointer pointer, int depth)
    {
        if (depth > MaxDepth)
            return Refused(pointer, "depth", $"must be nested at most {MaxDepth} levels deep", MaxDepth);
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => Object(ref reader, pointer, depth),
            JsonTokenType.StartArray => Array(ref reader, pointer, depth),
            JsonTokenType.String => Text(ref reader).Then<Json>(text => new JsonString(text)),
            JsonTokenType.Number => Number(ref reader, pointer),
            JsonTokenType.True => Json.True,
            JsonTokenType.False => Json.False,
            _ => Json.Null,
        };
    }

    private static Result<Json> Object(ref Utf8JsonReader reader, JsonPointer pointer, int depth)
    {
        var members = new Dictionary<string, Json>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (!Text(ref reader).TryGet(out var name, out var error))
                return error;
            reader.Read();
            if (!Value(ref reader, pointer.Append(name), depth + 1).TryGet(out var value, out error))
                return error;
            if (!members.TryAdd(name, value))
                return Malformed($"The member '{pointer.Append(name)}' stands twice.");
        }
        return JsonObject.Of(members);
    }

    private static Result<Json> Array(ref Utf8JsonReader reader, JsonPointer pointer, int depth)
    {
        var items = ImmutableArray.CreateBuilder<Json>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!Value(ref reader, pointer, depth + 1).TryGet(out var item, out var error))
                return error;
            items.Add(item);
        }
        return new JsonArray(items.DrainToImmutable());
    }

    private static Result<string> Text(ref Utf8JsonReader reader)
    {
        var text = reader.GetString()!;
        return text.Contains('\0', StringComparison.Ordinal) ? Malformed("A text holds U+0000, which cannot be stored.") : text;
    }

    private static Result<Json> Number(ref Utf8JsonReader reader, JsonPointer pointer)
    {
        // Integers above 2^53 would silently become their neighbours.
        if (!reader.TryGetDouble(out var number) || !double.IsFinite(number) || (Math.Abs(number) >= 9007199254740992 && !IsExact(reader.ValueSpan, number)))
            return Refused(pointer, "number", "must be a number that double precision holds exactly (RFC 7493)", 9007199254740992);
        return new JsonNumber(number);
    }

    private static bool IsExact(ReadOnlySpan<byte> literal, double number) =>
        literal.ContainsAny(".eE"u8) || BigInteger.Parse(Encoding.ASCII.GetString(literal), CultureInfo.InvariantCulture) == new BigInteger(number);

    private static Error Malformed(string message) => new(ErrorCodes.MalformedJson, message);

    private static Error Refused(JsonPointer pointer, string rule, string message, double limit) =>
        new(ErrorCodes.SchemaViolation, $"'{pointer}' {message}.", [new Violation(pointer, rule, message) { Limit = Json.Of(limit) }]);
}
