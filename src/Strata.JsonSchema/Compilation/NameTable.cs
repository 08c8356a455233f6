using System.Buffers.Binary;
using System.Numerics;
using Strata.JsonSchema.Json;

namespace Strata.JsonSchema.Compilation;

/// <summary>
/// A fixed set of names, found by their UTF-8 bytes without making strings. Short names are compared as one machine word.
/// The names come from a schema, not from the instance, so nobody can provoke collisions at run time.
/// </summary>
internal sealed class NameTable
{
    private readonly Entry[] _entries;
    private readonly int[] _slots;
    private readonly int _shift;

    public NameTable(IReadOnlyList<string> names)
    {
        _entries = new Entry[names.Count];
        var bits = BitOperations.Log2((uint)Math.Max(1, names.Count)) + 2;
        _slots = new int[1 << bits];
        _shift = 64 - bits;
        for (var i = 0; i < names.Count; i++)
        {
            var utf8 = JsonText.ToUtf8(names[i]);
            _entries[i] = new Entry(Key(utf8), utf8);
            var slot = Slot(_entries[i].Key, utf8.Length);
            while (_slots[slot] != 0)
                slot = (slot + 1) & (_slots.Length - 1);
            _slots[slot] = i + 1;
        }
    }

    public static NameTable Empty { get; } = new([]);

    public int Count => _entries.Length;

    /// <summary>The same, looking at one place first.</summary>
    public int Find(ReadOnlySpan<byte> name, int likely) =>
        (uint)likely < (uint)_entries.Length && name.SequenceEqual(_entries[likely].Utf8) ? likely : Find(name);

    /// <summary>Index of a name; -1 when it is not in the table.</summary>
    public int Find(ReadOnlySpan<byte> name)
    {
        var key = Key(name);
        var slot = Slot(key, name.Length);
        while (true)
        {
            var index = _slots[slot] - 1;
            if (index < 0)
                return -1;
            ref readonly var entry = ref _entries[index];
            if (entry.Key == key && entry.Utf8.Length == name.Length && (name.Length <= 8 || name.SequenceEqual(entry.Utf8)))
                return index;
            slot = (slot + 1) & (_slots.Length - 1);
        }
    }

    private int Slot(ulong key, int length) => (int)(((key + ((ulong)length << 56)) * 0x9E3779B97F4A7C15) >> _shift);

    /// <summary>All bytes of a name of up to eight; otherwise the first and the last eight, mixed.</summary>
    private static ulong Key(ReadOnlySpan<byte> name)
    {
        if (name.Length >= 8)
        {
            var head = BinaryPrimitives.ReadUInt64LittleEndian(name);
            return name.Length == 8 ? head : head ^ BitOperations.RotateLeft(BinaryPrimitives.ReadUInt64LittleEndian(name[^8..]), 29);
        }

        if (name.Length >= 4)
            return BinaryPrimitives.ReadUInt32LittleEndian(name) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(name[^4..]) << (8 * (name.Length - 4)));
        var key = 0UL;
        foreach (var unit in name)
            key = (key << 8) | unit;
        return key;
    }

    private readonly record struct Entry(ulong Key, byte[] Utf8);
}
