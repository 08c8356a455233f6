using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Strata.Embedded.Kong;

/// <summary>What a node says to everything but <c>POST /config</c>. Pure.</summary>
internal static class AdminApi
{
    private const int DefaultPage = 100;
    private const int LargestPage = 1000;

    private static readonly Dictionary<string, string> Writes = new(StringComparer.Ordinal)
    {
        ["POST"] = "create",
        ["PUT"] = "create or update",
        ["PATCH"] = "update",
        ["DELETE"] = "remove",
    };

    /// <summary>The answer of a node to a call.</summary>
    public static KongAnswer Answer(KongCall call, NodeState state, SimulatedKongOptions options, string nodeId)
    {
        var segments = call.Path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        var isRead = call.Method is "GET" or "HEAD";
        return segments switch
        {
            [] or ["status"] or ["config"] when !isRead => KongAnswer.Says(405, "Method not allowed"),
            [] => new KongAnswer(200, Root(options, nodeId)),
            ["status"] => new KongAnswer(200, Status(state)),
            ["config"] => ConfigEndpoint.Get(state),
            _ => Entities(call, state, segments, isRead),
        };
    }

    private static JsonObject Root(SimulatedKongOptions options, string nodeId) => new()
    {
        ["tagline"] = "Welcome to kong",
        ["version"] = options.Version,
        ["edition"] = "community",
        ["lua_version"] = "LuaJIT 2.1.0-20231117",
        ["hostname"] = "localhost",
        ["node_id"] = nodeId,
        ["timers"] = new JsonObject { ["running"] = 0, ["pending"] = 0 },
        ["plugins"] = new JsonObject
        {
            ["available_on_server"] = new JsonObject(
                Schemas.All.Plugins.Select(name => KeyValuePair.Create(name, (JsonNode?)new JsonObject { ["version"] = options.Version }))),
            ["enabled_in_cluster"] = new JsonArray(),
        },
        ["configuration"] = new JsonObject { ["database"] = "off", ["role"] = "traditional", ["router_flavor"] = "traditional_compatible" },
    };

    private static JsonObject Status(NodeState state) => new()
    {
        ["memory"] = new JsonObject { ["workers_lua_vms"] = new JsonArray(), ["lua_shared_dicts"] = new JsonObject() },
        ["server"] = new JsonObject
        {
            ["connections_active"] = 1,
            ["connections_accepted"] = 1,
            ["connections_handled"] = 1,
            ["connections_reading"] = 0,
            ["connections_writing"] = 1,
            ["connections_waiting"] = 0,
            ["total_requests"] = 1,
        },
        ["configuration_hash"] = state.Hash,
    };

    private static KongAnswer Entities(KongCall call, NodeState state, string[] segments, bool isRead)
    {
        var notFound = KongAnswer.Says(404, "Not found");
        if (Schemas.All.Entities.FirstOrDefault(entity => entity.Path == segments[0]) is not { } type)
            return notFound;
        var rows = state.Of(type.Name);
        if (segments.Length > 2)
        {
            var children = Schemas.All.ChildrenOf(type.Name).FirstOrDefault(child => child.Child.Nested == segments[2]);
            if (children.Child is null || Find(state, type, segments[1]) is not { } parent)
                return notFound;
            (type, rows) = (children.Child, state.Of(children.Child.Name).Where(row => JsonNode.DeepEquals(row[children.Field]?["id"], parent["id"])));
        }
        if (!isRead)
            return Unsupported(call.Method, type);
        if (segments.Length is 1 or 3)
            return Page(call, rows);
        var entity = segments.Length == 2 ? Find(state, type, segments[1]) : rows.FirstOrDefault(row => IsNamed(type, row, segments[3]));
        return entity is null || segments.Length > 4 ? notFound : new KongAnswer(200, entity.DeepClone());
    }

    private static KongAnswer Unsupported(string method, EntityType type) => !Writes.TryGetValue(method, out var verb)
        ? KongAnswer.Says(405, "Method not allowed")
        : new KongAnswer(405, new JsonObject
        {
            ["code"] = 12,
            ["name"] = "operation unsupported",
            ["message"] = $"cannot {verb} '{type.Name}' entities when not using a database",
        });

    private static JsonObject? Find(NodeState state, EntityType type, string name) => state.Of(type.Name).FirstOrDefault(row => IsNamed(type, row, name));

    private static bool IsNamed(EntityType type, JsonObject row, string name) =>
        row["id"]?.AsScalar() as string == name || (type.Key is { } key && row[key]?.AsScalar() as string == name);

    private static KongAnswer Page(KongCall call, IEnumerable<JsonObject> rows)
    {
        var size = DefaultPage;
        if (call.Query.TryGetValue("size", out var asked) && (!int.TryParse(asked, CultureInfo.InvariantCulture, out size) || size is < 1 or > LargestPage))
            return Refused(9, "invalid size", $"size must be an integer between 1 and {LargestPage}");
        if (!TryOffset(call.Query.GetValueOrDefault("offset"), out var from))
            return Refused(7, "invalid offset", $"'{call.Query["offset"]}' is not a valid offset: bad base64 encoding");
        if (call.Query.TryGetValue("tags", out var wanted))
            rows = rows.Where(row => IsTagged(row, wanted));
        var page = rows.Skip(from).Take(size + 1).ToArray();
        var body = new JsonObject { ["data"] = new JsonArray([.. page.Take(size).Select(row => row.DeepClone())]), ["next"] = null };
        if (page.Length <= size)
            return new KongAnswer(200, body);
        var offset = Convert.ToBase64String(Encoding.ASCII.GetBytes((from + size).ToString(CultureInfo.InvariantCulture)));
        body["offset"] = offset;
        var query = call.Query.Where(parameter => parameter.Key != "offset").Append(KeyValuePair.Create("offset", offset));
        body["next"] = $"{call.Path}?{string.Join('&', query.Select(parameter => $"{parameter.Key}={Uri.EscapeDataString(parameter.Value)}"))}";
        return new KongAnswer(200, body);
    }

    // A comma asks for all of the tags, a slash for any.
    private static bool IsTagged(JsonObject row, string wanted)
    {
        var tags = (row["tags"] as JsonArray ?? []).Select(tag => tag?.AsScalar() as string).ToHashSet();
        return wanted.Contains('/', StringComparison.Ordinal) ? wanted.Split('/').Any(tags.Contains) : wanted.Split(',').All(tags.Contains);
    }

    private static bool TryOffset(string? text, out int from)
    {
        from = 0;
        var bytes = new byte[32];
        return text is null
            || (Convert.TryFromBase64String(text, bytes, out var length) && int.TryParse(bytes.AsSpan(0, length), CultureInfo.InvariantCulture, out from));
    }

    private static KongAnswer Refused(int code, string name, string message) =>
        new(400, new JsonObject { ["code"] = code, ["name"] = name, ["message"] = message });
}
