using Strata.Cli.Commands;

namespace Strata.Cli.Tests.Commands;

public sealed class TestSummaryTests
{
    [Theory]
    [InlineData("  total: 18\n  failed: 0\n  succeeded: 18\n  skipped: 0\n  duration: 1s 678ms", "18 passed, 0 failed")]
    [InlineData("  total: 18\n  failed: 3\n  succeeded: 14\n  skipped: 1", "14 passed, 3 failed, 1 skipped")]
    [InlineData("error CS1002: ; expected", "0 passed, 0 failed")]
    public void The_end_of_a_run_becomes_one_line(string output, string line) =>
        Assert.Equal(line, output.Split('\n').Aggregate(TestSummary.None, (summary, next) => summary.With(next)).ToString());
}
