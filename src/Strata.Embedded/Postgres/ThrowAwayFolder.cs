namespace Strata.Embedded.Postgres;

/// <summary>Folders for servers without a future: in memory where possible, swept when their owner was killed.</summary>
internal static class ThrowAwayFolder
{
    private const string Prefix = "strata-test-";
    private const long EnoughBytes = 4L << 30;

    /// <summary>Sweeps what killed runs left and makes a new one.</summary>
    public static async Task<PostgresCluster> CreateAsync(PostgresTools tools, Action<string> progress, CancellationToken cancellationToken)
    {
        var root = Root();
        await SweepAsync(root, tools, progress, cancellationToken);
        while (true)
        {
            var home = Path.Combine(root, $"{Prefix}{Guid.CreateVersion7():n}");
            // Lost only to a sweeper that saw the file before it was locked: then the next name.
            if (FileLock.TryTake(home + ".lock") is { } held)
                return await PostgresCluster.CreateThrowAwayAsync(tools, home, held, cancellationToken);
        }
    }

    /// <summary>Deletes a folder whose server has stopped.</summary>
    public static void Delete(string home)
    {
        if (Directory.Exists(home))
            Directory.Delete(home, recursive: true);
        File.Delete(home + ".lock");
    }

    private static string Root()
    {
        const string memory = "/dev/shm";
        return Directory.Exists(memory) && new DriveInfo(memory).AvailableFreeSpace > EnoughBytes ? memory : PostgresTools.TemporaryFolder;
    }

    private static async Task SweepAsync(string root, PostgresTools tools, Action<string> progress, CancellationToken cancellationToken)
    {
        foreach (var lockFile in Directory.EnumerateFiles(root, $"{Prefix}*.lock"))
        {
            try
            {
                using var held = FileLock.TryTake(lockFile);
                if (held is null)
                    continue;
                var home = Path.ChangeExtension(lockFile, null);
                await new PostgresCluster(home, null, held).StopLeftoverAsync(tools, progress, cancellationToken);
                Delete(home);
            }
            catch (UnauthorizedAccessException)
            {
                // Another user's.
            }
        }
    }
}
