using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Strata.Delivery.Rendering;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Resolution;
using Strata.Model.Sections;

namespace Strata.Delivery.Tests.Rendering;

/// <summary>Installations from declarative documents as they stand in <c>platforms/</c>, resolved by the real resolver.</summary>
internal static class Installations
{
    private static readonly Resolver Resolver = new(SectionCatalog.Load());

    public static readonly string Repository = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", ".."));

    /// <summary>The brands of this repository.</summary>
    public static Installation Committed() => Of(
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository, "platforms"), "*.yaml", SearchOption.AllDirectories).SelectMany(file => Yaml.Read(File.ReadAllText(file))),
        .. AllowlistOf(Path.Combine(Repository, "infrastructure", "policies", "allowed_provider_hosts.yaml")),
    ]);

    /// <summary>An installation of texts in YAML, several documents each.</summary>
    public static Installation Read(params string[] texts) => Of([.. texts.SelectMany(Yaml.Read)]);

    /// <summary>An installation of declarative documents: <c>kind</c>, <c>id</c>, <c>platform</c>, <c>document</c>.</summary>
    public static Installation Of(IReadOnlyList<JsonObject> items)
    {
        var allowlist = Documents(items, "allowlist").Select(item => item.Document).FirstOrDefault(JsonObject.Empty);
        var segments = Documents(items, "segment").ToLookup(item => item.Platform, item => Segment.Read(SegmentId.Parse(item.Id), item.Document));
        var tenants = Documents(items, "tenant").ToLookup(item => item.Platform, item => TenantOf(item.Id, item.Document));
        return new Installation(
            [
                .. from platform in Documents(items, "platform")
                   let id = PlatformId.Parse(platform.Id)
                   let layers = new PlatformLayers(id, Allowlist.Read(allowlist), Only(platform.Document, SectionCatalog.Names.Contains), [.. segments[platform.Id]])
                   let brand = Brand.Resolve(Resolver, layers, tenants[platform.Id])
                   select brand with { Tenants = brand.Tenants.ToImmutableArray() },
            ],
            allowlist);
    }

    private static TenantLayers TenantOf(string id, JsonObject document) => new(
        TenantId.Parse(id),
        TenantAttributes.Read(Only(document, name => !SectionCatalog.Names.Contains(name))),
        Only(document, SectionCatalog.Names.Contains));

    /// <summary>The items of a kind; files of one kind and id are one document, cut by section.</summary>
    private static IEnumerable<(string Id, string Platform, JsonObject Document)> Documents(IReadOnlyList<JsonObject> items, string kind) =>
        from item in items
        where item["kind"].Text() == kind
        group item by (Id: item["id"].Text() ?? "", Platform: item["platform"].Text() ?? "") into parts
        select (parts.Key.Id, parts.Key.Platform, JsonObject.Of(parts.SelectMany(part => part["document"].Entries())));

    private static IEnumerable<JsonObject> AllowlistOf(string file) =>
        [JsonObject.Of(("kind", Json.Of("allowlist")), ("document", Yaml.ReadOne(File.ReadAllText(file))))];

    private static JsonObject Only(JsonObject document, Func<string, bool> names) => JsonObject.Of(document.Members.ToArray().Where(member => names(member.Key)));

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
