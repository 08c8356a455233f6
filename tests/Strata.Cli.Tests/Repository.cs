namespace Strata.Cli.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    private static string Find(DirectoryInfo? at) =>
        at is null ? throw new InvalidOperationException("The tests do not lie inside a checkout.") : File.Exists(Path.Combine(at.FullName, "Strata.slnx")) ? at.FullName : Find(at.Parent);
}
