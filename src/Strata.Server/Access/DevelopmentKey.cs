using System.Security.Cryptography;

namespace Strata.Server.Access;

/// <summary>Keys that Development makes for itself, so that nobody has to, and keeps in the data folder, so that what they signed outlives a restart.</summary>
internal static class DevelopmentKey
{
    /// <summary>Reads the key of the data folder, or makes it: EC on the curve P-256.</summary>
    /// <param name="dataFolder">Where the key lies; <c>null</c> keeps it in memory only.</param>
    /// <param name="name">The name of its file.</param>
    public static ECDsa Open(string? dataFolder, string name)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (dataFolder is not null)
        {
            Directory.CreateDirectory(dataFolder);
            var file = Path.Combine(dataFolder, name);
            if (!File.Exists(file))
                WritePrivately(file, key.ExportPkcs8PrivateKeyPem());
            key.ImportFromPem(File.ReadAllText(file));
        }
        return key;
    }

    /// <summary>Writes a file whole or not at all; when another process was first, its file stays.</summary>
    private static void WritePrivately(string file, string text)
    {
        var aside = $"{file}.{Guid.CreateVersion7():n}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(aside, options))
            writer.Write(text);
        try
        {
            File.Move(aside, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(aside);
        }
    }
}
