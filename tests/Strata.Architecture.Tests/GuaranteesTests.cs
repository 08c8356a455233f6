using System.Text.RegularExpressions;

namespace Strata.Architecture.Tests;

public sealed partial class GuaranteesTests
{
    [Fact]
    public void Every_promise_names_a_test_that_exists()
    {
        var tests = Repository.Tests();
        var wanting = Rows().Where(row => Names().Matches(row).Select(name => name.Value.Trim('`')).ToList() is not { Count: > 0 } names || !names.TrueForAll(tests.Contains));

        Assert.Empty(wanting);
    }

    [Fact]
    public void Everything_that_the_verifier_does_not_cover_is_named()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "guarantees.md"));
        var tests = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Strata.Storage.Tests", "Audit", "TamperingTests.cs"));
        var free = Free().Matches(tests[tests.IndexOf(" FreeInShared", StringComparison.Ordinal)..tests.IndexOf(" Contradicts", StringComparison.Ordinal)]);

        Assert.True(free.Count > 20, "The lists of TamperingTests were not found.");
        Assert.DoesNotContain(free.Select(entry => entry.Groups["name"].Value), name => !page.Contains($"`{name}`", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^ +\[""(?<name>[a-z_.]+)""\] = ", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Free();

    /// <summary>The rows of the page's tables, without their heads.</summary>
    private static IEnumerable<string> Rows() => File.ReadLines(Path.Combine(Repository.Root, "docs", "guarantees.md"))
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| promise", StringComparison.Ordinal));

    /// <summary><c>Class.Method</c>, <c>Class</c> or a whole project, each ending in Tests.</summary>
    [GeneratedRegex(@"`(Strata\.\w+\.Tests|\w+Tests(\.\w+)?)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Names();
}
