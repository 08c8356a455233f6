using System.Globalization;

namespace Strata.Faults.Tests;

/// <summary>
/// Which seeds a campaign runs: a few, with <c>STRATA_LONG=1</c> many, with another number that many, and with <c>STRATA_SEED</c> the named one alone.
/// </summary>
internal static class Seeds
{
    public static IEnumerable<int> Of(int few, int many)
    {
        if (Number("STRATA_SEED") is { } only)
            return [only];
        return Enumerable.Range(1, Number("STRATA_LONG") switch { null => few, 1 => many, { } asked => asked });
    }

    /// <summary>How to see a failing seed again.</summary>
    public static string Reproduction(int seed, string test) =>
        string.Create(CultureInfo.InvariantCulture, $"STRATA_SEED={seed} dotnet run --project tests/Strata.Faults.Tests -- -method '*.{test}'");

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
