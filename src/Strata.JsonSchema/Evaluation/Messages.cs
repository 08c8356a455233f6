using System.Globalization;
using System.Text;
using Strata.JsonSchema.Compilation;

namespace Strata.JsonSchema.Evaluation;

/// <summary>What errors say. Every text continues the name of a value: "quotas.users must be at most 600 (is 900)".</summary>
internal static class Messages
{
    private const int MaxShown = 60;
    private const int MaxChoices = 12;

    private static readonly (JsonTypes Type, string Name)[] TypeNames =
    [
        (JsonTypes.Object, "an object"),
        (JsonTypes.Array, "an array"),
        (JsonTypes.String, "a string"),
        (JsonTypes.Number, "a number"),
        (JsonTypes.Integer, "an integer"),
        (JsonTypes.Boolean, "a boolean"),
        (JsonTypes.Null, "null"),
    ];

    public static string Type(JsonTypes allowed, JsonTypes actual)
    {
        // "A number" says already that integers are allowed.
        var names = TypeNames.Where(type => (type.Type & ~allowed) == JsonTypes.None)
            .Where(type => type.Type != JsonTypes.Integer || (allowed & JsonTypes.Fraction) == JsonTypes.None)
            .Select(type => type.Name);
        var name = actual == JsonTypes.Fraction ? "a number with a fraction" : TypeNames.First(type => (type.Type & actual) != JsonTypes.None).Name;
        return $"must be {string.Join(" or ", names)} (is {name})";
    }

    public static string Size(string keyword, long limit, long actual, string what)
    {
        var isUpper = keyword.StartsWith("max", StringComparison.Ordinal);
        var verb = what.EndsWith("long", StringComparison.Ordinal) ? "be" : "have";
        var unit = limit == 1 ? what.Replace("s long", " long", StringComparison.Ordinal).TrimEnd('s') : what;
        var bound = isUpper ? "most" : "least";
        return string.Create(CultureInfo.InvariantCulture, $"must {verb} at {bound} {limit} {unit} ({(verb == "be" ? "is" : "has")} {actual})");
    }

    public static string Const(ValueSet value) => $"must be {Shown(value, value.Rows[0])}";

    public static string Enum(ValueSet values)
    {
        if (values.Rows.Length == 0)
            return "is not allowed: no value is";
        var shown = values.Rows.Take(MaxChoices).Select(row => Shown(values, row));
        return $"must be one of {string.Join(", ", shown)}{(values.Rows.Length > MaxChoices ? ", …" : "")}";
    }

    public static string Unknown(string name, IEnumerable<string> known)
    {
        var nearest = Nearest(name, known);
        return nearest is null ? "is not known here" : $"is not known here; did you mean \"{nearest}\"?";
    }

    /// <summary>Names in <c>properties</c> of a schema and of what it applies in place.</summary>
    public static IEnumerable<string> KnownNames(SchemaNode node)
    {
        var seen = new HashSet<SchemaNode> { node };
        var open = new Queue<SchemaNode>(seen);
        while (open.TryDequeue(out var next))
        {
            foreach (var property in next.Object?.Properties ?? [])
                yield return property.Name;
            foreach (var inPlace in ProgramAnalysis.AppliedInPlace(next).Where(seen.Add))
                open.Enqueue(inPlace);
        }
    }

    public static string Short(ReadOnlySpan<byte> text) =>
        text.Length <= MaxShown ? Encoding.UTF8.GetString(text) : Encoding.UTF8.GetString(text[..MaxShown]) + "…";

    private static string Shown(ValueSet values, int row)
    {
        var text = Encoding.UTF8.GetString(values.Document.Tape.Text(row));
        return text.Length <= MaxShown ? text : string.Concat(text.AsSpan(0, MaxShown), "…");
    }

    /// <summary>
    /// The known name at most a third of its letters away, swapped neighbours counting as one. A name that is the same to the letter is no
    /// help: it is known to a branch that was not taken.
    /// </summary>
    private static string? Nearest(string name, IEnumerable<string> known)
    {
        if (name.Length > MaxShown)
            return null;
        return known.Where(candidate => candidate.Length <= MaxShown && candidate != name)
            .Select(candidate => (Name: candidate, Distance: Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .Where(candidate => candidate.Distance <= Math.Max(1, Math.Min(name.Length, candidate.Name.Length) / 3))
            .OrderBy(candidate => candidate.Distance)
            .ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();
    }

    private static int Distance(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            table[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            table[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var change = table[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                table[i, j] = Math.Min(change, Math.Min(table[i - 1, j], table[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
            }
        }

        return table[a.Length, b.Length];
    }
}
