namespace Strata.Testing;

/// <summary>A folder that goes with the test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder()
    {
        // PostgreSQL runs as `nobody` when the tests run as root, and must be able to enter.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path, (UnixFileMode)0b111_101_101);
    }

    public string Path { get; } = Create();

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static string Create()
    {
        // In memory a data folder of a thousand files costs nothing; a container's usual 64 MB would not hold it.
        const string memory = "/dev/shm";
        return Directory.Exists(memory) && new DriveInfo(memory).AvailableFreeSpace > 4L << 30
            ? Directory.CreateDirectory($"{memory}/strata-folder-{Guid.CreateVersion7():n}").FullName
            : Directory.CreateTempSubdirectory("strata-folder-").FullName;
    }
}
