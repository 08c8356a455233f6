using System.Globalization;
using System.Text.Json.Nodes;

namespace Strata.Embedded.Kong;

/// <summary>Values as Kong prints Lua tables into its messages.</summary>
internal static class LuaText
{
    /// <summary>A table in one line, without spaces.</summary>
    public static string Of(JsonNode? node) => node switch
    {
        null => "nil",
        JsonArray list => $"{{{string.Join(',', Items(list))}}}",
        JsonObject members => $"{{{string.Join(',', Members(members))}}}",
        _ => node.AsScalar() is string text ? Quoted(text) : node.ToJsonString(),
    };

    // Positions are told only after a gap.
    private static IEnumerable<string> Items(JsonArray list)
    {
        var isWhole = true;
        foreach (var (i, item) in list.Index())
        {
            isWhole &= item is not null;
            if (item is not null)
                yield return isWhole ? Of(item) : string.Create(CultureInfo.InvariantCulture, $"[{i + 1}]={Of(item)}");
        }
    }

    private static IEnumerable<string> Members(JsonObject members) =>
        members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"{Name(member.Key)}={Of(member.Value)}");

    private static string Name(string key) =>
        key.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !char.IsAsciiDigit(key[0]) ? key : $"[{Quoted(key)}]";

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
