using System.Collections.Immutable;
using System.Text;

namespace Strata.Model.Documents;

/// <summary>The kinds of JSON value.</summary>
public enum JsonKind
{
    /// <summary><c>null</c>: only in patches and inside opaque values.</summary>
    Null,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>A number that IEEE 754 double precision can hold (I-JSON, RFC 7493).</summary>
    Number,

    /// <summary>A text of Unicode scalar values.</summary>
    String,

    /// <summary>An ordered list.</summary>
    Array,

    /// <summary>Members with unique names.</summary>
    Object,
}

/// <summary>
/// An immutable JSON value. Two values are equal when they mean the same (numbers by value, members in any order), and equal values have
/// equal canonical bytes (RFC 8785, JSON Canonicalization Scheme).
/// </summary>
public abstract class Json : IEquatable<Json>
{
    private protected Json()
    {
    }

    /// <summary><c>null</c>.</summary>
    public static readonly Json Null = new JsonNull();

    /// <summary><c>true</c>.</summary>
    public static readonly Json True = new JsonBoolean(true);

    /// <summary><c>false</c>.</summary>
    public static readonly Json False = new JsonBoolean(false);

    /// <summary>The kind.</summary>
    public abstract JsonKind Kind { get; }

    /// <summary>Levels of objects and arrays in this value; 0 for a scalar.</summary>
    public virtual int Depth => 0;

    /// <summary>About how many bytes the value takes as text, known without writing it, so that a patch cannot grow a bomb.</summary>
    internal virtual long Weight => 8;

    /// <summary>A boolean.</summary>
    public static Json Of(bool value) => value ? True : False;

    /// <summary>A number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is NaN or infinite.</exception>
    public static Json Of(double value) => new JsonNumber(value);

    /// <summary>A text.</summary>
    public static Json Of(string value) => new JsonString(value);

    /// <summary>A list of texts.</summary>
    public static Json Of(IEnumerable<string> values) => new JsonArray([.. values.Select(Of)]);

    /// <summary>Reads UTF-8 text that may come from anyone; see <see cref="JsonReading"/> for what is refused.</summary>
    public static Result<Json> Parse(ReadOnlySpan<byte> utf8) => JsonReading.Read(utf8);

    /// <summary>Reads text that Strata wrote itself.</summary>
    /// <exception cref="FormatException">It is not JSON after all.</exception>
    public static Json Trusted(string text) =>
        Parse(Encoding.UTF8.GetBytes(text)).TryGet(out var value, out var error) ? value : throw new FormatException(error.Message);

    /// <summary>The canonical bytes: UTF-8, members sorted by UTF-16 code units, numbers as ECMAScript writes them, no white space.</summary>
    public byte[] ToUtf8() => JsonWriting.Write(this);

    /// <summary>The value at a place inside this one; <c>null</c> when there is none. Array items are not addressed: an array is one value.</summary>
    public Json? At(JsonPointer pointer)
    {
        var at = this;
        foreach (var segment in pointer.Segments)
        {
            if (at is not JsonObject inside || !inside.TryGet(segment, out at))
                return null;
        }
        return at;
    }

    /// <summary>The canonical text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(ToUtf8());

    /// <inheritdoc/>
    public abstract bool Equals(Json? other);

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => Equals(obj as Json);

    /// <inheritdoc/>
    public abstract override int GetHashCode();

    private sealed class JsonNull : Json
    {
        public override JsonKind Kind => JsonKind.Null;

        public override bool Equals(Json? other) => other is JsonNull;

        public override int GetHashCode() => 0;
    }
}

/// <summary><c>true</c> or <c>false</c>.</summary>
public sealed class JsonBoolean : Json
{
    internal JsonBoolean(bool value) => Value = value;

    /// <summary>The value.</summary>
    public bool Value { get; }

    /// <inheritdoc/>
    public override JsonKind Kind => JsonKind.Boolean;

    /// <inheritdoc/>
    public override bool Equals(Json? other) => other is JsonBoolean boolean && boolean.Value == Value;

    /// <inheritdoc/>
    public override int GetHashCode() => Value ? 1 : 2;
}

/// <summary>A number.</summary>
public sealed class JsonNumber : Json
{
    internal JsonNumber(double value)
    {
        if (!double.IsFinite(value))
            throw new ArgumentOutOfRangeException(nameof(value), value, "JSON has finite numbers only.");
        Value = value == 0 ? 0 : value; // RFC 8785 writes negative zero as 0
    }

    /// <summary>The value.</summary>
    public double Value { get; }

    /// <inheritdoc/>
    public override JsonKind Kind => JsonKind.Number;

    /// <inheritdoc/>
    public override bool Equals(Json? other) => other is JsonNumber number && number.Value.Equals(Value);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();
}

/// <summary>A text.</summary>
public sealed class JsonString : Json
{
    internal JsonString(string value) => Value = value;

    /// <summary>The value.</summary>
    public string Value { get; }

    internal override long Weight => Value.Length + 2;

    /// <inheritdoc/>
    public override JsonKind Kind => JsonKind.String;

    /// <inheritdoc/>
    public override bool Equals(Json? other) => other is JsonString text && text.Value == Value;

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);
}

/// <summary>An ordered list.</summary>
public sealed class JsonArray : Json
{
    /// <summary>A list of values.</summary>
    public JsonArray(ImmutableArray<Json> items)
    {
        Items = items;
        Weight = 2;
        foreach (var item in items)
        {
            Depth = Math.Max(Depth, item.Depth + 1);
            Weight += item.Weight + 1;
        }
    }

    /// <summary>The values.</summary>
    public ImmutableArray<Json> Items { get; }

    /// <inheritdoc/>
    public override int Depth { get; } = 1;

    internal override long Weight { get; }

    /// <inheritdoc/>
    public override JsonKind Kind => JsonKind.Array;

    /// <inheritdoc/>
    public override bool Equals(Json? other) => other is JsonArray array && array.Items.AsSpan().SequenceEqual(Items.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Items.Aggregate(3, HashCode.Combine);
}
