namespace Strata.Embedded.Tests;

/// <summary>A folder that goes with the test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder()
    {
        // PostgreSQL runs as `nobody` when the tests run as root, and must be able to enter.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path, (UnixFileMode)0b111_101_101);
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("strata-embedded-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
