using System.Globalization;

namespace Strata.Faults.Tests;

/// <summary>
/// Which seeds a campaign runs: a few, with <c>STRATA_LONG=1</c> many, with another number that many, and with <c>STRATA_SEED</c> the named one alone, or
/// those from one to another (<c>501-1000</c>), so that several processes share a campaign.
/// </summary>
internal static class Seeds
{
    public static IEnumerable<int> Of(int few, int many)
    {
        var named = Environment.GetEnvironmentVariable("STRATA_SEED")?.Split('-').Select(Number).ToArray();
        if (named is [{ } first, ..] && named[^1] is { } last)
            return Enumerable.Range(first, last - first + 1);
        return Enumerable.Range(1, Number(Environment.GetEnvironmentVariable("STRATA_LONG")) switch { null => few, 1 => many, { } asked => asked });
    }

    /// <summary>How to see a failing seed again.</summary>
    public static string Reproduction(int seed, string test) =>
        string.Create(CultureInfo.InvariantCulture, $"STRATA_SEED={seed} dotnet run --project tests/Strata.Faults.Tests -- -method '*.{test}'");

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
