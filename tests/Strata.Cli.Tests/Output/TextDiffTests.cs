using Strata.Cli.Output;

namespace Strata.Cli.Tests.Output;

public sealed class TextDiffTests
{
    [Theory]
    [InlineData("a\nb\nc\n", "a\nB\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n")]
    [InlineData("", "a\n", "@@ -1,0 +1,1 @@\n+a\n")]
    [InlineData("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n6\n7\n8\n9\n", "@@ -2,7 +2,6 @@\n 2\n 3\n 4\n-5\n 6\n 7\n 8\n")]
    [InlineData("a\n1\n2\n3\n4\n5\n6\n7\n8\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\n8\nB\n", "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -7,4 +7,4 @@\n 6\n 7\n 8\n-b\n+B\n")]
    public void Shows_what_changes_with_three_lines_around(string before, string after, string hunks) =>
        Assert.Equal($"--- f\n+++ f (rendered)\n{hunks}", TextDiff.Between(before, after, "f"));

    [Fact]
    public void Says_nothing_of_equal_texts() => Assert.Empty(TextDiff.Between("a\n", "a\n", "f"));
}
