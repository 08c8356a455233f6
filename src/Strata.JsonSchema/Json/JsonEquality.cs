using System.Buffers;
using System.Runtime.CompilerServices;

namespace Strata.JsonSchema.Json;

/// <summary>
/// Equality as JSON Schema defines it: numbers by value, strings by code points without their escapes, objects without
/// order. Values nested too deeply for the stack end in an <see cref="InsufficientExecutionStackException"/>.
/// </summary>
internal static class JsonEquality
{
    /// <summary>Up to so many rows or members comparing all with all is quickest; beyond, it would cost a hostile document's square.</summary>
    private const int Pairwise = 32;

    public static bool Equal(Tape left, int a, Tape right, int b)
    {
        ref readonly var x = ref left.Rows[a];
        ref readonly var y = ref right.Rows[b];
        if (x.Type != y.Type)
            return false;
        return x.Type switch
        {
            JsonTypes.Null => true,
            JsonTypes.Boolean => x.Length == y.Length,
            JsonTypes.Integer or JsonTypes.Fraction => EqualNumbers(left, a, right, b),
            JsonTypes.String => x.Escaped || y.Escaped ? EqualStrings(left, a, right, b) : x.Length == y.Length && left.Raw(a).SequenceEqual(right.Raw(b)),
            JsonTypes.Array => x.Length == y.Length && EqualItems(left, a, right, b),
            _ => x.Length == y.Length && EqualMembers(left, a, right, b),
        };
    }

    /// <summary>Agrees with <see cref="Equal"/>; seeded per process, so it cannot be attacked with prepared collisions.</summary>
    public static int Hash(Tape tape, int row)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var hash = new HashCode();
        switch (tape.Rows[row].Type)
        {
            case JsonTypes.Integer or JsonTypes.Fraction:
                var number = JsonNumber.Parse(tape.Raw(row), stackalloc byte[JsonNumber.StackBytes]);
                hash.Add(number.Negative);
                hash.Add(number.Exponent);
                hash.AddBytes(number.Digits);
                break;
            case JsonTypes.String:
                using (var text = new JsonText(tape, row, stackalloc byte[JsonText.StackBytes]))
                    hash.AddBytes(text.Bytes);
                break;
            case JsonTypes.Array:
                for (var item = row + 1; item < tape.Rows[row].Next; item = tape.Rows[item].Next)
                    hash.Add(Hash(tape, item));
                break;
            case JsonTypes.Object:
                var sum = 0;
                for (var member = row + 1; member < tape.Rows[row].Next; member = tape.Rows[member + 1].Next)
                    sum += HashCode.Combine(Hash(tape, member), Hash(tape, member + 1));
                hash.Add(sum);
                break;
            default:
                hash.Add(tape.Rows[row].Length);
                break;
        }

        hash.Add((int)tape.Rows[row].Type);
        return hash.ToHashCode();
    }

    /// <summary>Finds two equal items of an array; their positions, the later one as early as possible.</summary>
    public static bool FindTwins(Tape tape, int array, out int first, out int second)
    {
        (first, second) = (-1, -1);
        if (tape.Rows[array].Length < 2)
            return false;
        return tape.Rows[array].Next - array > Pairwise
            ? FindTwinsByHash(tape, array, out first, out second)
            : FindTwinsPairwise(tape, array, out first, out second);
    }

    private static bool FindTwinsPairwise(Tape tape, int array, out int first, out int second)
    {
        var rows = tape.Rows;
        var end = rows[array].Next;
        second = 0;
        for (var later = array + 1; later < end; later = rows[later].Next, second++)
        {
            first = 0;
            for (var earlier = array + 1; earlier < later; earlier = rows[earlier].Next, first++)
            {
                if (MayBeEqual(in rows[earlier], in rows[later]) && Equal(tape, earlier, tape, later))
                    return true;
            }
        }

        (first, second) = (-1, -1);
        return false;
    }

    /// <summary>False for most pairs of names, which differ in length.</summary>
    private static bool MayBeEqual(in Row x, in Row y) =>
        x.Type == y.Type && (x.Type != JsonTypes.String || x.Length == y.Length || x.Escaped || y.Escaped);

    private static bool FindTwinsByHash(Tape tape, int array, out int first, out int second)
    {
        var count = tape.Rows[array].Length;
        var keys = ArrayPool<ulong>.Shared.Rent(count);
        var rows = ArrayPool<int>.Shared.Rent(count);
        try
        {
            var row = array + 1;
            for (var index = 0; index < count; index++, row = tape.Rows[row].Next)
            {
                // Equal hashes come to stand side by side, in the order of the array.
                keys[index] = ((ulong)(uint)Hash(tape, row) << 32) | (uint)index;
                rows[index] = row;
            }

            keys.AsSpan(0, count).Sort(rows.AsSpan(0, count));
            return FindTwins(tape, keys.AsSpan(0, count), rows, out first, out second);
        }
        finally
        {
            ArrayPool<ulong>.Shared.Return(keys);
            ArrayPool<int>.Shared.Return(rows);
        }
    }

    private static bool FindTwins(Tape tape, ReadOnlySpan<ulong> keys, ReadOnlySpan<int> rows, out int first, out int second)
    {
        (first, second) = (-1, -1);
        for (var from = 0; from < keys.Length; from++)
        {
            for (var to = from + 1; to < keys.Length && keys[to] >> 32 == keys[from] >> 32; to++)
            {
                if (second >= 0 && (int)keys[to] >= second)
                    break;
                if (!Equal(tape, rows[from], tape, rows[to]))
                    continue;
                (first, second) = ((int)keys[from], (int)keys[to]);
                break;
            }
        }

        return second >= 0;
    }

    private static bool EqualNumbers(Tape left, int a, Tape right, int b)
    {
        var x = left.Raw(a);
        var y = right.Raw(b);
        if (x.SequenceEqual(y))
            return true;
        var m = JsonNumber.Parse(x, stackalloc byte[JsonNumber.StackBytes]);
        var n = JsonNumber.Parse(y, stackalloc byte[JsonNumber.StackBytes]);
        return JsonNumber.Compare(m, n) == 0;
    }

    private static bool EqualStrings(Tape left, int a, Tape right, int b)
    {
        if (!left.Rows[a].Escaped)
            return right.IsText(b, left.Raw(a));
        using var text = new JsonText(left, a, stackalloc byte[JsonText.StackBytes]);
        return right.IsText(b, text.Bytes);
    }

    private static bool EqualItems(Tape left, int a, Tape right, int b)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var y = b + 1;
        for (var x = a + 1; x < left.Rows[a].Next; x = left.Rows[x].Next, y = right.Rows[y].Next)
        {
            if (!Equal(left, x, right, y))
                return false;
        }

        return true;
    }

    private static bool EqualMembers(Tape left, int a, Tape right, int b)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (left.Rows[a].Length > Pairwise)
            return EqualSorted(SortedMembers(left, a), left, SortedMembers(right, b), right);
        for (var x = a + 1; x < left.Rows[a].Next; x = left.Rows[x + 1].Next)
        {
            if (!EqualMember(left, x, right, b))
                return false;
        }

        return true;
    }

    private static bool EqualMember(Tape left, int member, Tape right, int container)
    {
        using var name = new JsonText(left, member, stackalloc byte[JsonText.StackBytes]);
        var value = right.Member(container, name.Bytes);
        return value >= 0 && Equal(left, member + 1, right, value);
    }

    private static bool EqualSorted((int Hash, int Row)[] x, Tape left, (int Hash, int Row)[] y, Tape right)
    {
        for (var i = 0; i < x.Length; i++)
        {
            // Members of equal hash stand side by side; nearly always there is one.
            var match = i;
            while (match < y.Length && y[match].Hash == x[i].Hash
                && !(EqualStrings(left, x[i].Row, right, y[match].Row) && Equal(left, x[i].Row + 1, right, y[match].Row + 1)))
                match++;
            if (match == y.Length || y[match].Hash != x[i].Hash)
                return false;
            (y[i], y[match]) = (y[match], y[i]);
        }

        return true;
    }

    private static (int Hash, int Row)[] SortedMembers(Tape tape, int container)
    {
        var members = new (int Hash, int Row)[tape.Rows[container].Length];
        var row = container + 1;
        for (var i = 0; i < members.Length; i++, row = tape.Rows[row + 1].Next)
            members[i] = (Hash(tape, row), row);
        Array.Sort(members);
        return members;
    }
}
