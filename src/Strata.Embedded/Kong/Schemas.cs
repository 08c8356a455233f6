using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Strata.Embedded.Kong;

/// <summary>The schemas of Kong 3.9's open source build, read from the tables in <c>Schemas/</c>.</summary>
internal sealed class Schemas
{
    private static readonly Lazy<Schemas> Loaded = new(() => new Schemas());
    private readonly JsonObject _types = Table("types");
    private readonly FrozenDictionary<string, Field> _plugins;
    private readonly FrozenDictionary<string, (EntityType Child, string Field)[]> _children;

    private Schemas()
    {
        Entities = Table("entities").Select(entity => Entity(entity.Key, (JsonObject)entity.Value!)).ToImmutableArray();
        ByName = Entities.ToFrozenDictionary(entity => entity.Name);
        _children = ByName.Keys.ToFrozenDictionary(parent => parent, ChildrenBelow);
        _plugins = Table("plugins").ToFrozenDictionary(plugin => plugin.Key, plugin => Plugin(ByName["plugins"].Record, (JsonObject)plugin.Value!));
    }

    /// <summary>All of them; read once per process, never changed.</summary>
    public static Schemas All => Loaded.Value;

    /// <summary>The entity types, parents before children.</summary>
    public ImmutableArray<EntityType> Entities { get; }

    /// <summary>The entity types by the name in a document.</summary>
    public FrozenDictionary<string, EntityType> ByName { get; }

    /// <summary>The names of the plugins.</summary>
    public IEnumerable<string> Plugins => _plugins.Keys.Order(StringComparer.Ordinal);

    /// <summary>A plugin entity with the settings and scopes of that plugin. Null: Kong does not know it.</summary>
    public Field? FindPlugin(string name) => _plugins.GetValueOrDefault(name);

    /// <summary>The types whose entities may stand inside one of this type, with the field in which they name it.</summary>
    public IReadOnlyList<(EntityType Child, string Field)> ChildrenOf(string type) => _children[type];

    private (EntityType Child, string Field)[] ChildrenBelow(string type) =>
        [.. from child in Entities from field in child.Foreign where field.Value.Reference == type select (child, field.Key)];

    private static JsonObject Table(string name)
    {
        using var reader = new StreamReader(typeof(Schemas).Assembly.GetManifestResourceStream($"kong/{name}.yaml")!);
        return (JsonObject)KongText.Yaml(reader.ReadToEnd())!;
    }

    private EntityType Entity(string name, JsonObject table)
    {
        var fields = new OrderedDictionary<string, Field> { ["id"] = Read("uuid") };
        foreach (var (field, definition) in table["fields"]!.AsObject())
            fields[field] = Read(definition!);
        fields["tags"] = Read("tags");
        fields["created_at"] = fields["updated_at"] = Read(name == "targets" ? "number" : "seconds");
        return new EntityType
        {
            Name = name,
            Key = Text(table, "key"),
            CacheKey = [.. Texts(table["cache_key"])],
            Path = Text(table, "path") ?? name,
            Nested = Text(table, "nested") ?? Text(table, "path") ?? name,
            HasUrl = table["shorthand"] is not null,
            Record = new Field { Type = FieldType.Record, Fields = fields, Checks = Checks(table) },
        };
    }

    private Field Plugin(Field entity, JsonObject table)
    {
        var fields = new OrderedDictionary<string, Field>(entity.Fields)
        {
            ["config"] = Read(new JsonObject
            {
                ["type"] = "record",
                ["required"] = true,
                ["fields"] = table["config"]!.DeepClone(),
                ["custom"] = table["custom"]?.DeepClone(),
            }),
            ["protocols"] = Read(Text(table, "protocols") == "any" ? "protocols" : "protocols_http") with { IsRequired = true },
        };
        if (table["consumer"] is not null)
            fields["consumer"] = fields["consumer"] with { IsNull = true };
        return entity with { Fields = fields, Checks = Checks(table) };
    }

    private static ImmutableArray<EntityCheck> Checks(JsonObject table) =>
        [.. (table["checks"] as JsonArray ?? []).Select(check => EntityChecks.Read(check!.AsObject()))];

    private Field Read(JsonNode definition) =>
        definition is JsonObject table ? Read(table) : _types[definition.GetValue<string>()] is { } type ? Read(type) : new Field { Type = Kind(definition) };

    private Field Read(JsonObject table)
    {
        var basis = table["is"] is { } known ? Read(known) : new Field { Type = Kind(table["type"]!) };
        var fields = table["fields"] is JsonObject own ? new OrderedDictionary<string, Field>(basis.Fields) : basis.Fields;
        foreach (var (name, definition) in table["fields"]?.AsObject() ?? [])
            fields[name] = Read(definition!);
        return basis with
        {
            IsRequired = table["required"]?.GetValue<bool>() ?? basis.IsRequired,
            Default = table["default"] ?? basis.Default,
            IsUnique = table["unique"] is not null,
            IsGenerated = table["generated"] is not null,
            IsCascading = table["cascade"] is not null,
            Reference = Text(table, "reference"),
            OneOf = table["one_of"] is JsonArray words ? [.. words.Select(word => word!.AsScalar()!)] : basis.OneOf,
            Between = table["between"] is JsonArray ends ? (Double(ends[0]!), Double(ends[1]!)) : basis.Between,
            GreaterThan = table["gt"] is { } limit ? Double(limit) : basis.GreaterThan,
            MinLength = table["len_min"] is { } least ? (int)Double(least) : basis.MinLength,
            MaxLength = table["len_max"] is { } most ? (int)Double(most) : basis.MaxLength,
            StartsWith = Text(table, "starts_with") ?? basis.StartsWith,
            Match = Text(table, "match") is { } match ? Pattern(match) : basis.Match,
            None = table["none"] is JsonArray none ? TextRules(none) : basis.None,
            All = table["all"] is JsonArray all ? TextRules(all) : basis.All,
            AnyOf = table["any"] is JsonObject any ? ([.. Texts(any["patterns"]).Select(Pattern)], Text(any, "err")!) : basis.AnyOf,
            Contains = Text(table, "contains") ?? basis.Contains,
            Custom = (Text(table, "format") is { } format ? Formats.ByName[format] : null)
                ?? (Text(table, "custom") is { } custom ? CustomChecks.OfValues[custom] : basis.Custom),
            Elements = (table["elements"] ?? table["values"]) is { } elements ? Read(elements) with { IsRequired = true } : basis.Elements,
            Keys = table["keys"] is { } keys ? Read(keys) : basis.Keys,
            Fields = fields,
            Checks = table["checks"] is null ? basis.Checks : Checks(table),
        };
    }

    private static ImmutableArray<TextRule> TextRules(JsonArray rules) =>
        [.. rules.OfType<JsonObject>().Select(rule => new TextRule(Pattern(Text(rule, "pattern")!), Text(rule, "err")!))];

    private static Regex Pattern(string pattern) => new(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    private static FieldType Kind(JsonNode name) => Enum.Parse<FieldType>(name.GetValue<string>(), ignoreCase: true);

    private static double Double(JsonNode number) => number.AsValue().TryGetValue(out long whole) ? whole : number.GetValue<double>();

    private static string? Text(JsonObject table, string member) => table[member]?.GetValue<string>();

    private static IEnumerable<string> Texts(JsonNode? list) => (list as JsonArray ?? []).Select(item => item!.GetValue<string>());
}
