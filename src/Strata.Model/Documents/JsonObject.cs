using System.Diagnostics.CodeAnalysis;

namespace Strata.Model.Documents;

/// <summary>Members with unique names, kept in canonical order (by UTF-16 code units).</summary>
public sealed class JsonObject : Json
{
    /// <summary><c>{}</c>.</summary>
    public static readonly JsonObject Empty = new([]);

    private readonly KeyValuePair<string, Json>[] _members;

    private JsonObject(KeyValuePair<string, Json>[] sorted)
    {
        _members = sorted;
        Weight = 2;
        foreach (var (name, value) in sorted)
        {
            Depth = Math.Max(Depth, value.Depth + 1);
            Weight += name.Length + value.Weight + 4;
        }
    }

    /// <summary>The members in canonical order.</summary>
    public ReadOnlySpan<KeyValuePair<string, Json>> Members => _members;

    /// <summary>The members' names in canonical order.</summary>
    public IEnumerable<string> Names => _members.Select(member => member.Key);

    /// <inheritdoc/>
    public override int Depth { get; } = 1;

    internal override long Weight { get; }

    /// <summary>How many members there are.</summary>
    public int Count => _members.Length;

    /// <inheritdoc/>
    public override JsonKind Kind => JsonKind.Object;

    /// <summary>A member's value; <c>null</c> when there is no such member.</summary>
    public Json? this[string name] => TryGet(name, out var value) ? value : null;

    /// <summary>An object of members in any order.</summary>
    /// <exception cref="ArgumentException">A name stands twice.</exception>
    public static JsonObject Of(params IEnumerable<KeyValuePair<string, Json>> members)
    {
        var sorted = members.ToArray();
        Array.Sort(sorted, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].Key == sorted[i - 1].Key)
                throw new ArgumentException($"'{sorted[i].Key}' stands twice.", nameof(members));
        }
        return sorted.Length == 0 ? Empty : new JsonObject(sorted);
    }

    /// <summary>An object of members, leaving out those without a value.</summary>
    public static JsonObject Of(params ReadOnlySpan<(string Name, Json? Value)> members)
    {
        var present = new List<KeyValuePair<string, Json>>(members.Length);
        foreach (var (name, value) in members)
        {
            if (value is not null)
                present.Add(KeyValuePair.Create(name, value));
        }
        return Of(present);
    }

    /// <summary>An object of members that are in canonical order already.</summary>
    internal static JsonObject Sorted(KeyValuePair<string, Json>[] members) => members.Length == 0 ? Empty : new JsonObject(members);

    /// <summary>Looks a member up.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out Json? value)
    {
        var at = IndexOf(name);
        value = at >= 0 ? _members[at].Value : null;
        return at >= 0;
    }

    /// <summary>This object with a member set.</summary>
    public JsonObject With(string name, Json value)
    {
        var member = KeyValuePair.Create(name, value);
        var at = IndexOf(name);
        if (at < 0)
            return new JsonObject([.. _members.AsSpan(0, ~at), member, .. _members.AsSpan(~at)]);
        var copy = _members.AsSpan().ToArray();
        copy[at] = member;
        return new JsonObject(copy);
    }

    /// <summary>This object without a member.</summary>
    public JsonObject Without(string name)
    {
        var at = IndexOf(name);
        return at < 0 ? this : Sorted([.. _members.AsSpan(0, at), .. _members.AsSpan(at + 1)]);
    }

    /// <inheritdoc/>
    public override bool Equals(Json? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is not JsonObject inside || inside.Count != Count)
            return false;
        for (var i = 0; i < _members.Length; i++)
        {
            if (_members[i].Key != inside._members[i].Key || !_members[i].Value.Equals(inside._members[i].Value))
                return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public override int GetHashCode() =>
        _members.Aggregate(4, static (hash, member) => HashCode.Combine(hash, member.Key.GetHashCode(StringComparison.Ordinal), member.Value));

    /// <summary>The member's index, or the complement of where it would stand.</summary>
    private int IndexOf(string name)
    {
        int low = 0, high = _members.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(_members[middle].Key, name);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return ~low;
    }
}
