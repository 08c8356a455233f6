using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Strata.Embedded.Opa;

/// <summary>Why OPA does not take a bundle, in its words.</summary>
internal sealed class BundleRefusedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The members of a bundle and what they say: a gzip tar of <c>.manifest</c>, policies and <c>data.json</c> files, whose folder is their place in <c>data</c>.
/// <see href="https://www.openpolicyagent.org/docs/management-bundles#bundle-file-format"/>
/// </summary>
internal sealed partial class BundleFiles
{
    /// <summary>The member that holds the signature.</summary>
    public const string Signatures = ".signatures.json";

    private const string ManifestName = ".manifest";
    private const string PatchName = "patch.json";

    private BundleFiles(ImmutableSortedDictionary<string, byte[]> members)
    {
        Members = members;
        var manifest = members.TryGetValue(ManifestName, out var bytes) ? Parse(ManifestName, bytes) : [];
        Revision = manifest["revision"]?.GetValue<string>() ?? "";
        Roots = manifest["roots"] is JsonArray roots ? [.. roots.Select(root => root!.GetValue<string>().Trim('/'))] : [""];
    }

    /// <summary>The members by name, without a leading slash.</summary>
    public ImmutableSortedDictionary<string, byte[]> Members { get; }

    /// <summary>What the bundle may own in <c>data</c>; the empty path owns everything.</summary>
    public ImmutableArray<string> Roots { get; }

    /// <summary>What the manifest calls the revision; empty when it names none.</summary>
    public string Revision { get; }

    /// <summary>Whether it changes data instead of replacing them.</summary>
    public bool IsDelta => Members.ContainsKey(PatchName);

    /// <summary>The policies' texts by member name.</summary>
    public ImmutableSortedDictionary<string, string> Policies => Members.Where(member => member.Key.EndsWith(".rego", StringComparison.Ordinal))
        .ToImmutableSortedDictionary(member => member.Key, member => Encoding.UTF8.GetString(member.Value), StringComparer.Ordinal);

    /// <summary>Whether a member is hashed in its canonical form.</summary>
    public static bool IsStructured(string name) => Path.GetFileName(name) is ManifestName or "data.json";

    /// <summary>Reads an archive.</summary>
    /// <exception cref="BundleRefusedException">It is no bundle.</exception>
    public static async Task<BundleFiles> ReadAsync(Stream archive, CancellationToken cancellationToken)
    {
        var members = ImmutableSortedDictionary.CreateBuilder<string, byte[]>(StringComparer.Ordinal);
        try
        {
            await using var gzip = new GZipStream(archive, CompressionMode.Decompress);
            await using var tar = new TarReader(gzip);
            while (await tar.GetNextEntryAsync(copyData: true, cancellationToken) is { } entry)
            {
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                    continue;
                using var content = new MemoryStream();
                if (entry.DataStream is not null)
                    await entry.DataStream.CopyToAsync(content, cancellationToken);
                members[Normal(entry.Name)] = content.ToArray();
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new BundleRefusedException($"archive read failed: {e.Message}", e);
        }
        return new BundleFiles(members.ToImmutable());
    }

    /// <summary>The data of a snapshot.</summary>
    /// <exception cref="BundleRefusedException">A member is no JSON object, or lies outside of the roots.</exception>
    public JsonObject Data()
    {
        CheckRoots();
        var data = new JsonObject();
        foreach (var (name, bytes) in Members.Where(member => Path.GetFileName(member.Key) == "data.json"))
        {
            var value = Parse(name, bytes);
            var place = name.Split('/')[..^1];
            CheckPlace(string.Join('/', place), value);
            var holder = data;
            foreach (var folder in place)
                holder = Below(holder, folder);
            Merge(holder, value);
        }
        return data;
    }

    /// <summary>The data after the operations of a delta.</summary>
    /// <exception cref="BundleRefusedException">An operation does not apply.</exception>
    public JsonObject Patched(JsonObject before)
    {
        var operations = Parse(PatchName, Members[PatchName])["data"] as JsonArray ?? [];
        // As OPA does it: no operation at all wipes the data.
        var data = operations.Count == 0 ? [] : (JsonObject)before.DeepClone();
        foreach (var operation in operations)
            Apply(data, operation!);
        return data;
    }

    private static void Apply(JsonObject data, JsonNode operation)
    {
        var (kind, path) = (operation["op"]?.GetValue<string>(), operation["path"]!.GetValue<string>());
        var names = path.Trim('/').Split('/');
        foreach (ref var name in names.AsSpan())
            name = name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        var holder = data;
        foreach (var name in names[..^1])
            holder = kind == "upsert" ? Below(holder, name) : holder[name] as JsonObject ?? throw Missing(path);
        if (kind != "upsert" && !holder.ContainsKey(names[^1]))
            throw Missing(path);
        if (kind == "remove")
            holder.Remove(names[^1]);
        else
            holder[names[^1]] = operation["value"]?.DeepClone();
    }

    private void CheckRoots()
    {
        foreach (var (i, root) in Roots.Index())
        {
            if (Roots[(i + 1)..].FirstOrDefault(other => IsUnder(root, other) || IsUnder(other, root)) is { } other)
                throw new BundleRefusedException($"manifest has overlapped roots: '{root}' and '{other}'");
        }
        foreach (var (name, text) in Policies)
        {
            var package = PackageLine().Match(text).Groups["name"].Value;
            if (!Roots.Any(root => IsUnder(package.Replace('.', '/'), root)))
                throw new BundleRefusedException($"manifest roots [{string.Join(' ', Roots)}] do not permit 'package {package}' in module '/{name}'");
        }
    }

    /// <summary>Data above a root are followed down until they lie below one.</summary>
    private void CheckPlace(string place, JsonNode? value)
    {
        if (Roots.Any(root => IsUnder(place, root)))
            return;
        if (value is not JsonObject { Count: > 0 } members || !Roots.Any(root => IsUnder(root, place)))
        {
            var roots = string.Join(' ', Roots);
            throw new BundleRefusedException($"manifest roots [{roots}] do not permit data at path '/{place}' (hint: check bundle directory structure)");
        }
        foreach (var (name, below) in members)
            CheckPlace(place.Length == 0 ? name : $"{place}/{name}", below);
    }

    private static void Merge(JsonObject into, JsonObject value)
    {
        foreach (var (name, below) in value)
        {
            if (into[name] is JsonObject known && below is JsonObject more)
                Merge(known, more);
            else
                into[name] = below?.DeepClone();
        }
    }

    private static JsonObject Below(JsonObject holder, string name)
    {
        if (holder[name] is not JsonObject below)
            holder[name] = below = [];
        return below;
    }

    private static JsonObject Parse(string name, byte[] json)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject ?? throw new BundleRefusedException($"bundle load failed on {name}: must be an object");
        }
        catch (JsonException e)
        {
            throw new BundleRefusedException($"bundle load failed on {name}: {e.Message}", e);
        }
    }

    private static BundleRefusedException Missing(string path) => new($"storage_not_found_error: {path}: document does not exist");

    private static string Normal(string name) => name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name.TrimStart('/');

    private static bool IsUnder(string path, string root) => root.Length == 0 || path == root || path.StartsWith($"{root}/", StringComparison.Ordinal);

    [GeneratedRegex(@"^\s*package\s+(?<name>[A-Za-z0-9_.]+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex PackageLine();
}
