using System.Collections;
using System.Collections.Immutable;

namespace Strata.Cli;

/// <summary>Where a command speaks and what it is told by its surroundings.</summary>
/// <param name="Out">Results, and nothing else.</param>
/// <param name="Error">Everything else: progress, warnings, refusals.</param>
/// <param name="Variables">Environment variables.</param>
public sealed record Terminal(TextWriter Out, TextWriter Error, ImmutableDictionary<string, string> Variables)
{
    /// <summary>What is typed or piped in.</summary>
    public TextReader In { get; init; } = TextReader.Null;

    /// <summary>Whether somebody sits there who can be asked.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>The checkout that the launcher belongs to: where `platforms/` and the solution are. Without a launcher the current folder.</summary>
    public string Root => Path.GetFullPath(Variable("STRATA_ROOT") ?? ".");

    /// <summary>The terminal of this process.</summary>
    public static Terminal OfThisProcess() => new(
        Console.Out,
        Console.Error,
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToImmutableDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? ""))
    {
        In = Console.In,
        IsInteractive = !Console.IsInputRedirected && !Console.IsErrorRedirected,
    };

    /// <summary>An environment variable; null when it is missing or empty.</summary>
    public string? Variable(string name) => Variables.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
}
