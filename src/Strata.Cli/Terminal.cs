using System.Collections;
using System.Collections.Immutable;
using System.Text;

namespace Strata.Cli;

/// <summary>Where a command speaks and what it is told by its surroundings.</summary>
/// <param name="Out">Results, and nothing else.</param>
/// <param name="Error">Everything else: progress, warnings, refusals.</param>
/// <param name="Variables">Environment variables.</param>
public sealed record Terminal(TextWriter Out, TextWriter Error, ImmutableDictionary<string, string> Variables)
{
    /// <summary>What is typed or piped in.</summary>
    public TextReader In { get; init; } = TextReader.Null;

    /// <summary>What is waited by.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Whether somebody sits there who can be asked.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>Whether results may be coloured: somebody reads them on a terminal that can, and did not ask for none (https://no-color.org).</summary>
    public bool UsesColour { get; init; }

    /// <summary>Reads a line that does not show while it is typed; null at the end of the input. Without it a line of <see cref="In"/>.</summary>
    public Func<string?>? ReadHidden { get; init; }

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
        UsesColour = !Console.IsOutputRedirected
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb",
        ReadHidden = () => Console.IsInputRedirected ? Console.In.ReadLine() : TypedHidden(),
    };

    /// <summary>A line that nobody shall read over a shoulder, such as a token.</summary>
    public async Task<string?> ReadHiddenAsync(CancellationToken cancellationToken)
    {
        if (ReadHidden is null)
            return await ReadAsync(In.ReadLine, cancellationToken);
        try
        {
            return await ReadAsync(ReadHidden, cancellationToken);
        }
        finally
        {
            await Error.WriteLineAsync();
        }
    }

    /// <summary>Asks a question that only `yes` answers with yes.</summary>
    public async Task<bool> AgreesAsync(string question, CancellationToken cancellationToken)
    {
        await Error.WriteAsync($"{question} Only `yes` will do: ");
        await Error.FlushAsync(cancellationToken);
        return (await ReadAsync(In.ReadLine, cancellationToken))?.Trim() == "yes";
    }

    /// <summary>An environment variable; null when it is missing or empty.</summary>
    public string? Variable(string name) => Variables.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    /// <summary>A line. A read of the console cannot be called off: cancelling leaves it behind on a thread that ends with the process.</summary>
    private static Task<string?> ReadAsync(Func<string?> read, CancellationToken cancellationToken) =>
        Task.Run(read, cancellationToken).WaitAsync(cancellationToken);

    private static string TypedHidden()
    {
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
                typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar))
                typed.Append(key.KeyChar);
        }

        return typed.ToString();
    }
}
