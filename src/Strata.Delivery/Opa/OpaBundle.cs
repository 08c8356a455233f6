using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Strata.Delivery.Rendering;
using Strata.Model.Documents;

namespace Strata.Delivery.Opa;

/// <summary>A file of a bundle.</summary>
/// <param name="Name">Its name, without a leading slash.</param>
/// <param name="Bytes">Its content; JSON as OPA hashes it.</param>
public sealed record BundleFile(string Name, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Its SHA-256 in hexadecimal digits, as OPA computes it.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Bytes.Span));
}

/// <summary>What a bundle says, before it is signed. Equal configuration gives equal bytes, on every server.</summary>
/// <param name="Revision">Digest of the rules, the data and the roots: the name that OPA reports when it serves them.</param>
/// <param name="Files">All files but the signature, in the order of their names.</param>
public sealed record BundleContent(string Revision, ImmutableArray<BundleFile> Files)
{
    private const string Manifest = ".manifest";

    /// <summary>What belongs to the bundle in OPA's documents, so that nobody writes there by hand.</summary>
    private static readonly ImmutableArray<string> Roots = ["hosts", "strata", "system/log", "tenants"];

    private static readonly ImmutableArray<BundleFile> Rules = [.. ReadRules()];

    /// <summary>The content of a platform's bundle.</summary>
    /// <param name="allowlist">The document of the allowlist layer.</param>
    /// <param name="brand">The platform, whose tenants' documents are <see cref="OpaData.Slice"/>s.</param>
    public static BundleContent Of(JsonObject allowlist, Brand brand)
    {
        ImmutableArray<BundleFile> files = [.. Rules, new BundleFile("data.json", OpaJson.Write(OpaData.Of(allowlist, brand)))];
        var summary = string.Join('\n', files.Select(file => $"{file.Hash} {file.Name}").Concat(Roots));
        var revision = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(summary)), 0, 16);
        var manifest = JsonObject.Of(("revision", Json.Of(revision)), ("roots", Json.Of(Roots)), ("rego_version", Json.Of(1)));
        return new BundleContent(revision, [.. files.Append(new BundleFile(Manifest, OpaJson.Write(manifest))).OrderBy(file => file.Name, StringComparer.Ordinal)]);
    }

    private static IEnumerable<BundleFile> ReadRules()
    {
        const string Folder = "policies/";
        var assembly = typeof(BundleContent).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)))
        {
            using var resource = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[resource.Length];
            resource.ReadExactly(bytes);
            yield return new BundleFile(name[Folder.Length..], bytes);
        }
    }
}

/// <summary>A signed bundle, ready to be served (https://www.openpolicyagent.org/docs/management-bundles#bundle-file-format).</summary>
/// <param name="Revision">See <see cref="BundleContent.Revision"/>.</param>
/// <param name="ETag">Equal for equal content under the same key, although every signature is another; quoted.</param>
/// <param name="Archive">The bytes: a tar archive under gzip.</param>
public sealed record OpaBundle(string Revision, string ETag, ReadOnlyMemory<byte> Archive)
{
    /// <summary>The media type that keeps OPA's long polling on.</summary>
    public const string MediaType = "application/vnd.openpolicyagent.bundles";

    /// <summary>Signs and packs.</summary>
    public static OpaBundle Pack(BundleContent content, BundleSigner signer)
    {
        using var archive = new MemoryStream();
        using (var gzip = new GZipStream(archive, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            foreach (var file in content.Files.Append(new BundleFile(".signatures.json", signer.Sign(content.Files))))
                tar.WriteEntry(Entry(file));
        }
        return new OpaBundle(content.Revision, $"\"{content.Revision}.{signer.KeyId}\"", archive.ToArray());
    }

    private static UstarTarEntry Entry(BundleFile file) => new(TarEntryType.RegularFile, file.Name)
    {
        DataStream = new MemoryStream(file.Bytes.ToArray(), writable: false),
        Mode = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
        ModificationTime = DateTimeOffset.UnixEpoch,
    };
}
