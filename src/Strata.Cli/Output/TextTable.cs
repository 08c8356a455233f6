namespace Strata.Cli.Output;

/// <summary>Columns aligned with spaces.</summary>
internal static class TextTable
{
    /// <summary>Writes the rows below the headings; without headings only the rows.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="headings">The headings.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="colour">The colour of a row; without it all are plain.</param>
    public static async Task WriteAsync(Terminal terminal, string[] headings, IEnumerable<string[]> rows, Func<string[], Colour>? colour = null)
    {
        string[][] lines = headings.Length > 0 ? [headings, .. rows] : [.. rows];
        var widths = Enumerable.Range(0, lines.Length == 0 ? 0 : lines[0].Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
        {
            var text = string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd();
            await terminal.Out.WriteLineAsync(terminal.Paint(text, ReferenceEquals(line, headings) ? Colour.None : colour?.Invoke(line) ?? Colour.None));
        }
    }
}
