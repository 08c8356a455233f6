using System.Collections.Immutable;
using Strata.Model.Documents;

namespace Strata.Model.Impact;

/// <summary>Places in documents: a pointer in which <c>*</c> stands for any key. It takes in everything above and below itself.</summary>
/// <param name="Segments">The segments.</param>
/// <param name="IsPresenceOnly">Whether only matters that a value is set, not which: written as a trailing <c>?</c>.</param>
public sealed record PointerPattern(ImmutableArray<string> Segments, bool IsPresenceOnly)
{
    /// <summary>Reads <c>/llm/providers/*/credential?</c>.</summary>
    public static PointerPattern Parse(string text) => new(JsonPointer.Parse(text.TrimEnd('?')).Segments, text.EndsWith('?'));

    /// <summary>The pattern of one place.</summary>
    public static PointerPattern Of(JsonPointer pointer) => new(pointer.Segments, false);

    /// <summary>The longest part without a wildcard: what an index can search by.</summary>
    public JsonPointer Prefix => JsonPointer.Of(Segments.TakeWhile(segment => segment != "*").ToArray());

    /// <summary>Whether a place lies at, above or below this pattern.</summary>
    public bool Touches(ImmutableArray<string> place)
    {
        for (var i = 0; i < Math.Min(place.Length, Segments.Length); i++)
        {
            if (Segments[i] != place[i] && Segments[i] != "*" && place[i] != "*")
                return false;
        }
        return true;
    }
}
