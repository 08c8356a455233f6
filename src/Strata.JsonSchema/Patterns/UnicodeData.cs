using System.Reflection;

namespace Strata.JsonSchema.Patterns;

/// <summary>
/// Scripts and binary properties, which the runtime does not know, from an embedded table (Unicode 17.0, written by <c>eng/unicode.mjs</c>).
/// A line is <c>Name:ranges</c>; a range is the gap since the last one and, behind a dash, its length less one, both in base 36.
/// </summary>
internal static class UnicodeData
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    private static readonly Lazy<string[]> Lines = new(Read);

    /// <summary>Null when the property is not known.</summary>
    public static CodePoints? Find(string property)
    {
        var name = property.Split('=', 2) switch
        {
            ["sc", var script] => $"Script={script}",
            ["scx", var script] => $"Script_Extensions={script}",
            _ => property,
        };
        var line = Array.Find(Lines.Value, line => line.StartsWith(name, StringComparison.Ordinal) && line.AsSpan(name.Length).StartsWith(":"));
        return line is null ? null : new CodePoints(Ranges(line[(name.Length + 1)..]));
    }

    private static IEnumerable<(int, int)> Ranges(string text)
    {
        var next = 0;
        foreach (var range in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var dash = range.IndexOf('-', StringComparison.Ordinal);
            var from = next + Number(dash < 0 ? range : range[..dash]);
            var to = from + (dash < 0 ? 0 : Number(range[(dash + 1)..]));
            next = to + 1;
            yield return (from, to);
        }
    }

    private static int Number(string text) => text.Aggregate(0, (number, digit) => (number * 36) + Digits.IndexOf(digit, StringComparison.Ordinal));

    private static string[] Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("unicode.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n');
    }
}
