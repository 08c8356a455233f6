using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace Strata.Embedded.Kong;

/// <summary>What a node serves. Never changed: a load puts another in its place.</summary>
/// <param name="Hash">MD5 of the loaded text in lower-case hexadecimal; 32 zeroes while nothing is loaded.</param>
/// <param name="Entities">The entities by type and id.</param>
internal sealed record NodeState(string Hash, FrozenDictionary<string, OrderedDictionary<string, JsonObject>> Entities)
{
    /// <summary>The hash of a node without configuration.</summary>
    public const string NoHash = "00000000000000000000000000000000";

    /// <summary>A node that has just started.</summary>
    public static NodeState Empty { get; } = new(NoHash, FrozenDictionary<string, OrderedDictionary<string, JsonObject>>.Empty);

    /// <summary>The entities of a type in the order in which they were declared.</summary>
    public IEnumerable<JsonObject> Of(string type) => Entities.TryGetValue(type, out var entities) ? entities.Values : [];
}
