using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Strata.Cli.Output;

/// <summary>Plain scalars by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema): `yes`, `on` and `1:30` are strings.</summary>
internal static partial class YamlScalars
{
    /// <summary>What a plain, unquoted scalar means.</summary>
    /// <exception cref="FormatException">A number that JSON cannot hold.</exception>
    public static JsonNode? Resolve(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" => JsonValue.Create(true),
        "false" or "False" or "FALSE" => JsonValue.Create(false),
        _ when Number().IsMatch(text) => ToNumber(text),
        _ when Hexadecimal().IsMatch(text) => JsonValue.Create(Parsed(() => Convert.ToUInt64(text[2..], 16), text)),
        _ when Octal().IsMatch(text) => JsonValue.Create(Parsed(() => Convert.ToUInt64(text[2..], 8), text)),
        _ when NotFinite().IsMatch(text) => throw new FormatException($"'{text}' is not a number of JSON"),
        _ => JsonValue.Create(text),
    };

    /// <summary>Whether a string would be read as something else without quotes.</summary>
    public static bool NeedsQuotes(string text) => !Harmless().IsMatch(text) || Word(text)
        || Number().IsMatch(text) || Hexadecimal().IsMatch(text) || Octal().IsMatch(text) || NotFinite().IsMatch(text);

    private static bool Word(string text) => text.ToUpperInvariant() is "NULL" or "TRUE" or "FALSE" or "YES" or "NO" or "ON" or "OFF" or "Y" or "N";

    private static JsonValue ToNumber(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? JsonValue.Create(number)
            : throw new FormatException($"the number {text} is too large");

    private static ulong Parsed(Func<ulong> parse, string text)
    {
        try
        {
            return parse();
        }
        catch (OverflowException e)
        {
            throw new FormatException($"the number {text} is too large", e);
        }
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Number();

    [GeneratedRegex("^0x[0-9a-fA-F]+$", RegexOptions.None, 1000)]
    private static partial Regex Hexadecimal();

    [GeneratedRegex("^0o[0-7]+$", RegexOptions.None, 1000)]
    private static partial Regex Octal();

    [GeneratedRegex(@"^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NotFinite();

    [GeneratedRegex(@"^[A-Za-z0-9_/$.][A-Za-z0-9_/$.@+ -]*(?<! )$", RegexOptions.None, 1000)]
    private static partial Regex Harmless();
}
