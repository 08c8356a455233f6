namespace Strata.JsonSchema.Json;

/// <summary>
/// One value of a parsed document, in document order. A container's row is followed by its content: an array's items, or an
/// object's members, each a row for the name (of type String) and the rows of its value.
/// </summary>
internal struct Row
{
    /// <summary>Offset of the first byte; of a string, of the first byte behind the quote.</summary>
    public int Start;

    /// <summary>Bytes of a scalar (a string's without quotes); number of items or members of a container.</summary>
    public int Length;

    /// <summary>The first row behind this value and all it holds: its next sibling, if there is one.</summary>
    public int Next;

    /// <summary>Exactly one flag: an integer and a number with a fraction differ.</summary>
    public JsonTypes Type;

    public RowFlags Flags;

    public readonly bool Escaped => (Flags & RowFlags.Escaped) != RowFlags.None;

    public readonly bool Plain => (Flags & RowFlags.Plain) != RowFlags.None;
}

[Flags]
internal enum RowFlags : byte
{
    None = 0,

    /// <summary>The string holds a backslash.</summary>
    Escaped = 1,

    /// <summary>The number is an integer written with digits only, 18 of them at most, so it fits a <see cref="long"/>.</summary>
    Plain = 2,
}
