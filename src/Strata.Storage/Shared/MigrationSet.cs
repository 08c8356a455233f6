using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Strata.Storage;

/// <summary>One numbered step of a database's schema; never changed once it has run anywhere.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Name">What it does, e.g. <c>create_shared_tables</c>.</param>
/// <param name="Sql">The statements; they run in one transaction.</param>
public sealed record Migration(int Number, string Name, string Sql)
{
    /// <summary>SHA-256 of the statements with Unix line ends, in hex.</summary>
    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));
}

/// <summary>All migrations of one kind of database, in order.</summary>
public sealed class MigrationSet
{
    /// <summary>A set of migrations in any order.</summary>
    /// <exception cref="ArgumentException">The numbers are not 1, 2, 3 ...</exception>
    public MigrationSet(params ImmutableArray<Migration> migrations)
    {
        All = migrations.Sort(static (a, b) => a.Number.CompareTo(b.Number));
        if (All.Where((migration, index) => migration.Number != index + 1).Any())
            throw new ArgumentException("Migrations must be numbered 1, 2, 3 ... without gaps.", nameof(migrations));
        var checksums = string.Concat(All.Select(migration => migration.Checksum));
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(checksums)))[..8];
    }

    /// <summary>The migrations, by number.</summary>
    public ImmutableArray<Migration> All { get; }

    /// <summary>The number of the newest; 0 when there is none.</summary>
    public int Newest => All.Length;

    /// <summary>Eight hex digits that change with any statement of the set.</summary>
    public string Fingerprint { get; }

    /// <summary>The migrations of the shared database.</summary>
    public static MigrationSet Shared() => Embedded("Shared");

    /// <summary>The migrations of a tenant's database.</summary>
    public static MigrationSet Tenant() => Embedded("Tenant");

    private static MigrationSet Embedded(string folder)
    {
        var assembly = typeof(MigrationSet).Assembly;
        var prefix = $"migrations/{folder}/";
        var names = assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal));
        return new MigrationSet([.. names.Select(name => Read(assembly.GetManifestResourceStream(name)!, name[prefix.Length..]))]);
    }

    /// <summary>Reads <c>0007_add_target_state.sql</c>.</summary>
    private static Migration Read(Stream stream, string file)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return new Migration(int.Parse(file.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture), file[5..^4], reader.ReadToEnd());
    }
}
