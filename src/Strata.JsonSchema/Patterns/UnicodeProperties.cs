using System.Collections.Frozen;
using System.Globalization;

namespace Strata.JsonSchema.Patterns;

/// <summary>
/// The sets behind <c>\p{…}</c> (ECMA-262, table "Binary Unicode property aliases" and UAX 44): general categories from the runtime's own tables.
/// </summary>
internal static class UnicodeProperties
{
    private static readonly Lazy<CodePoints[]> ByCategory = new(ReadCategories);

    /// <summary>Short and long names of categories and their unions. The letters are the first of the short names.</summary>
    private static readonly FrozenDictionary<string, string> Categories = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Cased_Letter"] = "LC",
        ["Letter"] = "L",
        ["Uppercase_Letter"] = "Lu",
        ["Lowercase_Letter"] = "Ll",
        ["Titlecase_Letter"] = "Lt",
        ["Modifier_Letter"] = "Lm",
        ["Other_Letter"] = "Lo",
        ["Mark"] = "M",
        ["Combining_Mark"] = "M",
        ["Nonspacing_Mark"] = "Mn",
        ["Spacing_Mark"] = "Mc",
        ["Enclosing_Mark"] = "Me",
        ["Number"] = "N",
        ["Decimal_Number"] = "Nd",
        ["digit"] = "Nd",
        ["Letter_Number"] = "Nl",
        ["Other_Number"] = "No",
        ["Separator"] = "Z",
        ["Space_Separator"] = "Zs",
        ["Line_Separator"] = "Zl",
        ["Paragraph_Separator"] = "Zp",
        ["Other"] = "C",
        ["Control"] = "Cc",
        ["cntrl"] = "Cc",
        ["Format"] = "Cf",
        ["Surrogate"] = "Cs",
        ["Private_Use"] = "Co",
        ["Unassigned"] = "Cn",
        ["Punctuation"] = "P",
        ["punct"] = "P",
        ["Connector_Punctuation"] = "Pc",
        ["Dash_Punctuation"] = "Pd",
        ["Open_Punctuation"] = "Ps",
        ["Close_Punctuation"] = "Pe",
        ["Initial_Punctuation"] = "Pi",
        ["Final_Punctuation"] = "Pf",
        ["Other_Punctuation"] = "Po",
        ["Symbol"] = "S",
        ["Math_Symbol"] = "Sm",
        ["Currency_Symbol"] = "Sc",
        ["Modifier_Symbol"] = "Sk",
        ["Other_Symbol"] = "So",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>By <see cref="UnicodeCategory"/>.</summary>
    private static readonly string[] ShortNames =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc",
        "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    /// <summary>Null when the property is not known.</summary>
    public static CodePoints? Find(string property)
    {
        var equals = property.IndexOf('=', StringComparison.Ordinal);
        if (equals >= 0)
            return property[..equals] is "gc" or "General_Category" ? Category(property[(equals + 1)..]) : UnicodeData.Find(property);
        return property switch
        {
            "Any" => new CodePoints([(0, CodePoints.Max)]),
            "ASCII" => new CodePoints([(0, 0x7F)]),
            "Assigned" => Category("Cn")!.Complement(),
            _ => Category(property) ?? UnicodeData.Find(property),
        };
    }

    private static CodePoints? Category(string name)
    {
        var wanted = Categories.GetValueOrDefault(name, name);
        if (wanted == "LC")
            return Category("Lu")!.Union(Category("Ll")!).Union(Category("Lt")!);
        var sets = ByCategory.Value
            .Where((_, category) => ShortNames[category] == wanted || (wanted.Length == 1 && ShortNames[category][0] == wanted[0]))
            .ToList();
        return sets.Count == 0 ? null : new CodePoints(sets.SelectMany(set => set.Ranges));
    }

    private static CodePoints[] ReadCategories()
    {
        var ranges = ShortNames.Select(_ => new List<(int, int)>()).ToArray();
        var start = 0;
        for (var code = 1; code <= CodePoints.Max + 1; code++)
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(start);
            if (code <= CodePoints.Max && CharUnicodeInfo.GetUnicodeCategory(code) == category)
                continue;
            ranges[(int)category].Add((start, code - 1));
            start = code;
        }

        return [.. ranges.Select(list => new CodePoints(list))];
    }
}
