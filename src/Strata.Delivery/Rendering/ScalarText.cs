using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Strata.Model.Documents;

namespace Strata.Delivery.Rendering;

/// <summary>Scalars in the form that JSON, YAML 1.1 (PyYAML, libyaml) and YAML 1.2 read alike.</summary>
internal static partial class ScalarText
{
    /// <summary>
    /// A text in double quotes. Beside what JSON must escape: whatever YAML takes for a line break or refuses as not printable.
    /// Characters beyond the basic plane stay as they are, because libyaml refuses escaped surrogates.
    /// </summary>
    public static void AppendQuoted(StringBuilder output, string text)
    {
        output.Append('"');
        foreach (var character in text)
        {
            if (character is '"' or '\\')
                output.Append('\\').Append(character);
            else if (character == '\n')
                output.Append("\\n");
            else if (character is < ' ' or (>= '\u007f' and <= '\u009f') or '\u2028' or '\u2029' or '\ufeff' or '\ufffe' or '\uffff')
                output.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            else
                output.Append(character);
        }
        output.Append('"');
    }

    /// <summary>A number. YAML 1.1 takes <c>2e-7</c> for a text, so an exponent always comes with a decimal point.</summary>
    public static string Number(JsonNumber number)
    {
        var text = number.ToString();
        var exponent = text.IndexOf('e', StringComparison.Ordinal);
        return exponent < 0 || text.Contains('.', StringComparison.Ordinal) ? text : text.Insert(exponent, ".0");
    }

    /// <summary>Whether every YAML version reads a text without quotes as that text.</summary>
    public static bool IsPlain(string text) => Plain().IsMatch(text) && !Word().IsMatch(text);

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_./-]*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Plain();

    [GeneratedRegex(@"\A(y|n|yes|no|on|off|true|false|null)\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Word();
}
