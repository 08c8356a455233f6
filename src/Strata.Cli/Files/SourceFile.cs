using System.Text.Json.Nodes;

namespace Strata.Cli.Files;

/// <summary>A document of YAML or JSON that knows where its values stand.</summary>
/// <param name="Path">The file; `-` is standard input.</param>
/// <param name="Value">The document; null is YAML's and JSON's null.</param>
/// <param name="Places">The places of members (of their keys) and list items, by JSON Pointer.</param>
internal sealed record SourceFile(string Path, JsonNode? Value, IReadOnlyDictionary<string, Place> Places)
{
    /// <summary>Where a value stands; where there is none, the nearest one around it.</summary>
    public Place PlaceOf(string pointer)
    {
        for (var at = pointer; at.Length > 0; at = at[..at.LastIndexOf('/')])
        {
            if (Places.TryGetValue(at, out var place))
                return place;
        }

        return Places.GetValueOrDefault("", new Place(1, 1));
    }

    /// <summary>Whether a value stands at the pointer.</summary>
    public bool Has(string pointer) => Places.ContainsKey(pointer);
}
