using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Strata.Delivery.Tests.Rendering;
using Strata.JsonSchema;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Resolution;
using Strata.Model.Sections;
using JsonArray = System.Text.Json.Nodes.JsonArray;
using JsonObject = System.Text.Json.Nodes.JsonObject;
using ModelObject = Strata.Model.Documents.JsonObject;

namespace Strata.Benchmarks.JsonSchema;

/// <summary>What is measured: the full effective document of a tenant of D.Coder, against the schemas of all sections at once.</summary>
internal static class Subject
{
    private const string SchemaUri = "https://schemas.strata.dev/benchmarks/document";

    private static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", ".."));

    public static byte[] Document()
    {
        var (layers, tenant) = Layers();
        return new Resolver(SectionCatalog.Load()).Resolve(layers, tenant).Document.ToUtf8();
    }

    /// <summary>The layers above the tenant, and the tenant's own.</summary>
    public static (PlatformLayers Above, TenantLayers Tenant) Layers()
    {
        var tenant = Items().Single(item => item["id"].Text() == "acme-robotics")["document"];
        var attributes = ModelObject.Of(tenant.Entries().Where(member => !SectionCatalog.Names.Contains(member.Key)));
        return (Brand().Layers, new TenantLayers(TenantId.Parse("acme-robotics"), TenantAttributes.Read(attributes), Sections(tenant.Entries())));
    }

    /// <summary>D.Coder's layers as they are committed, and the allowlist that binds them.</summary>
    public static (PlatformLayers Layers, ModelObject Allowlist) Brand()
    {
        var items = Items();
        var allowlist = Yaml.ReadOne(File.ReadAllText(Path.Combine(Root, "infrastructure", "policies", "allowed_provider_hosts.yaml")));
        var platform = Sections(items.Where(item => item["kind"].Text() == "platform").SelectMany(item => item["document"].Entries()));
        var segments = items.Where(item => item["kind"].Text() == "segment").Select(item => Segment.Read(SegmentId.Parse(item["id"].Text()!), (ModelObject)item["document"]!));
        return (new PlatformLayers(PlatformId.Parse("dcoder"), Allowlist.Read(allowlist), platform, [.. segments]), allowlist);
    }

    public static CompiledSchema Schema()
    {
        var registry = new SchemaRegistry().AddVocabulary("https://schemas.strata.dev/vocabularies/override", "override", "overrideOrder", "opaque", "anchor");
        foreach (var file in Files())
            registry.Add(File.ReadAllBytes(file));
        var sections = new JsonObject(SectionCatalog.Names.Select(name => KeyValuePair.Create(name, (JsonNode?)new JsonObject { ["$ref"] = $"https://schemas.strata.dev/sections/{name}" })));
        var root = new JsonObject { ["$schema"] = "https://schemas.strata.dev/dialect", ["$id"] = SchemaUri, ["properties"] = sections, ["additionalProperties"] = false };
        return registry.Add(Encoding.UTF8.GetBytes(root.ToJsonString())).Compile(SchemaUri);
    }

    /// <summary>The same schemas in one document with the words of draft 4, as far as NJsonSchema follows them.</summary>
    public static string BundleForNJsonSchema()
    {
        var parts = Files().Select(file => JsonNode.Parse(File.ReadAllBytes(file))!.AsObject()).ToDictionary(part => part["$id"]!.GetValue<string>());
        var bundle = new JsonObject { ["type"] = "object", ["additionalProperties"] = false };
        bundle["properties"] = new JsonObject(SectionCatalog.Names.Select(name => KeyValuePair.Create(name, (JsonNode?)Adapted(parts[$"https://schemas.strata.dev/sections/{name}"], ""))));
        bundle["definitions"] = new JsonObject(parts.SelectMany(part => part.Value["$defs"]?.AsObject().Select(definition =>
            KeyValuePair.Create(Name(part.Key, definition.Key), Adapted(definition.Value, part.Key))) ?? []));
        return bundle.ToJsonString();

        static string Name(string file, string definition) => $"{file[(file.LastIndexOf('/') + 1)..]}_{definition}";

        static JsonNode? Adapted(JsonNode? node, string file)
        {
            if (node is JsonArray array)
                return new JsonArray([.. array.Select(item => Adapted(item, file))]);
            if (node is not JsonObject members)
                return node?.DeepClone();
            var own = members["$id"]?.ToString() ?? file;
            return new JsonObject(members.Where(member => member.Key is not ("$id" or "$schema" or "$defs")).Select(member => KeyValuePair.Create(
                member.Key, member.Key == "$ref" ? Target(new Uri(new Uri(own), member.Value!.ToString()).ToString()) : Adapted(member.Value, own))));
        }

        static JsonNode Target(string uri)
        {
            var parts = uri.Split("#/$defs/");
            return $"#/definitions/{Name(parts[0], parts[1])}";
        }
    }

    /// <summary>The document with one number too small, about two thirds down.</summary>
    public static byte[] WithFault(byte[] document) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(document).Replace("\"requestsPerMonth\":", "\"requestsPerMonth\":-", StringComparison.Ordinal));

    /// <summary>The brand's documents as its files hold them.</summary>
    public static List<ModelObject> Items() =>
        [.. Directory.EnumerateFiles(Path.Combine(Root, "platforms", "dcoder"), "*.yaml", SearchOption.AllDirectories).SelectMany(file => Yaml.Read(File.ReadAllText(file)))];

    private static ModelObject Sections(IEnumerable<KeyValuePair<string, Json>> members) => ModelObject.Of(members.Where(member => SectionCatalog.Names.Contains(member.Key)));

    private static IEnumerable<string> Files() => Directory.EnumerateFiles(Path.Combine(Root, "schemas"), "*.json").Order(StringComparer.Ordinal);

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
