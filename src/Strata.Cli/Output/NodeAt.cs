using System.Globalization;
using System.Text.Json.Nodes;

namespace Strata.Cli.Output;

/// <summary>Looks into an answer.</summary>
internal static class NodeAt
{
    /// <summary>The value at a pointer.</summary>
    /// <returns>False when there is none. A found value may be null, which is JSON's null.</returns>
    public static bool TryFind(JsonNode? document, JsonPointer pointer, out JsonNode? value)
    {
        value = document;
        foreach (var step in pointer.Segments)
        {
            if (value is JsonObject map && map.TryGetPropertyValue(step, out var member))
                value = member;
            else if (value is JsonArray list && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < list.Count)
                value = list[index];
            else
                return false;
        }

        return true;
    }
}
