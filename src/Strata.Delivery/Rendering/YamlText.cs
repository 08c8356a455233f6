using System.Collections.Immutable;
using System.Text;
using Strata.Model.Documents;

namespace Strata.Delivery.Rendering;

/// <summary>Writes YAML in block style that every version of YAML reads alike: texts are quoted unless they are plain words, short lists of words stand on one line.</summary>
/// <param name="comments">Comment lines that stand before a member of an object, by its place, e.g. <c>/router_settings/fallbacks</c>.</param>
internal sealed class YamlText(ImmutableDictionary<string, string> comments)
{
    private const int MaxInline = 100;
    private readonly StringBuilder _output = new();

    public static string Write(JsonObject document) => Write(document, ImmutableDictionary<string, string>.Empty);

    public static string Write(JsonObject document, ImmutableDictionary<string, string> comments)
    {
        var writer = new YamlText(comments);
        writer.Members(document, 0, "", continues: false);
        return writer._output.ToString();
    }

    private void Members(JsonObject members, int indent, string at, bool continues)
    {
        foreach (var (name, value) in members.Members)
        {
            var here = $"{at}/{name}";
            if (!continues)
                Comment(here, indent);
            _output.Append(' ', continues ? 0 : indent);
            continues = false;
            Scalar(name);
            _output.Append(':');
            Value(value, indent, here);
        }
    }

    private void Value(Json value, int indent, string at)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } members:
                _output.Append('\n');
                Members(members, indent + 2, at, continues: false);
                break;
            case JsonArray { Items.Length: > 0 } array when !IsInline(array):
                _output.Append('\n');
                foreach (var item in array.Items)
                    Item(item, indent + 2, $"{at}/-");
                break;
            default:
                _output.Append(' ');
                Inline(value);
                _output.Append('\n');
                break;
        }
    }

    private void Item(Json item, int indent, string at)
    {
        _output.Append(' ', indent).Append("- ");
        if (item is JsonObject { Count: > 0 } members)
        {
            Members(members, indent + 2, at, continues: true);
            return;
        }
        Inline(item);
        _output.Append('\n');
    }

    private void Inline(Json value)
    {
        switch (value)
        {
            case JsonString text:
                Scalar(text.Value);
                break;
            case JsonNumber number:
                _output.Append(ScalarText.Number(number));
                break;
            case JsonArray array:
                _output.Append('[');
                for (var i = 0; i < array.Items.Length; i++)
                {
                    _output.Append(i > 0 ? ", " : "");
                    Inline(array.Items[i]);
                }
                _output.Append(']');
                break;
            case JsonObject members:
                _output.Append('{');
                for (var i = 0; i < members.Count; i++)
                {
                    _output.Append(i > 0 ? ", " : " ");
                    Scalar(members.Members[i].Key);
                    _output.Append(": ");
                    Inline(members.Members[i].Value);
                }
                _output.Append(members.Count > 0 ? " }" : "}");
                break;
            default:
                _output.Append(value);
                break;
        }
    }

    private void Scalar(string text)
    {
        if (ScalarText.IsPlain(text))
            _output.Append(text);
        else
            ScalarText.AppendQuoted(_output, text);
    }

    private void Comment(string at, int indent)
    {
        if (!comments.TryGetValue(at, out var comment))
            return;
        foreach (var line in comment.Split('\n'))
            _output.Append(' ', indent).Append("# ").Append(line).Append('\n');
    }

    private static bool IsInline(JsonArray array) =>
        array.Items.All(item => item is not (JsonObject or JsonArray)) && array.ToString().Length <= MaxInline;
}
