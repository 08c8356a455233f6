using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Strata.Embedded.Opa;

/// <summary>
/// The form of JSON that OPA hashes: members sorted by the UTF-8 bytes of their names, no spaces, numbers as they are written, and only those characters
/// escaped that Go's encoder leaves escaped. <see href="https://www.openpolicyagent.org/docs/management-bundles#signature-format"/>
/// </summary>
internal static class CanonicalJson
{
    /// <summary>The bytes that are hashed.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static byte[] Of(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var text = new StringBuilder();
        Write(text, document.RootElement);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Write(StringBuilder text, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                // Of a repeated member the last counts.
                var members = new SortedDictionary<string, JsonElement>(Comparer<string>.Create(ByBytes));
                foreach (var member in element.EnumerateObject())
                    members[member.Name] = member.Value;
                text.Append('{');
                foreach (var (i, (name, value)) in members.Index())
                {
                    Quote(i == 0 ? text : text.Append(','), name);
                    Write(text.Append(':'), value);
                }
                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (var (i, item) in element.EnumerateArray().Index())
                    Write(i == 0 ? text : text.Append(','), item);
                text.Append(']');
                break;
            case JsonValueKind.String:
                Quote(text, element.GetString()!);
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }

    private static void Quote(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' or '\\' => text.Append('\\').Append(c),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' or '\u2028' or '\u2029' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }
        text.Append('"');
    }

    // The order of UTF-16 differs from that of UTF-8 above the basic plane.
    private static int ByBytes(string left, string right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));
}
