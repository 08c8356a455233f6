using System.Collections.Immutable;
using System.Globalization;

namespace Strata.Cli.Tests;

/// <summary>Runs command lines in this process, as a shell would.</summary>
internal sealed class Shell
{
    private ImmutableDictionary<string, string> _variables = ImmutableDictionary<string, string>.Empty;
    private string? _typed;
    private string? _piped;
    private bool _colours;
    private CancellationToken _interrupt = TestContext.Current.CancellationToken;

    public string Out { get; private set; } = "";

    public string Error { get; private set; } = "";

    public Shell With(string name, string value)
    {
        _variables = _variables.SetItem(name, value);
        return this;
    }

    /// <summary>Has somebody sit at the terminal, who types this.</summary>
    public Shell Typing(string text)
    {
        _typed = text;
        return this;
    }

    /// <summary>Has a program write this to standard input.</summary>
    public Shell Piping(string text)
    {
        _piped = text;
        return this;
    }

    /// <summary>Has this be the user's Ctrl-C.</summary>
    public Shell InterruptedBy(CancellationToken interrupt)
    {
        _interrupt = interrupt;
        return this;
    }

    /// <summary>Has results go to a terminal that shows colours.</summary>
    public Shell Coloured()
    {
        _colours = true;
        return this;
    }

    public async Task<int> RunAsync(params string[] arguments)
    {
        await using var output = new StringWriter(CultureInfo.InvariantCulture);
        await using var error = new StringWriter(CultureInfo.InvariantCulture);
        var exitCode = await StrataCommand.RunAsync(arguments, Terminal(output, error), _interrupt);
        (Out, Error) = (output.ToString(), error.ToString());
        return exitCode;
    }

    private Terminal Terminal(TextWriter output, TextWriter error) =>
        new(output, error, _variables) { In = new StringReader(_typed ?? _piped ?? ""), IsInteractive = _typed is not null, UsesColour = _colours };
}
