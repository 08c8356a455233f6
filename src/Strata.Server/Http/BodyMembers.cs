using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Server.Http;

/// <summary>
/// Reads the members of a request body one by one and remembers everything that is wrong, unknown members included, so that the answer
/// names all of it. Ask for the members first, for <see cref="Error"/> last.
/// </summary>
internal sealed class BodyMembers(JsonObject body)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<Violation> _wrong = [];

    /// <summary>What is wrong with the body; <c>null</c> when nothing is.</summary>
    public Error? Error
    {
        get
        {
            var known = string.Join(", ", _known.Order(StringComparer.Ordinal));
            var unknown = body.Names.Where(name => !_known.Contains(name)).Select(name => Wrong(name, "unknown", $"is not known here; known are {known}"));
            var all = _wrong.Concat(unknown).OrderBy(violation => violation.Pointer).ToImmutableArray();
            return all.IsEmpty ? null : new Error(ErrorCodes.InvalidArgument, $"'{all[0].Pointer}' {all[0].Message}.", all);
        }
    }

    /// <summary>A member that must be there and be a text that is not empty; <c>""</c> when it is wrong.</summary>
    public string Text(string name) => Optional<JsonString>(name, "a text", required: true)?.Value switch
    {
        "" => Refuse<string>(name, "minLength", "must not be empty") ?? "",
        var text => text ?? "",
    };

    /// <summary>A member that is a text where it is there.</summary>
    public string? OptionalText(string name) => Optional<JsonString>(name, "a text", required: false)?.Value;

    /// <summary>A member that must be there and be an object; empty when it is wrong.</summary>
    public JsonObject Object(string name) => Optional<JsonObject>(name, "an object", required: true) ?? JsonObject.Empty;

    /// <summary>A member that is an object where it is there.</summary>
    public JsonObject? OptionalObject(string name) => Optional<JsonObject>(name, "an object", required: false);

    /// <summary>A member that must be there and be an array; empty when it is wrong.</summary>
    public ImmutableArray<Json> Array(string name) => Optional<JsonArray>(name, "an array", required: true)?.Items ?? [];

    /// <summary>A member that must be there, of any kind.</summary>
    public Json Any(string name) => Optional<Json>(name, "a value", required: true) ?? Json.Null;

    /// <summary>A member of any kind where it is there.</summary>
    public Json? Optional(string name) => Optional<Json>(name, "a value", required: false);

    /// <summary>A member that must be an id.</summary>
    public T Id<T>(string name, TryParse<T> parse)
    {
        var text = Text(name);
        if (!parse(text, out var id) && text.Length > 0)
            Refuse<string>(name, "pattern", $"{Slug.Expected} (is '{text}')");
        return id;
    }

    /// <summary>Notes that a member is wrong.</summary>
    public T? Refuse<T>(string name, string rule, string message)
    {
        _wrong.Add(Wrong(name, rule, message));
        return default;
    }

    private T? Optional<T>(string name, string kind, bool required)
        where T : Json
    {
        _known.Add(name);
        return body[name] switch
        {
            T value => value,
            null => required ? Refuse<T>(name, "required", "must be present") : null,
            _ => Refuse<T>(name, "type", $"must be {kind}"),
        };
    }

    private static Violation Wrong(string name, string rule, string message) => new(JsonPointer.Of(name), rule, message);
}

/// <summary>Reads a text that may be none of <typeparamref name="T"/>.</summary>
internal delegate bool TryParse<T>(string? text, out T value);
