namespace Strata.Cli.Output;

/// <summary>Columns aligned with spaces.</summary>
internal static class TextTable
{
    /// <summary>Writes the rows below the headings; without headings only the rows.</summary>
    public static async Task WriteAsync(TextWriter output, string[] headings, IEnumerable<string[]> rows)
    {
        string[][] lines = headings.Length > 0 ? [headings, .. rows] : [.. rows];
        var widths = Enumerable.Range(0, lines.Length == 0 ? 0 : lines[0].Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
            await output.WriteLineAsync(string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}
