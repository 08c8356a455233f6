using System.Globalization;

namespace Strata.Model.Documents;

/// <summary>JSON Patch (RFC 6902), applied whole or not at all.</summary>
public static class JsonPatch
{
    /// <summary>Operations that one patch may have.</summary>
    public const int MaxOperations = 1000;

    /// <summary>The size in bytes that a document may not pass while a patch is applied.</summary>
    public const long MaxBytes = 4 * 1024 * 1024;

    // Values are immutable, so an operation copies the lists that it leads through. A thousand on maps of five hundred entries stay far below.
    private const long MaxCopied = 20_000_000;

    /// <summary>Applies the operations in order.</summary>
    /// <returns>
    /// The new document; <c>malformed_patch</c> when an operation is none or finds no target, <c>conflict</c> when a <c>test</c> fails,
    /// <c>schema_violation</c> when the document would pass a published size.
    /// </returns>
    public static Result<JsonObject> Apply(JsonObject document, Json patch)
    {
        if (patch is not JsonArray { Items: var operations })
            return Malformed("A JSON Patch must be an array of operations (RFC 6902).");
        if (operations.Length > MaxOperations)
            return Malformed($"A JSON Patch may have at most {MaxOperations} operations (has {operations.Length}).");

        Json result = document;
        var copied = 0L;
        for (var i = 0; i < operations.Length; i++)
        {
            if (!Operation.Parse(operations[i]).TryGet(out var operation, out var error) || !operation.On(result).TryGet(out var next, out error))
            {
                return error with
                {
                    Message = string.Create(CultureInfo.InvariantCulture, $"Operation {i}: {error.Message}"),
                    Violations = [.. error.Violations.Select(violation => violation with { Pointer = JsonPointer.Parse($"/{i}{violation.Pointer}") })],
                };
            }
            if (next.Weight > MaxBytes || next.Depth > JsonReading.MaxDepth)
                return TooLarge(next);
            copied += operation.Copied(result, next);
            result = next;
            if (copied > MaxCopied)
                return Malformed("The patch has too many operations on long arrays or large objects.");
        }
        return result is JsonObject whole ? whole : Malformed("The patch must leave an object.");
    }

    private static Error TooLarge(Json document)
    {
        var (rule, limit) = document.Depth > JsonReading.MaxDepth ? ("depth", JsonReading.MaxDepth) : ("size", MaxBytes);
        var message = string.Create(CultureInfo.InvariantCulture, $"must have a {rule} of at most {limit}");
        return new Error(ErrorCodes.SchemaViolation, $"The patched document {message}.", [new Violation(JsonPointer.Root, rule, message) { Limit = Json.Of(limit) }]);
    }

    private static Error Malformed(string message) => new(ErrorCodes.MalformedPatch, message);

    private sealed record Operation(string Op, JsonPointer Path, JsonPointer From, Json? Value)
    {
        public static Result<Operation> Parse(Json json)
        {
            if (json is not JsonObject members || (members["op"] as JsonString)?.Value is not { } op)
                return Malformed("must be an object with an \"op\".");
            var needsFrom = op is "move" or "copy";
            if ((TooLong(members, "path") ?? (needsFrom ? TooLong(members, "from") : null)) is { } tooLong)
                return tooLong;
            if (!JsonPointer.TryParse(members["path"].Text(), out var path))
                return Malformed("must have a \"path\" that is a JSON Pointer.");
            JsonPointer from = default;
            if (needsFrom && !JsonPointer.TryParse(members["from"].Text(), out from))
                return Malformed($"\"{op}\" must have a \"from\" that is a JSON Pointer.");
            if (op is "add" or "replace" or "test" && members["value"] is null)
                return Malformed($"\"{op}\" must have a \"value\".");
            return new Operation(op, path, from, members["value"]);
        }

        private static Error? TooLong(JsonObject members, string name) => JsonPointer.TooLong(members[name].Text(), JsonPointer.Of(name));

        /// <summary>How many members and items the operation has copied to make a document of another.</summary>
        public long Copied(Json before, Json after) => Along(Path, after) + (Op == "move" ? Along(From, before) : 0);

        private static long Along(JsonPointer pointer, Json document)
        {
            var (at, copied) = ((Json?)document, 0L);
            foreach (var segment in pointer.Segments)
            {
                copied += (at as JsonObject)?.Count ?? (at as JsonArray)?.Items.Length ?? 0;
                at = at is JsonArray array ? Index(segment, array.Items.Length - 1) is { } index ? array.Items[index] : null : (at as JsonObject)?[segment];
            }
            return copied;
        }

        public Result<Json> On(Json document) => Op switch
        {
            "add" => Edit(document, Path.Segments.AsSpan(), Edition.Add, Value),
            "replace" => Edit(document, Path.Segments.AsSpan(), Edition.Replace, Value),
            "remove" => Edit(document, Path.Segments.AsSpan(), Edition.Remove, null),
            "copy" => Find(document, From).Then(value => Edit(document, Path.Segments.AsSpan(), Edition.Add, value)),
            "move" when Path != From && Path.IsWithin(From) => Malformed("cannot move a value into itself."),
            "move" => Find(document, From).Then(value => Edit(document, From.Segments.AsSpan(), Edition.Remove, null)
                .Then(rest => Edit(rest, Path.Segments.AsSpan(), Edition.Add, value))),
            "test" => Find(document, Path).Then(found => found.Equals(Value)
                ? (Result<Json>)document
                : new Error(ErrorCodes.Conflict, $"the test of '{Path}' fails: the value is another.")),
            _ => Malformed($"\"{Op}\" is not an operation of RFC 6902."),
        };
    }

    private enum Edition
    {
        Add,
        Replace,
        Remove,
    }

    private static Result<Json> Find(Json document, JsonPointer pointer)
    {
        var at = document;
        foreach (var segment in pointer.Segments)
        {
            var inner = at switch
            {
                JsonObject members => members[segment],
                JsonArray array when Index(segment, array.Items.Length - 1) is { } index => array.Items[index],
                _ => null,
            };
            if (inner is null)
                return Malformed($"there is nothing at '{pointer}'.");
            at = inner;
        }
        return at;
    }

    private static Result<Json> Edit(Json? target, ReadOnlySpan<string> path, Edition edition, Json? value)
    {
        if (path.IsEmpty)
            return edition == Edition.Remove ? JsonObject.Empty : value!;
        var name = path[0];
        switch (target)
        {
            case JsonObject members when path.Length > 1 || edition != Edition.Add:
                if (members[name] is not { } inner)
                    return Malformed($"there is no member '{name}' on the way.");
                if (path.Length == 1 && edition == Edition.Remove)
                    return members.Without(name);
                return Edit(inner, path[1..], edition, value).Then<Json>(edited => members.With(name, edited));
            case JsonObject members:
                return members.With(name, value!);
            case JsonArray { Items: var items } when path.Length == 1 && edition == Edition.Add:
                var at = name == "-" ? items.Length : Index(name, items.Length);
                return at is { } place ? new JsonArray(items.Insert(place, value!)) : Malformed($"'{name}' is no index of the array.");
            case JsonArray { Items: var items }:
                if (Index(name, items.Length - 1) is not { } index)
                    return Malformed($"'{name}' is no index of the array.");
                if (path.Length == 1 && edition == Edition.Remove)
                    return new JsonArray(items.RemoveAt(index));
                return Edit(items[index], path[1..], edition, value).Then<Json>(edited => new JsonArray(items.SetItem(index, edited)));
            default:
                return Malformed($"'{name}' leads into a value that has no members.");
        }
    }

    private static int? Index(string segment, int last) =>
        int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index <= last && (segment.Length == 1 || segment[0] != '0') ? index : null;
}
