using System.Text.RegularExpressions;
using Strata.Model.Documents;

namespace Strata.Model.Judgement;

/// <summary>Regular expressions that targets run: they must compile without backtracking, which no schema keyword can say.</summary>
internal static class PatternSyntax
{
    private static readonly JsonPointer[] Places = [JsonPointer.Parse("/logging/redactPatterns"), JsonPointer.Parse("/guardrails/denyPatterns")];

    /// <summary>The patterns among some leaves that do not compile. Compiling costs milliseconds, so only what a write changes is looked at.</summary>
    public static IEnumerable<Violation> Check(IEnumerable<Leaf> leaves) =>
        from leaf in leaves
        where Places.Contains(leaf.Pointer)
        from pattern in leaf.Value.Texts()
        where !IsLinear(pattern)
        select new Violation(leaf.Pointer, "format", $"'{pattern}' must be a regular expression in RE2 syntax");

    private static bool IsLinear(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            return true;
        }
        catch (Exception refused) when (refused is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
