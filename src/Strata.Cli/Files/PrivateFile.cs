namespace Strata.Cli.Files;

/// <summary>Files that nobody but the user may read (mode 600): they hold tokens, or a customer's configuration.</summary>
internal static class PrivateFile
{
    /// <summary>Writes a file that must not exist yet.</summary>
    public static async Task CreateAsync(string path, string text, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var writer = new StreamWriter(path, options);
        await writer.WriteAsync(text.AsMemory(), cancellationToken);
    }

    /// <summary>Puts a file in the place of what was there, in one step; when that fails, what was there stays and nothing else does.</summary>
    public static async Task ReplaceAsync(string path, string text, CancellationToken cancellationToken)
    {
        var fresh = $"{path}.{Guid.CreateVersion7():N}";
        try
        {
            await CreateAsync(fresh, text, cancellationToken);
            File.Move(fresh, path, overwrite: true);
        }
        finally
        {
            // After the move there is none, which is fine with Delete.
            File.Delete(fresh);
        }
    }
}
