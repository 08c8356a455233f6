using System.Buffers;
using System.Text.Json;

namespace Strata.JsonSchema.Json;

/// <summary>A parsed document: its bytes and one row per value. The root is row 0.</summary>
internal readonly ref struct Tape(ReadOnlySpan<byte> bytes, ReadOnlySpan<Row> rows)
{
    public readonly ReadOnlySpan<byte> Bytes = bytes;

    public readonly ReadOnlySpan<Row> Rows = rows;

    /// <summary>A scalar's bytes as they stand; of a string without its quotes, escapes untouched.</summary>
    public ReadOnlySpan<byte> Raw(int row) => Bytes.Slice(Rows[row].Start, Rows[row].Length);

    /// <summary>The JSON text of a value, as it stands in the document.</summary>
    public ReadOnlySpan<byte> Text(int row)
    {
        var start = Rows[row].Start;
        return Rows[row].Type switch
        {
            JsonTypes.String => Bytes.Slice(start - 1, Rows[row].Length + 2),
            JsonTypes.Array or JsonTypes.Object => Bytes[start..End(row)],
            _ => Raw(row),
        };
    }

    /// <summary>The row of a member's value, the last one of that name; -1 when there is none.</summary>
    public int Member(int container, ReadOnlySpan<byte> name)
    {
        var found = -1;
        if (Rows[container].Type != JsonTypes.Object)
            return found;
        for (var member = container + 1; member < Rows[container].Next; member = Rows[member + 1].Next)
        {
            if (IsText(member, name))
                found = member + 1;
        }

        return found;
    }

    /// <summary>Whether a string row says this text.</summary>
    public bool IsText(int row, ReadOnlySpan<byte> text)
    {
        if (!Rows[row].Escaped)
            return Raw(row).SequenceEqual(text);
        using var unescaped = new JsonText(this, row, stackalloc byte[JsonText.StackBytes]);
        return unescaped.Bytes.SequenceEqual(text);
    }

    /// <summary>A string row as text; lone surrogates stay what they are.</summary>
    public string String(int row)
    {
        using var text = new JsonText(this, row, stackalloc byte[JsonText.StackBytes]);
        return JsonText.ToUtf16(text.Bytes);
    }

    private int End(int row)
    {
        var closers = 1;
        while (Rows[row].Type is JsonTypes.Array or JsonTypes.Object && Rows[row].Length > 0)
        {
            row = LastValue(row);
            if (Rows[row].Type is JsonTypes.Array or JsonTypes.Object)
                closers++;
        }

        var at = Rows[row].Type is JsonTypes.Array or JsonTypes.Object ? Rows[row].Start + 1 : Rows[row].Start + Rows[row].Length;
        while (true)
        {
            if (Bytes[at++] is (byte)']' or (byte)'}' && --closers == 0)
                return at;
        }
    }

    private int LastValue(int container)
    {
        var step = Rows[container].Type == JsonTypes.Object ? 1 : 0;
        var value = container + 1 + step;
        while (Rows[value].Next < Rows[container].Next)
            value = Rows[value].Next + step;
        return value;
    }
}

/// <summary>A parsed document that stays: schemas are kept like this.</summary>
internal sealed class StoredTape
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly Row[] _rows;

    /// <exception cref="JsonException">The text is not JSON, or nested deeper than that.</exception>
    public StoredTape(ReadOnlyMemory<byte> json, int maxDepth)
    {
        _bytes = json;
        var count = TapeParser.Parse(json.Span, maxDepth, out var rows);
        _rows = count > 0 ? rows.AsSpan(0, count).ToArray() : [];
        ArrayPool<Row>.Shared.Return(rows);
        if (count < 0)
            throw new JsonException($"Nested deeper than {maxDepth} levels.");
    }

    public Tape View => new(_bytes.Span, _rows);
}
