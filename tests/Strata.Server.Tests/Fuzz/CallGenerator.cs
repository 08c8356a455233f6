using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Strata.Server.Tests.Fuzz;

/// <summary>A call to be made.</summary>
internal sealed record Call(string Method, string Path, ImmutableArray<(string Name, string Value)> Headers, string? ContentType, byte[] Body)
{
    public override string ToString() =>
        $"{Method} {Path}\n{string.Join('\n', Headers.Where(static header => header.Name != "Authorization").Select(static header => $"{header.Name}: {header.Value}"))}\n{ContentType}\n{Encoding.UTF8.GetString(Body)}";
}

/// <summary>What calls are made of: the contract, ids that exist, tokens of several roles and bodies that are right.</summary>
internal sealed record Ingredients(ImmutableArray<Operation> Operations, ImmutableDictionary<string, ImmutableArray<string>> Values, ImmutableArray<string> Tokens, ImmutableArray<JsonNode> Documents);

/// <summary>Makes calls that are nearly right: the same seed makes the same call.</summary>
internal sealed class CallGenerator(Ingredients ingredients, int seed)
{
    private static readonly string[] Odd =
    [
        "", " ", "a", "x y", "-1", "0", "1", "2", "3", "999", "2147483648", "9223372036854775807", "99999999999999999999", "1e3", "true", "false", "TRUE", "null", "undefined", "*", "..", "../..",
        "%", "%25", "%2e%2e", "'", "\"", "';drop table tenant;--", "' or '1'='1", "{}", "[]", "$1", "\\", "a\u0000b", "\n", "\u202e", "\ud83d\udca9", "ünïcode", "core:x", "core:x;tenant:1.99",
        "core:x;platform:1;tenant:1.1", "/quotas", "/quotas/requestsPerMinute", "/~", "/a/b/c", "\"platform.0\"", "\"tenant.1.1\"", "W/\"x\"", "own", "active", "suspended", "all", "shared", "tenant:acme",
        "2026-01-01", "2026-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "dGVuYW50cyBhY21l", "YQ", "acme", "dcoder", "gzip", "wait=1", new('a', 41), new('z', 3000),
    ];

    private static readonly string[] HeaderNames = ["X-Tenant-Id", "X-Platform-Id", "X-User-Id", "X-Request-Id", "If-None-Match", "If-Match", "Idempotency-Key", "Accept", "Content-Encoding", "Prefer", "traceparent"];
    private static readonly string[] ContentTypes = ["application/json", "application/merge-patch+json", "application/json-patch+json", "text/plain", "application/json; charset=utf-16", "*/*", ""];
    private static readonly string[] PatchOps = ["add", "replace", "remove", "test", "copy", "move", "eval"];

    private readonly Random _random = new(seed);

    public Call Next()
    {
        var operation = Pick(ingredients.Operations);
        var path = operation.Path;
        var query = new List<string>();
        var headers = ImmutableArray.CreateBuilder<(string, string)>();
        foreach (var (name, place) in operation.Parameters)
        {
            if (place == "path")
                path = path.Replace($"{{{name}}}", InPath(Value(name)), StringComparison.Ordinal);
            else if (place == "query" && Chance(40))
                query.Add($"{name}={Uri.EscapeDataString(Value(name))}");
            else if (place == "header" && Chance(name == "If-Match" ? 90 : 20))
                headers.Add((name, InHeader(Value(name))));
        }
        if (Chance(5))
            query.Add($"{Uri.EscapeDataString(Pick(Odd))}={Uri.EscapeDataString(Pick(Odd))}");
        if (Chance(5))
            headers.Add((Pick(HeaderNames), InHeader(Pick(Odd))));
        if (!Chance(2))
            headers.Add(("Authorization", $"Bearer {Pick(ingredients.Tokens)}"));
        var method = Chance(2) ? Pick(["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS", "PROPFIND"]) : operation.Method;
        var hasBody = (!operation.ContentTypes.IsEmpty && !Chance(3)) || (method is not ("GET" or "HEAD") && Chance(3));
        var type = operation.ContentTypes.IsEmpty || Chance(5) ? Pick(ContentTypes) : Pick(operation.ContentTypes);
        return new Call(
            method, path + (query.Count == 0 ? "" : "?" + string.Join('&', query)), headers.DrainToImmutable(), hasBody ? type : null, hasBody ? Body(operation, type) : []);
    }

    private byte[] Body(Operation operation, string type)
    {
        var body = type == "application/json-patch+json" && !Chance(10) ? JsonPatch() : operation.Example?.DeepClone() is { } example && Chance(50) ? example : Pick(ingredients.Documents).DeepClone();
        for (var i = _random.Next(3); i > 0; i--)
            body = Mutated(body, depth: 0);
        var bytes = Encoding.UTF8.GetBytes(body?.ToJsonString() ?? "null");
        if (Chance(5) && bytes.Length > 0)
            bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
        if (Chance(3))
            bytes = bytes[.._random.Next(bytes.Length + 1)];
        return bytes;
    }

    private JsonArray JsonPatch() => new([.. Enumerable.Range(0, _random.Next(1, 6)).Select(_ => (JsonNode)new JsonObject
    {
        ["op"] = Pick(PatchOps),
        ["path"] = Pointer(),
        ["from"] = Pointer(),
        ["value"] = Chance(50) ? Odds() : Pick(ingredients.Documents).DeepClone(),
    })]);

    private string Pointer()
    {
        if (Chance(15))
            return Pick(Odd);
        JsonNode? at = Pick(ingredients.Documents);
        var pointer = new StringBuilder();
        while (at is JsonObject { Count: > 0 } members && !Chance(25))
        {
            var (name, value) = members.ElementAt(_random.Next(members.Count));
            pointer.Append('/').Append(name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
            at = value;
        }
        return pointer.ToString();
    }

    private JsonNode? Mutated(JsonNode? node, int depth)
    {
        if (depth > 0 && Chance(25))
            return Odds();
        switch (node)
        {
            case JsonObject { Count: > 0 } members when !Chance(10):
                var name = members.ElementAt(_random.Next(members.Count)).Key;
                var value = members[name];
                members.Remove(name);
                if (!Chance(10))
                    members[Chance(10) ? Pick(Odd) : name] = Mutated(value, depth + 1);
                return members;
            case JsonArray { Count: > 0 } items when !Chance(10):
                var index = _random.Next(items.Count);
                var item = items[index];
                items.RemoveAt(index);
                items.Add(Mutated(item, depth + 1));
                return items;
            case JsonObject members:
                members[Pick(Odd)] = Odds();
                return members;
            default:
                return Odds();
        }
    }

    private JsonNode? Odds() => _random.Next(9) switch
    {
        0 => null,
        1 => true,
        2 => _random.Next(-5, 1000),
        3 => _random.NextDouble() * Math.Pow(10, _random.Next(-300, 300)),
        4 => new JsonArray(Pick(Odd), _random.Next()),
        5 => new JsonObject { [Pick(Odd)] = Pick(Odd) },
        6 => new JsonObject { ["$secret"] = new JsonObject { ["store"] = "main", ["path"] = Pick(Odd) } },
        7 => Pick(ingredients.Documents).DeepClone(),
        _ => Pick(Odd),
    };

    private string Value(string parameter) =>
        ingredients.Values.TryGetValue(parameter, out var known) && !Chance(12) ? Pick(known) : Chance(30) ? _random.Next(-1, 30).ToString(CultureInfo.InvariantCulture) : Pick(Odd);

    /// <summary>Escaped; a NUL is left out, for Kestrel itself answers it, and dots, for a client takes them as its own.</summary>
    private static string InPath(string value) => value is "" or "." or ".." ? "x" : Uri.EscapeDataString(value.Replace("\0", "", StringComparison.Ordinal));

    private static string InHeader(string value) => new([.. value.Where(static letter => letter is >= ' ' and <= '~')]);

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    private bool Chance(int percent) => _random.Next(100) < percent;
}
