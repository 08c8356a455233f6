using System.Globalization;
using System.Text;

namespace Strata.JsonSchema.Json;

/// <summary>JSON Pointers (RFC 6901) into parsed documents.</summary>
internal static class JsonPointer
{
    public static string Escape(string segment) =>
        segment.AsSpan().ContainsAny('~', '/') ? segment.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal) : segment;

    public static string Unescape(string segment) =>
        segment.Contains('~', StringComparison.Ordinal)
            ? segment.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)
            : segment;

    /// <summary>The pointer from one row down to another below it. A member's name and its value have the same pointer.</summary>
    public static string Between(Tape tape, int from, int to)
    {
        var pointer = new StringBuilder();
        while (from != to)
        {
            var isObject = tape.Rows[from].Type == JsonTypes.Object;
            var index = 0;
            var child = from + 1;
            while (tape.Rows[isObject ? child + 1 : child].Next <= to)
            {
                child = tape.Rows[isObject ? child + 1 : child].Next;
                index++;
            }

            pointer.Append('/').Append(isObject ? Escape(tape.String(child)) : index.ToString(CultureInfo.InvariantCulture));
            if (isObject && to == child)
                break;
            from = isObject ? child + 1 : child;
        }

        return pointer.ToString();
    }

    /// <summary>The row of one step down; -1 when there is none.</summary>
    public static int Step(Tape tape, int row, string segment)
    {
        if (tape.Rows[row].Type == JsonTypes.Object)
            return tape.Member(row, JsonText.ToUtf8(segment));
        if (tape.Rows[row].Type != JsonTypes.Array || !IsIndex(segment, out var index) || index >= tape.Rows[row].Length)
            return -1;
        var item = row + 1;
        while (index-- > 0)
            item = tape.Rows[item].Next;
        return item;
    }

    private static bool IsIndex(string segment, out int index) =>
        int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out index) && (segment.Length == 1 || segment[0] != '0');
}
