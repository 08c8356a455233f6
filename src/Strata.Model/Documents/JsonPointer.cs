using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Strata.Model.Documents;

/// <summary>A place in a document, as RFC 6901 writes it: <c>/llm/providers/openai</c>; the empty text is the whole document.</summary>
public readonly record struct JsonPointer : IComparable<JsonPointer>
{
    /// <summary>Segments that a pointer may have.</summary>
    public const int MaxSegments = 256;

    private readonly string? _text;

    private JsonPointer(string text) => _text = text;

    /// <summary>The whole document.</summary>
    public static JsonPointer Root => default;

    /// <summary>The pointer as text, escaped (<c>~0</c>, <c>~1</c>).</summary>
    public string Text => _text ?? "";

    /// <summary>Whether this is the whole document.</summary>
    public bool IsRoot => Text.Length == 0;

    /// <summary>The unescaped segments.</summary>
    public ImmutableArray<string> Segments => IsRoot ? [] : [.. Text[1..].Split('/').Select(Unescape)];

    /// <summary>The place that this one is a member of; the whole document has none and stays itself.</summary>
    public JsonPointer Parent => IsRoot ? this : new(Text[..Text.LastIndexOf('/')]);

    /// <summary>The pointer to a member of this place.</summary>
    public JsonPointer Append(string segment) => new(string.Concat(_text, "/", Escape(segment)));

    /// <summary>Whether this place is the other or lies inside it.</summary>
    public bool IsWithin(JsonPointer other) =>
        Text.StartsWith(other.Text, StringComparison.Ordinal) && (Text.Length == other.Text.Length || Text[other.Text.Length] == '/');

    /// <summary>The pointer of the segments.</summary>
    public static JsonPointer Of(params ReadOnlySpan<string> segments)
    {
        var pointer = Root;
        foreach (var segment in segments)
            pointer = pointer.Append(segment);
        return pointer;
    }

    /// <summary>Reads a pointer: empty, or starting with a slash, escapes well formed, at most <see cref="MaxSegments"/> segments.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out JsonPointer pointer)
    {
        pointer = default;
        if (text is null || (text.Length > 0 && text[0] != '/') || text.AsSpan().Count('/') > MaxSegments)
            return false;
        for (var at = text.IndexOf('~'); at >= 0; at = text.IndexOf('~', at + 1))
        {
            if (at + 1 == text.Length || text[at + 1] is not ('0' or '1'))
                return false;
        }
        pointer = new JsonPointer(text);
        return true;
    }

    /// <summary>What refuses a text that has more segments than a pointer may have; <c>null</c> for every other.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where it stands.</param>
    public static Error? TooLong(string? text, JsonPointer at)
    {
        if (text is not ['/', ..] || text.AsSpan().Count('/') is var segments && segments <= MaxSegments)
            return null;
        var message = string.Create(CultureInfo.InvariantCulture, $"must have at most {MaxSegments} segments (has {segments})");
        return new Error(ErrorCodes.SchemaViolation, $"'{at}' {message}.", [new Violation(at, "segments", message) { Limit = Json.Of(MaxSegments) }]);
    }

    /// <summary>Reads a pointer that is known to be one.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static JsonPointer Parse(string text) =>
        TryParse(text, out var pointer) ? pointer : throw new FormatException($"'{text}' is not a JSON Pointer.");

    /// <summary>Ordinal order of the texts.</summary>
    public int CompareTo(JsonPointer other) => string.CompareOrdinal(Text, other.Text);

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <inheritdoc/>
    public bool Equals(JsonPointer other) => Text == other.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    private static string Escape(string segment) =>
        segment.AsSpan().IndexOfAny('~', '/') < 0 ? segment : segment.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static string Unescape(string segment) =>
        segment.Contains('~', StringComparison.Ordinal) ? segment.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal) : segment;
}
