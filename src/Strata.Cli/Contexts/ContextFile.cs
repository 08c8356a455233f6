using System.Text.Json;
using Strata.Cli.Files;

namespace Strata.Cli.Contexts;

/// <summary>
/// The user's file of contexts, `strata/contexts.json` in the folder that the system keeps for settings. It holds tokens, so nobody else may read it.
/// </summary>
/// <param name="terminal">For the folder.</param>
internal sealed class ContextFile(Terminal terminal)
{
    /// <summary>Where it lies; null where the surroundings name no folder for settings.</summary>
    public string? Path { get; } = Folder(terminal) is { } folder ? System.IO.Path.Combine(folder, "strata", "contexts.json") : null;

    /// <summary>Reads it; nothing is known where there is none.</summary>
    /// <exception cref="CommandFailedException">It cannot be read, or holds something else.</exception>
    public KnownContexts Read()
    {
        if (Path is null || !File.Exists(Path))
            return new KnownContexts();
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(Path), ContextJson.Default.KnownContexts) ?? new KnownContexts();
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Failure, $"{Path} cannot be read: {e.Message}");
        }
    }

    /// <summary>Puts it in the place of what was there, in one step.</summary>
    /// <exception cref="CommandFailedException">It cannot be written.</exception>
    public async Task WriteAsync(KnownContexts contexts, CancellationToken cancellationToken)
    {
        if (Path is null)
        {
            throw new CommandFailedException(
                ExitCode.Failure, "There is no folder for settings: neither XDG_CONFIG_HOME nor HOME (on Windows APPDATA) is set.");
        }

        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
            await PrivateFile.ReplaceAsync(Path, JsonSerializer.Serialize(contexts, ContextJson.Default.KnownContexts), cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Failure, $"{Path} cannot be written: {e.Message}");
        }
    }

    /// <summary>https://specifications.freedesktop.org/basedir-spec/latest/; on Windows the roaming application data.</summary>
    private static string? Folder(Terminal terminal) => terminal.Variable("XDG_CONFIG_HOME")
        ?? (OperatingSystem.IsWindows() ? terminal.Variable("APPDATA") : null)
        ?? (terminal.Variable("HOME") is { } home ? System.IO.Path.Combine(home, ".config") : null);
}
