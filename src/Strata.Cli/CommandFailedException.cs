namespace Strata.Cli;

/// <summary>Ends a command with a message for the person at the keyboard; caught only where the command line is run.</summary>
/// <param name="exitCode">One of <see cref="Cli.ExitCode"/>.</param>
/// <param name="message">What went wrong and what to do, one or more lines.</param>
public sealed class CommandFailedException(int exitCode, string message) : Exception(message)
{
    /// <summary>One of <see cref="Cli.ExitCode"/>.</summary>
    public int ExitCode { get; } = exitCode;
}
