using System.Text.RegularExpressions;
using Strata.Model.Documents;

namespace Strata.Delivery.Tests.Kong;

/// <summary>What is wrong with a value, or <c>null</c>.</summary>
internal delegate string? Rule(Json value);

/// <summary>The field types of Kong 3.9's schemas.</summary>
internal static partial class KongRules
{
    public static readonly Rule Bool = value => value is JsonBoolean ? null : "expected a boolean";

    // Kong refuses empty strings unless a field says otherwise.
    public static readonly Rule Text = value => value is JsonString { Value.Length: > 0 } ? null : "expected a string of at least one character";

    public static readonly Rule Uuid = Like(UuidForm(), "expected a UUID");
    public static readonly Rule Name = Like(NameForm(), "invalid name");
    public static readonly Rule Tag = Like(TagForm(), "invalid tag");
    public static readonly Rule Host = Like(HostForm(), "invalid host");
    public static readonly Rule RouteHost = Like(RouteHostForm(), "invalid hostname or wildcard");
    public static readonly Rule HeaderName = Like(HeaderForm(), "bad header name");
    public static readonly Rule ServicePath = Like(ServicePathForm(), "invalid path");
    public static readonly Rule RoutePath = Like(RoutePathForm(), "not a normalized path");
    public static readonly Rule Port = Int(0, 65535);
    public static readonly Rule Milliseconds = Int(1, 2147483646);
    public static readonly Rule Tags = Set(Tag);
    public static readonly Rule Protocols = Set(OneOf("grpc", "grpcs", "http", "https"));
    public static readonly Rule Url = value =>
        value is JsonString text && Uri.TryCreate(text.Value, UriKind.Absolute, out var uri) && uri.Host.Length > 0 ? null : "expected a url";

    public static readonly Rule Queue = Record(new()
    {
        ["max_batch_size"] = Int(1, 1000000),
        ["max_coalescing_delay"] = Between(0, 3600),
        ["max_entries"] = Int(1, 1000000),
        ["max_bytes"] = Int(1, int.MaxValue),
        ["max_retry_time"] = Between(0, 1e9),
        ["initial_retry_delay"] = Between(0.001, 1000000),
        ["max_retry_delay"] = Between(0.001, 1000000),
        ["concurrency_limit"] = Int(-1, 1),
    });

    public static readonly Rule RedisRecord = Record(new()
    {
        ["host"] = Host,
        ["port"] = Port,
        ["timeout"] = Milliseconds,
        ["username"] = Text,
        ["password"] = Text,
        ["database"] = Int(0, int.MaxValue),
        ["ssl"] = Bool,
        ["ssl_verify"] = Bool,
        ["server_name"] = Text,
    });

    public static Rule Int(double min, double max) => value =>
        value is JsonNumber { Value: var number } && number == Math.Floor(number) && number >= min && number <= max ? null : $"expected an integer from {min} to {max}";

    public static Rule Between(double min, double max) => value =>
        value is JsonNumber { Value: var number } && number >= min && number <= max ? null : $"expected a number from {min} to {max}";

    public static Rule OneOf(params string[] words) => value => words.Contains(value.Text()) ? null : $"expected one of: {string.Join(", ", words)}";

    public static Rule List(Rule item) => value => value is JsonArray array ? First(array.Items.Select(entry => item(entry))) : "expected an array";

    public static Rule Set(Rule item) => value => List(item)(value) ?? (((JsonArray)value).Items.Distinct().Count() == ((JsonArray)value).Items.Length ? null : "expected a set");

    public static Rule Map(Rule key, Rule item) => value =>
        value is JsonObject ? First(value.Entries().Select(entry => key(Json.Of(entry.Key)) ?? item(entry.Value))) : "expected a map";

    public static Rule Record(Dictionary<string, Rule> fields) => value => value is not JsonObject
        ? "expected a record"
        : First(value.Entries().Select(entry => fields.TryGetValue(entry.Key, out var rule) ? rule(entry.Value) is { } wrong ? $"{entry.Key}: {wrong}" : null : $"{entry.Key}: unknown field"));

    private static string? First(IEnumerable<string?> findings) => findings.FirstOrDefault(finding => finding is not null);

    private static Rule Like(Regex form, string otherwise) => value => value is JsonString text && form.IsMatch(text.Value) ? null : otherwise;

    [GeneratedRegex(@"\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UuidForm();

    [GeneratedRegex(@"\A[A-Za-z0-9._~\u0080-\uffff-]+\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NameForm();

    [GeneratedRegex(@"\A[\x20-\x2b\x2d\x2e\x30-\x7e\u0080-\uffff]+\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TagForm();

    [GeneratedRegex(@"\A[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_.])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HostForm();

    [GeneratedRegex(@"\A(\*\.)?[A-Za-z0-9_][A-Za-z0-9._-]*(\.\*)?(:[0-9]+)?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RouteHostForm();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HeaderForm();

    [GeneratedRegex(@"\A/(?!/)(([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})/?)*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ServicePathForm();

    [GeneratedRegex(@"\A/((?!\.\.?(/|\z))[A-Za-z0-9._~!$&'()*+,;=:@-]+/?)*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RoutePathForm();
}
