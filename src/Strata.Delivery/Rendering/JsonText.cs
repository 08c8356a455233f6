using System.Text;
using Strata.Model.Documents;

namespace Strata.Delivery.Rendering;

/// <summary>Writes JSON for people: two spaces, one member a line, lists of scalars on one line. Such a text is YAML, too.</summary>
internal static class JsonText
{
    public static string Write(Json value)
    {
        var output = new StringBuilder();
        Append(output, value, 0);
        return output.Append('\n').ToString();
    }

    private static void Append(StringBuilder output, Json value, int indent)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } members:
                output.Append('{');
                for (var i = 0; i < members.Count; i++)
                {
                    Line(output, i, indent + 2);
                    ScalarText.AppendQuoted(output, members.Members[i].Key);
                    output.Append(": ");
                    Append(output, members.Members[i].Value, indent + 2);
                }
                output.Append('\n').Append(' ', indent).Append('}');
                break;
            case JsonArray { Items.Length: > 0 } array:
                var isFlat = array.Items.All(item => item is not (JsonObject or JsonArray));
                output.Append('[');
                for (var i = 0; i < array.Items.Length; i++)
                {
                    if (isFlat)
                        output.Append(i > 0 ? ", " : "");
                    else
                        Line(output, i, indent + 2);
                    Append(output, array.Items[i], indent + 2);
                }
                if (!isFlat)
                    output.Append('\n').Append(' ', indent);
                output.Append(']');
                break;
            case JsonString text:
                ScalarText.AppendQuoted(output, text.Value);
                break;
            case JsonNumber number:
                output.Append(ScalarText.Number(number));
                break;
            default:
                output.Append(value); // true, false, null, {} and [] have one form
                break;
        }
    }

    private static void Line(StringBuilder output, int index, int indent) => output.Append(index > 0 ? ",\n" : "\n").Append(' ', indent);
}
