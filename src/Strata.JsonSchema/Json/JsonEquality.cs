using System.Buffers;

namespace Strata.JsonSchema.Json;

/// <summary>
/// Equality as JSON Schema defines it: numbers by value, strings by code points without their escapes, objects without
/// order.
/// </summary>
internal static class JsonEquality
{
    private const int Pairwise = 12;

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
            JsonTypes.String => EqualStrings(left, a, right, b),
            JsonTypes.Array => x.Length == y.Length && EqualItems(left, a, right, b),
            _ => x.Length == y.Length && EqualMembers(left, a, right, b),
        };
    }

    /// <summary>Agrees with <see cref="Equal"/>; seeded per process, so it cannot be attacked with prepared collisions.</summary>
    public static int Hash(Tape tape, int row)
    {
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
        var count = tape.Rows[array].Length;
        return count > Pairwise ? FindTwinsByHash(tape, array, out first, out second) : count > 1 && FindTwinsPairwise(tape, array, out first, out second);
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
                if (Equal(tape, earlier, tape, later))
                    return true;
            }
        }

        (first, second) = (-1, -1);
        return false;
    }

    private static bool FindTwinsByHash(Tape tape, int array, out int first, out int second)
    {
        (first, second) = (-1, -1);
        var count = tape.Rows[array].Length;
        var slots = ArrayPool<(int Hash, int Index, int Row)>.Shared.Rent(count);
        try
        {
            var items = slots.AsSpan(0, count);
            var row = array + 1;
            for (var index = 0; index < count; index++, row = tape.Rows[row].Next)
                items[index] = (Hash(tape, row), index, row);
            items.Sort();
            for (var from = 0; from < count; from++)
            {
                for (var to = from + 1; to < count && items[to].Hash == items[from].Hash; to++)
                {
                    if ((second < 0 || items[to].Index < second) && Equal(tape, items[from].Row, tape, items[to].Row))
                    {
                        (first, second) = (items[from].Index, items[to].Index);
                        break;
                    }
                }
            }

            return second >= 0;
        }
        finally
        {
            ArrayPool<(int, int, int)>.Shared.Return(slots);
        }
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
