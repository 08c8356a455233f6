using Strata.JsonSchema.Patterns;

namespace Strata.JsonSchema.Tests;

public sealed class PatternTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("b", "abc", true)]
    [InlineData("^b", "abc", false)]
    [InlineData("^a|c$", "xc", true)]
    [InlineData("^(a|bc)*$", "abcbca", true)]
    [InlineData("^(a|bc)*$", "abcb", false)]
    [InlineData("^a{2,3}$", "aa", true)]
    [InlineData("^a{2,3}$", "aaaa", false)]
    [InlineData("^a{2,}?$", "aaaaaa", true)]
    [InlineData("^$", "", true)]
    [InlineData("^$", "\n", false)]
    [InlineData("(?:)*", "x", true)]
    [InlineData("[]", "x", false)]
    [InlineData("^[^]$", "\n", true)]
    [InlineData("^.$", "\n", false)]
    [InlineData("^.$", "\U0001F432", true)]
    [InlineData("^..$", "\U0001F432", false)]
    [InlineData(@"^\u{1F432}$", "\U0001F432", true)]
    [InlineData(@"^[\ud83d\udc32-\ud83d\udc34]$", "\U0001F433", true)]
    [InlineData(@"^\P{Lu}$", "\U0001F432", true)]
    [InlineData(@"^\p{Script=Greek}+$", "αβγ", true)]
    [InlineData(@"^\p{sc=Greek}+$", "αbγ", false)]
    [InlineData(@"^\p{scx=Hira}$", "x", null)]
    [InlineData(@"^\p{Emoji_Presentation}$", "\U0001F432", true)]
    [InlineData(@"^[\w.-]+$", "a.b-c_9", true)]
    [InlineData(@"\bfoo\b", "a foo b", true)]
    [InlineData(@"\bfoo\b", "éfoo", true)]
    [InlineData(@"\bfoo\b", "afoo", false)]
    [InlineData(@"^(?!x)\w+$", "xa", false)]
    [InlineData(@"^(a)?\1$", "", true)]
    [InlineData(@"^(?<n>a|b)\k<n>$", "bb", true)]
    [InlineData(@"^(?<n>a|b)\k<n>$", "ab", false)]
    [InlineData(@"(?<=\$)\d+", "$12", true)]
    [InlineData(@"\Z", "", null)]
    [InlineData(@"\a", "", null)]
    [InlineData(@"a\-b", "", null)]
    [InlineData("a{", "", null)]
    [InlineData("]", "", null)]
    [InlineData("*", "", null)]
    [InlineData("(", "", null)]
    [InlineData(@"[\d-x]", "", null)]
    [InlineData("[b-a]", "", null)]
    [InlineData(@"\1", "", null)]
    [InlineData(@"(?i:a)", "", null)]
    public void Patterns_mean_what_they_mean_in_ECMA_262(string pattern, string text, bool? expected)
    {
        if (expected is null)
            Assert.Throws<FormatException>(() => Pattern.Compile(pattern, Timeout));
        else
            Assert.Equal(expected, Pattern.Compile(pattern, Timeout).IsMatch(text.Utf8()));
    }

    [Theory]
    [InlineData("^[a-z][a-z0-9-]{1,38}$", true)]
    [InlineData(@"^\p{L}[\p{L}\p{N} _.-]*$", true)]
    [InlineData("^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", true)]
    [InlineData(@"\bx\b", false)]
    [InlineData("x.{400}y", false)]
    public void Ordinary_patterns_become_automata_and_the_others_run_on_the_framework(string pattern, bool isAutomaton) =>
        Assert.Equal(isAutomaton, Pattern.Compile(pattern, Timeout).IsAutomaton);
}
