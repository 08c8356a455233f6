using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Strata.JsonSchema.Json;

namespace Strata.JsonSchema.Patterns;

/// <summary>A compiled <c>pattern</c>: ECMA-262, unanchored. Time is linear in the text, or bounded where only back-tracking can do it.</summary>
internal sealed class Pattern
{
    private readonly Automaton? _automaton;
    private readonly Regex? _regex;

    private Pattern(string source, PatternTree tree, TimeSpan timeout)
    {
        Source = source;
        _automaton = AutomatonBuilder.Build(tree);
        _regex = _automaton is null ? DotNetPattern.Build(tree, timeout) : null;
    }

    public string Source { get; }

    /// <summary>Whether it runs on a table, in linear time and without allocating.</summary>
    public bool IsAutomaton => _automaton is not null;

    /// <param name="source">The regular expression.</param>
    /// <param name="timeout">How long one match may take where it is no automaton.</param>
    /// <exception cref="FormatException">It is not a regular expression of ECMA-262.</exception>
    public static Pattern Compile(string source, TimeSpan timeout) => new(source, PatternParser.Parse(source), timeout);

    /// <param name="text">UTF-8 without escapes.</param>
    /// <exception cref="RegexMatchTimeoutException">It took too long; automata never do.</exception>
    public bool IsMatch(ReadOnlySpan<byte> text) => _automaton is not null ? _automaton.IsMatch(text) : IsRegexMatch(text);

    private bool IsRegexMatch(ReadOnlySpan<byte> text)
    {
        var rented = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            if (!System.Text.Unicode.Utf8.IsValid(text))
                return _regex!.IsMatch(JsonText.ToUtf16(text));
            var length = Encoding.UTF8.GetChars(text, rented);
            return _regex!.IsMatch(rented.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(rented);
        }
    }
}
