using System.Collections.Frozen;
using System.Collections.Immutable;
using Strata.Model.Documents;

namespace Strata.Delivery.Kong;

/// <summary>An entity, in one form whether a node has it or shall have it: without what a node adds by itself, sets in order.</summary>
/// <param name="Kind">The singular of its type, e.g. <c>consumer</c>.</param>
/// <param name="Id">Its id.</param>
/// <param name="Name">What people call it, e.g. <c>acme/rate-limiting</c>; never a credential.</param>
/// <param name="Fields">Its fields; children are entities of their own.</param>
internal sealed record KongEntity(string Kind, string Id, string Name, JsonObject Fields)
{
    /// <summary>Whether Strata made it.</summary>
    public bool IsOurs => Fields["tags"].Texts().Contains("strata");

    /// <summary>The tenant or brand that it belongs to, by the part of its tags before the colon; <c>null</c> for none.</summary>
    public string? Owner(string tag) =>
        Fields["tags"].Texts().Where(text => text.StartsWith($"{tag}:", StringComparison.Ordinal)).Select(text => text[(tag.Length + 1)..]).FirstOrDefault();
}

/// <summary>What a node has, and what a document says, as entities in the same form.</summary>
internal static class KongObserve
{
    private static readonly ImmutableArray<string> Owners = ["service", "route", "consumer"];
    private static readonly ImmutableHashSet<string> Sets = ["claims_to_verify", "methods", "protocols", "snis", "tags"];
    private static readonly ImmutableHashSet<string> OfTheNode = ["created_at", "id", "updated_at", "ws_id"];

    /// <summary>The types of entities, parents before children; where the Admin API has them, what they are called, and the field that names one.</summary>
    public static readonly ImmutableArray<(string Type, string Path, string Kind, string? Name)> Types =
    [
        ("services", "services", "service", "name"),
        ("routes", "routes", "route", "name"),
        ("consumers", "consumers", "consumer", "username"),
        ("plugins", "plugins", "plugin", "name"),
        ("acls", "acls", "acl", "group"),
        ("jwt_secrets", "jwts", "jwt_secret", null),
        ("keyauth_credentials", "key-auths", "keyauth_credential", null),
        ("basicauth_credentials", "basic-auths", "basicauth_credential", null),
        ("hmacauth_credentials", "hmac-auths", "hmacauth_credential", null),
        ("oauth2_credentials", "oauth2", "oauth2_credential", null),
        ("upstreams", "upstreams", "upstream", "name"),
        ("certificates", "certificates", "certificate", null),
        ("ca_certificates", "ca_certificates", "ca_certificate", null),
        ("snis", "snis", "sni", "name"),
        ("key_sets", "key-sets", "key_set", "name"),
        ("keys", "keys", "key", "name"),
        ("vaults", "vaults", "vault", "prefix"),
    ];

    private static readonly FrozenDictionary<string, int> Orders =
        Types.Index().SelectMany(type => new[] { KeyValuePair.Create(type.Item.Type, type.Index), KeyValuePair.Create(type.Item.Kind, type.Index) }).ToFrozenDictionary();

    /// <summary>Reads everything that a node has.</summary>
    public static async Task<ImmutableArray<KongEntity>> ReadAsync(KongClient node, CancellationToken cancellationToken)
    {
        var rows = new List<(string, JsonObject)>();
        foreach (var (type, path, _, _) in Types)
            rows.AddRange((await node.ReadAsync(path, cancellationToken)).Select(row => (type, row)));
        return Entities(rows);
    }

    /// <summary>Everything that a document says.</summary>
    public static ImmutableArray<KongEntity> Of(JsonObject document)
    {
        var rows = new List<(string, JsonObject)>();
        foreach (var (type, _, _, _) in Types)
            Flatten(rows, type, document, null);
        return Entities(rows);
    }

    /// <summary>A child stands below its parent and does not name it.</summary>
    private static void Flatten(List<(string Type, JsonObject Row)> rows, string type, JsonObject holder, (string Field, Json Reference)? parent)
    {
        foreach (var row in holder[type] is JsonArray list ? list.Items.OfType<JsonObject>() : [])
        {
            foreach (var child in row.Names.Where(IsType))
                Flatten(rows, child, row, (Types[Orders[type]].Kind, JsonObject.Of(("id", row["id"]))));
            var own = row.Members.ToArray().Where(member => !IsType(member.Key));
            rows.Add((type, JsonObject.Of(parent is { } above ? own.Append(KeyValuePair.Create(above.Field, above.Reference)) : own)));
        }
    }

    private static ImmutableArray<KongEntity> Entities(IEnumerable<(string Type, JsonObject Row)> rows)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var entities = ImmutableArray.CreateBuilder<KongEntity>();
        foreach (var (type, row) in rows.OrderBy(row => Orders[row.Type]))
        {
            var (_, _, kind, named) = Types[Orders[type]];
            var id = row["id"].Text() ?? "";
            var name = Named(row, named, names) is { Length: > 0 } text ? text : id;
            names[id] = name;
            entities.Add(new KongEntity(kind, id, name, (JsonObject?)Normal("", JsonObject.Of(row.Members.ToArray().Where(member => !OfTheNode.Contains(member.Key)))) ?? JsonObject.Empty));
        }
        return [.. entities.OrderBy(Order).ThenBy(entity => entity.Name, StringComparer.Ordinal).ThenBy(entity => entity.Id, StringComparer.Ordinal)];
    }

    /// <summary>Whether entities of their own stand under this name.</summary>
    public static bool IsType(string name) => Orders.TryGetValue(name, out var at) && Types[at].Type == name;

    /// <summary>Where a kind of entity stands in every list.</summary>
    public static int Order(KongEntity entity) => Orders[entity.Kind];

    /// <summary>The names of those that it belongs to, then its own.</summary>
    private static string Named(JsonObject row, string? named, Dictionary<string, string> names)
    {
        var owners = Owners.Select(field => row[field].Member("id").Text()).OfType<string>();
        var isChild = named is null or "group" || row["config"] is JsonObject;
        var parts = (isChild ? owners.Select(owner => names.GetValueOrDefault(owner, owner)) : []).Append(named is null ? null : row[named].Text());
        return string.Join('/', parts.OfType<string>());
    }

    /// <summary>Lua has no empty list, and <c>null</c> is how Kong says that there is nothing.</summary>
    private static Json? Normal(string name, Json value) => value switch
    {
        JsonObject members => JsonObject.Of(
            from member in members.Members.ToArray()
            let normal = Normal(member.Key, member.Value)
            where normal is not null
            select KeyValuePair.Create(member.Key, normal)) is { Count: > 0 } some ? some : null,
        JsonArray { Items.IsEmpty: true } => null,
        JsonArray list when Sets.Contains(name) => Json.Of(list.Texts().Order(StringComparer.Ordinal)),
        JsonArray list => list,
        _ => value.Kind == JsonKind.Null ? null : value,
    };
}
