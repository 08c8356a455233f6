using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Json = Strata.Model.Documents.Json;
using Document = Strata.Model.Documents.JsonObject;

namespace Strata.Cli.Files;

/// <summary>Items of configuration and what is wrong with their files. Files of the same kind and id are parts of one document.</summary>
/// <param name="Items">The items; what the later ones lean on comes first.</param>
/// <param name="Problems">What cannot be meant; nothing may be done with a set that has any.</param>
internal sealed record ConfigurationSet(ImmutableArray<ConfigurationItem> Items, ImmutableArray<Problem> Problems)
{
    /// <summary>Bytes of a body that the server takes (its <c>RequestBody.MaxBytes</c>, from which this must not drift), less what stands around the items.</summary>
    private const int MaxBytes = 4 * 1024 * 1024 - 1024;

    private static readonly string[] Kinds = ["allowlist", "platform", "segment", "tenant"];
    private static readonly string[] Members = ["kind", "id", "platform", "document"];

    /// <summary>The body of `POST /v1/apply`.</summary>
    public JsonObject ToBody() => new() { ["items"] = new JsonArray([.. Items.Select(ToBody)]) };

    /// <summary>The set in parts that one request can carry each: what lies above tenants with the first of them, then the others.</summary>
    /// <param name="tenantsAtOnce">Tenants of a part at most.</param>
    /// <param name="repeatsAbove">Whether each part begins with what lies above tenants, so that its tenants are judged under that.</param>
    public IEnumerable<ConfigurationSet> Parts(int tenantsAtOnce, bool repeatsAbove)
    {
        var above = Items.Where(item => item.Kind != "tenant").ToList();
        var bytesAbove = above.Sum(BytesOf);
        List<ConfigurationItem> part = [.. above];
        var (tenants, bytes) = (0, bytesAbove);
        foreach (var tenant in Items.Where(item => item.Kind == "tenant"))
        {
            var more = BytesOf(tenant);
            var isWorthSending = tenants > 0 || (part.Count > 0 && !repeatsAbove);
            if (tenants == tenantsAtOnce || (isWorthSending && bytes + more > MaxBytes))
            {
                yield return this with { Items = [.. part] };
                part = repeatsAbove ? [.. above] : [];
                (tenants, bytes) = (0, repeatsAbove ? bytesAbove : 0);
            }

            part.Add(tenant);
            (tenants, bytes) = (tenants + 1, bytes + more);
        }

        yield return this with { Items = [.. part] };
    }

    /// <summary>Ends the command where there are problems.</summary>
    /// <exception cref="CommandFailedException">There are; the message lists them.</exception>
    public void Demand() => Demand(Problems);

    /// <summary>Ends the command where there are problems.</summary>
    /// <exception cref="CommandFailedException">There are; the message lists them.</exception>
    public static void Demand(ImmutableArray<Problem> problems)
    {
        if (!problems.IsEmpty)
            throw new CommandFailedException(ExitCode.Invalid, string.Join('\n', problems));
    }

    /// <summary>Puts items together from files.</summary>
    public static ConfigurationSet Of(IEnumerable<SourceFile> files, IEnumerable<Problem> known)
    {
        var problems = known.ToList();
        var whole = new Dictionary<(string Kind, string? Platform, string Id), (JsonObject Document, ImmutableArray<ItemPart> Parts)>();
        foreach (var file in files)
        {
            if (Read(file, problems) is not { } read)
                continue;
            var (key, part, document) = read;
            if (!whole.TryGetValue(key, out var present))
                whole[key] = ((JsonObject)document.DeepClone(), [part]);
            else if (Merge(present.Document, document, JsonPointer.Root) is { } twice)
                problems.Add(At(part, twice.Text, "file", "another file sets this differently"));
            else
                whole[key] = (present.Document, present.Parts.Add(part));
        }

        var items = whole.OrderBy(item => Array.IndexOf(Kinds, item.Key.Kind))
            .Select(item => Item(item.Key, item.Value.Document, item.Value.Parts, problems)).OfType<ConfigurationItem>().ToImmutableArray();
        problems.AddRange(Misplaced(items));
        return new ConfigurationSet(items, [.. problems]);
    }

    private static JsonObject ToBody(ConfigurationItem item)
    {
        var body = new JsonObject { ["kind"] = item.Kind, ["id"] = item.Id };
        if (item.Platform is not null)
            body["platform"] = item.Platform;
        body["document"] = JsonNode.Parse(item.Document.ToString());
        return body;
    }

    /// <summary>What an item takes as it is sent, with a comma: what is not ASCII is escaped, and so longer than in its file.</summary>
    private static long BytesOf(ConfigurationItem item) => ToBody(item).ToJsonString().Length + 1L;

    private static ((string Kind, string? Platform, string Id) Key, ItemPart Part, JsonObject Document)? Read(SourceFile file, List<Problem> problems)
    {
        if (file.Value is JsonObject hosts && hosts.ContainsKey("hosts") && !hosts.ContainsKey("kind"))
            return (("allowlist", null, "allowlist"), new ItemPart(file with { Value = null }, ""), hosts);
        var count = problems.Count;
        var item = file.Value as JsonObject ?? [];
        var kind = Text(item, "kind");
        if (kind is null || !Kinds.Contains(kind))
            Refuse("kind", "enum", $"must be one of {string.Join(", ", Kinds)}");
        foreach (var unknown in item.Select(member => member.Key).Where(key => !Members.Contains(key)))
            Refuse(unknown, "additionalProperties", $"is unknown here; {string.Join(", ", Members)} are known");
        if (item["document"] is not JsonObject)
            Refuse("document", "type", "must be an object");
        var id = kind == "allowlist" ? "allowlist" : Slug("id");
        var platform = kind is "segment" or "tenant" ? Slug("platform") : null;
        return problems.Count > count ? null : ((kind!, platform, id!), new ItemPart(file with { Value = null }, "/document"), (JsonObject)item["document"]!);

        string? Slug(string member)
        {
            var text = Text(item, member);
            if (!Model.Slug.Is(text))
                Refuse(member, "pattern", Model.Slug.Expected);
            return text;
        }

        void Refuse(string member, string rule, string message) =>
            problems.Add(new Problem(file.Path, file.PlaceOf($"/{member}"), $"/{member}", rule, message));
    }

    private static ConfigurationItem? Item(
        (string Kind, string? Platform, string Id) key, JsonObject document, ImmutableArray<ItemPart> parts, List<Problem> problems)
    {
        var read = Json.Parse(Encoding.UTF8.GetBytes(document.ToJsonString()));
        if (read.TryGet(out var value, out var error))
            return new ConfigurationItem(key.Kind, key.Id, key.Platform, (Document)value, parts);
        problems.Add(At(parts[0], "", "json", error.Message));
        return null;
    }

    /// <summary>Puts the members of another part into a document; returns the first place where the two disagree.</summary>
    private static JsonPointer? Merge(JsonObject whole, JsonObject part, JsonPointer at)
    {
        foreach (var (key, value) in part)
        {
            if (!whole.ContainsKey(key))
                whole[key] = value?.DeepClone();
            else if (whole[key] is JsonObject known && value is JsonObject more)
            {
                if (Merge(known, more, at.Append(key)) is { } inner)
                    return inner;
            }
            else if (!JsonNode.DeepEquals(whole[key], value))
                return at.Append(key);
        }

        return null;
    }

    /// <summary>Segments and tenants that lie in another brand's folder, and tenants that two brands claim.</summary>
    private static IEnumerable<Problem> Misplaced(ImmutableArray<ConfigurationItem> items)
    {
        var folders = items.Where(item => item.Kind == "platform").SelectMany(item => item.Parts.Select(part => (Folder: Folder(part), item.Id)))
            .GroupBy(brand => brand.Folder, StringComparer.Ordinal)
            .Where(folder => folder.Select(brand => brand.Id).Distinct(StringComparer.Ordinal).Count() == 1)
            .ToDictionary(folder => folder.Key, folder => folder.First().Id, StringComparer.Ordinal);
        foreach (var item in items.Where(item => item.Platform is not null && item.Parts[0].File.Path != "-"))
        {
            string? folder = Folder(item.Parts[0]);
            while (folder is not null && !folders.ContainsKey(folder))
                folder = Path.GetDirectoryName(folder);
            if (folder is not null && Path.GetFileName(folder) == folders[folder] && folders[folder] != item.Platform)
                yield return item.ProblemOf("platform", "file", $"is '{item.Platform}', and the file lies in the folder of '{folders[folder]}'");
        }

        foreach (var tenant in items.Where(item => item.Kind == "tenant").GroupBy(item => item.Id, StringComparer.Ordinal).Where(group => group.Count() > 1))
            yield return tenant.Last().ProblemOf("id", "file", $"is a tenant of '{tenant.First().Platform}' already");
    }

    private static string Folder(ItemPart part) => Path.GetDirectoryName(Path.GetFullPath(part.File.Path)) ?? "";

    private static Problem At(ItemPart part, string pointer, string rule, string message) =>
        new(part.File.Path, part.File.PlaceOf(part.Prefix + pointer), pointer, rule, message);

    private static string? Text(JsonObject item, string member) => item[member] is JsonValue scalar && scalar.TryGetValue<string>(out var text) ? text : null;
}
