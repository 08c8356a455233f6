using System.Buffers.Binary;
using System.Numerics;
using Strata.JsonSchema.Json;

namespace Strata.JsonSchema.Compilation;

/// <summary>
/// A fixed set of names, found by their UTF-8 bytes without making strings. Short names are compared as two machine words.
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
            _entries[i] = new Entry(JsonText.ToUtf8(names[i]));
            var slot = Slot(_entries[i].Key);
            while (_slots[slot] != 0)
                slot = (slot + 1) & (_slots.Length - 1);
            _slots[slot] = i + 1;
        }
    }

    public static NameTable Empty { get; } = new([]);

    public int Count => _entries.Length;

    /// <summary>Index of a name; -1 when it is not in the table.</summary>
    /// <param name="name">UTF-8 without escapes.</param>
    /// <param name="likely">Where to look first.</param>
    public int Find(ReadOnlySpan<byte> name, int likely = -1)
    {
        if (_entries.Length == 0)
            return -1;
        var key = new Key(name);
        if ((uint)likely < (uint)_entries.Length && _entries[likely].Is(key, name))
            return likely;
        var slot = Slot(key);
        while (true)
        {
            var index = _slots[slot] - 1;
            if (index < 0 || _entries[index].Is(key, name))
                return index;
            slot = (slot + 1) & (_slots.Length - 1);
        }
    }

    private int Slot(Key key) => (int)(((key.Head ^ BitOperations.RotateLeft(key.Tail, 29) ^ ((ulong)key.Length << 56)) * 0x9E3779B97F4A7C15) >> _shift);

    /// <summary>The first and the last eight bytes of a name: all there is of one of up to sixteen.</summary>
    private readonly struct Key
    {
        public readonly ulong Head;
        public readonly ulong Tail;
        public readonly int Length;

        public Key(ReadOnlySpan<byte> name)
        {
            Length = name.Length;
            if (Length >= sizeof(ulong))
            {
                Head = BinaryPrimitives.ReadUInt64LittleEndian(name);
                Tail = BinaryPrimitives.ReadUInt64LittleEndian(name[^sizeof(ulong)..]);
                return;
            }

            if (Length >= sizeof(uint))
            {
                Head = BinaryPrimitives.ReadUInt32LittleEndian(name);
                Tail = BinaryPrimitives.ReadUInt32LittleEndian(name[^sizeof(uint)..]);
                return;
            }

            foreach (var unit in name)
                Head = (Head << 8) | unit;
        }
    }

    private readonly struct Entry(byte[] utf8)
    {
        private readonly byte[] _utf8 = utf8;

        public Key Key { get; } = new(utf8);

        public bool Is(in Key key, ReadOnlySpan<byte> name) =>
            Key.Head == key.Head && Key.Tail == key.Tail && Key.Length == key.Length && (name.Length <= 2 * sizeof(ulong) || name.SequenceEqual(_utf8));
    }
}
