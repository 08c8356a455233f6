using System.Buffers.Binary;
using System.Numerics;
using Strata.JsonSchema.Json;

namespace Strata.JsonSchema.Compilation;

/// <summary>
/// A fixed set of names, found by their UTF-8 bytes without making strings.
/// The names come from a schema, not from the instance, so nobody can provoke collisions at run time.
/// </summary>
internal sealed class NameTable
{
    private readonly byte[][] _names;
    private readonly int[] _slots;
    private readonly int _shift;

    public NameTable(IReadOnlyList<string> names)
    {
        _names = [.. names.Select(JsonText.ToUtf8)];
        var bits = BitOperations.Log2((uint)Math.Max(1, names.Count)) + 2;
        _slots = new int[1 << bits];
        _shift = 64 - bits;
        for (var i = 0; i < _names.Length; i++)
        {
            var slot = Slot(_names[i]);
            while (_slots[slot] != 0)
                slot = (slot + 1) & (_slots.Length - 1);
            _slots[slot] = i + 1;
        }
    }

    public static NameTable Empty { get; } = new([]);

    /// <summary>Index of a name; -1 when it is not in the table.</summary>
    /// <param name="name">UTF-8 without escapes.</param>
    /// <param name="likely">Where to look first.</param>
    public int Find(ReadOnlySpan<byte> name, int likely = -1)
    {
        if ((uint)likely < (uint)_names.Length && name.SequenceEqual(_names[likely]))
            return likely;
        var slot = Slot(name);
        while (true)
        {
            var index = _slots[slot] - 1;
            if (index < 0 || name.SequenceEqual(_names[index]))
                return index;
            slot = (slot + 1) & (_slots.Length - 1);
        }
    }

    /// <summary>By the length, the first and the last eight bytes, which tell most names apart.</summary>
    private int Slot(ReadOnlySpan<byte> name)
    {
        var (head, tail) = (0UL, 0UL);
        if (name.Length >= sizeof(ulong))
        {
            head = BinaryPrimitives.ReadUInt64LittleEndian(name);
            tail = BinaryPrimitives.ReadUInt64LittleEndian(name[^sizeof(ulong)..]);
        }
        else
        {
            foreach (var unit in name)
                head = (head << 8) | unit;
        }

        return (int)(((head ^ BitOperations.RotateLeft(tail, 29) ^ ((ulong)name.Length << 56)) * 0x9E3779B97F4A7C15) >> _shift);
    }
}
