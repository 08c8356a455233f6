namespace Strata.JsonSchema;

/// <summary>
/// The types of JSON Schema's <c>type</c> keyword as a set. An integer is a number without a fractional part, however it is written
/// (<c>1.0</c>, <c>1e3</c>).
/// </summary>
[Flags]
public enum JsonTypes : byte
{
    /// <summary>No type: nothing is allowed.</summary>
    None = 0,

    /// <summary><c>null</c>.</summary>
    Null = 1,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean = 2,

    /// <summary>A whole number.</summary>
    Integer = 4,

    /// <summary>A number with a fractional part.</summary>
    Fraction = 8,

    /// <summary>Any number.</summary>
    Number = Integer | Fraction,

    /// <summary>A string.</summary>
    String = 16,

    /// <summary>An array.</summary>
    Array = 32,

    /// <summary>An object.</summary>
    Object = 64,

    /// <summary>Every type: what a schema without <c>type</c> allows.</summary>
    All = Null | Boolean | Number | String | Array | Object,
}
