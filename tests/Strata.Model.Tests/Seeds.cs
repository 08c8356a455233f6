using System.Globalization;

namespace Strata.Model.Tests;

/// <summary>What generated cases begin with.</summary>
internal static class Seeds
{
    /// <summary>The number in STRATA_SEED; without it always the same one in CI, and any one elsewhere.</summary>
    public static int One() => Environment.GetEnvironmentVariable("STRATA_SEED") is { } seed
        ? int.Parse(seed, CultureInfo.InvariantCulture)
        : Environment.GetEnvironmentVariable("CI") == "true" ? 1 : Random.Shared.Next();
}
