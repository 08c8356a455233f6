using System.Globalization;
using System.Text;

namespace Strata.Cli.Output;

/// <summary>The difference of two texts by lines, in the unified format that `diff -u` writes.</summary>
internal static class TextDiff
{
    private const int Context = 3;

    // Where the texts have less than this in common, one hunk says it as well and costs no memory.
    private const int MaxCells = 4_000_000;

    /// <summary>The difference; empty when there is none.</summary>
    /// <param name="before">What lies there.</param>
    /// <param name="after">What should.</param>
    /// <param name="path">The file's name in the head.</param>
    public static string Between(string before, string after, string path)
    {
        if (before == after)
            return "";
        var lines = Lines(Split(before), Split(after));
        var output = new StringBuilder().Append(CultureInfo.InvariantCulture, $"--- {path}\n+++ {path} (rendered)\n");
        for (var at = 0; at < lines.Count;)
        {
            var first = lines.FindIndex(at, line => line.Mark != ' ');
            if (first < 0)
                break;
            var last = first;
            for (var next = first; next < lines.Count && next - last <= 2 * Context; next++)
                last = lines[next].Mark == ' ' ? last : next;
            var (from, to) = (Math.Max(at, first - Context), Math.Min(lines.Count, last + 1 + Context));
            Hunk(output, lines, from, to);
            at = to;
        }

        return output.ToString();
    }

    private static void Hunk(StringBuilder output, List<(char Mark, string Text)> lines, int from, int to)
    {
        var (old, fresh) = (Count(lines, 0, from, '+'), Count(lines, 0, from, '-'));
        output.Append(CultureInfo.InvariantCulture, $"@@ -{old + 1},{Count(lines, from, to, '+')} +{fresh + 1},{Count(lines, from, to, '-')} @@\n");
        foreach (var (mark, text) in lines[from..to])
            output.Append(mark).Append(text).Append('\n');
    }

    private static int Count(List<(char Mark, string Text)> lines, int from, int to, char without) => lines[from..to].Count(line => line.Mark != without);

    private static string[] Split(string text) => text.Length == 0 ? [] : text.TrimEnd('\n').Split('\n');

    /// <summary>Every line of both texts, marked: common ones at start and end, and between them the longest common subsequence.</summary>
    private static List<(char Mark, string Text)> Lines(string[] before, string[] after)
    {
        var start = 0;
        while (start < before.Length && start < after.Length && before[start] == after[start])
            start++;
        var end = 0;
        while (end < before.Length - start && end < after.Length - start && before[^(end + 1)] == after[^(end + 1)])
            end++;
        return
        [
            .. before[..start].Select(line => (' ', line)),
            .. Middle(before[start..^end], after[start..^end]),
            .. before[^end..].Select(line => (' ', line)),
        ];
    }

    private static IEnumerable<(char Mark, string Text)> Middle(string[] before, string[] after)
    {
        if ((long)before.Length * after.Length > MaxCells)
            return [.. before.Select(line => ('-', line)), .. after.Select(line => ('+', line))];
        var common = new int[before.Length + 1, after.Length + 1];
        for (var i = before.Length - 1; i >= 0; i--)
        {
            for (var j = after.Length - 1; j >= 0; j--)
                common[i, j] = before[i] == after[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        var lines = new List<(char, string)>();
        var (at, to) = (0, 0);
        while (at < before.Length || to < after.Length)
        {
            if (at < before.Length && to < after.Length && before[at] == after[to])
            {
                lines.Add((' ', before[at++]));
                to++;
            }
            else if (to == after.Length || (at < before.Length && common[at + 1, to] >= common[at, to + 1]))
                lines.Add(('-', before[at++]));
            else
                lines.Add(('+', after[to++]));
        }

        return lines;
    }
}
