using System.Globalization;

namespace Strata.Cli.Commands;

/// <summary>The numbers at the end of a run of `dotnet test` in Testing Platform mode, collected from its lines.</summary>
internal sealed record TestSummary(int Passed, int Failed, int Skipped)
{
    /// <summary>Before any line.</summary>
    public static TestSummary None { get; } = new(0, 0, 0);

    /// <summary>Takes a line into account; most say nothing about numbers.</summary>
    public TestSummary With(string line) => Number(line, "  succeeded: ") is { } passed ? this with { Passed = passed }
        : Number(line, "  failed: ") is { } failed ? this with { Failed = failed }
        : Number(line, "  skipped: ") is { } skipped ? this with { Skipped = skipped }
        : this;

    /// <summary>The last line of `strata test`.</summary>
    public override string ToString() => $"{Passed} passed, {Failed} failed{(Skipped > 0 ? $", {Skipped} skipped" : "")}";

    private static int? Number(string line, string label) =>
        line.StartsWith(label, StringComparison.Ordinal)
        && int.TryParse(line.AsSpan(label.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
