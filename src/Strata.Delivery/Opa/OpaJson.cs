using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Strata.Model.Documents;

namespace Strata.Delivery.Opa;

/// <summary>
/// Writes JSON exactly as OPA writes it before it hashes a file of a signed bundle, so that the hash of a file is the hash of its bytes: members in the
/// order of their UTF-8 bytes, no white space, nothing escaped but what Go's encoder escapes with HTML escaping off.
/// </summary>
internal static class OpaJson
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create([.. Enumerable.Range(0, 32).Select(code => (char)code), '"', '\\', '\u2028', '\u2029']);

    public static byte[] Write(Json value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Append(StringBuilder output, Json value)
    {
        switch (value)
        {
            case JsonObject members:
                output.Append('{');
                foreach (var (name, member) in Sorted(members))
                {
                    Append(output, name);
                    output.Append(':');
                    Append(output, member);
                    output.Append(',');
                }
                Close(output, '}');
                break;
            case JsonArray array:
                output.Append('[');
                foreach (var item in array.Items)
                {
                    Append(output, item);
                    output.Append(',');
                }
                Close(output, ']');
                break;
            case JsonString text:
                Append(output, text.Value);
                break;
            default:
                output.Append(value); // true, false, null, and numbers, whose digits OPA keeps as they stand
                break;
        }
    }

    private static void Append(StringBuilder output, string text)
    {
        output.Append('"');
        var rest = text.AsSpan();
        for (var stop = rest.IndexOfAny(Escaped); stop >= 0; stop = rest.IndexOfAny(Escaped))
        {
            output.Append(rest[..stop]).Append(Escape(rest[stop]));
            rest = rest[(stop + 1)..];
        }
        output.Append(rest).Append('"');
    }

    private static string Escape(char character) => character switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\f' => "\\f",
        '\r' => "\\r",
        _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
    };

    /// <summary>The order of UTF-16, in which members stand already, is that of UTF-8 but for characters beyond the first plane.</summary>
    private static ImmutableArray<KeyValuePair<string, Json>> Sorted(JsonObject members) => members.Names.Any(name => name.Any(char.IsSurrogate))
        ? [.. members.Members.ToArray().OrderBy(member => Encoding.UTF8.GetBytes(member.Key), Utf8Order)]
        : [.. members.Members];

    private static readonly Comparer<byte[]> Utf8Order = Comparer<byte[]>.Create(static (a, b) => a.AsSpan().SequenceCompareTo(b));

    private static void Close(StringBuilder output, char end)
    {
        if (output[^1] == ',')
            output.Length--;
        output.Append(end);
    }
}
