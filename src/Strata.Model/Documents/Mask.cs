using Strata.Model.Diff;

namespace Strata.Model.Documents;

/// <summary>Hides what stands at some places: however many there are, looking at a document costs what its size says.</summary>
public sealed class Mask
{
    private static readonly Json Hidden = Json.Of("***");

    private readonly HashSet<JsonPointer> _places;
    private readonly HashSet<JsonPointer> _above = [];

    /// <summary>A mask over some places.</summary>
    /// <param name="places">What people must not see.</param>
    public Mask(IEnumerable<JsonPointer> places)
    {
        _places = [.. places];
        foreach (var place in _places)
        {
            for (var at = place; !at.IsRoot && _above.Add(at.Parent);)
                at = at.Parent;
        }
    }

    /// <summary>Whether something is hidden at a place, in it or around it.</summary>
    public bool Touches(JsonPointer at) => _places.Contains(at) || _above.Contains(at) || Around(at) is not null;

    /// <summary>A value without what is hidden in or around it.</summary>
    /// <param name="at">Where the value stands.</param>
    /// <param name="value">The value.</param>
    public Json Over(JsonPointer at, Json value) => Around(at) is null ? Within(at, value) : Hidden;

    /// <summary>A change without what is hidden in or around it: around it, its pointer does not show either, for a name may be what is hidden.</summary>
    public DiffEntry Over(DiffEntry entry) => entry.After is null ? entry : Around(entry.Pointer) is not { } place
        ? entry with { After = Within(entry.Pointer, entry.After) }
        : new DiffEntry(place, entry.Op, entry.Before is null ? null : Hidden, Hidden);

    private JsonPointer? Around(JsonPointer at)
    {
        for (var around = at; _places.Count > 0 && !around.IsRoot; around = around.Parent)
        {
            if (_places.Contains(around.Parent))
                return around.Parent;
        }
        return null;
    }

    private Json Within(JsonPointer at, Json value)
    {
        if (_places.Contains(at))
            return Hidden;
        return value is JsonObject members && _above.Contains(at)
            ? JsonObject.Of(members.Members.ToArray().Select(member => KeyValuePair.Create(member.Key, Within(at.Append(member.Key), member.Value))))
            : value;
    }
}
