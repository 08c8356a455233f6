using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Strata.Embedded.Kong;

/// <summary>
/// A value with its defaults filled in, or as it was given when it is wrong, and what is wrong with it: a text, or faults by field or position. Null: nothing.
/// </summary>
internal readonly record struct Validated(JsonNode? Value, JsonNode? Fault);

/// <summary>The rules of one field, in Kong's order and words. Of several faults of one value Kong tells the first, of records and lists all.</summary>
internal static class FieldValidation
{
    /// <summary>Judges a value that is there; null stands for an explicit null.</summary>
    public static Validated Of(Field field, JsonNode? value)
    {
        if (value is null)
            return new Validated(null, field.IsRequired ? "required field missing" : null);
        if (field.IsNull)
            return new Validated(value.DeepClone(), "value must be null");
        var judged = field.Type switch
        {
            FieldType.Any => new Validated(value.DeepClone(), null),
            FieldType.Array => List(field, value, "expected an array", isSet: false),
            FieldType.Set => List(field, value, "expected a set", isSet: true),
            FieldType.Map => Map(field, value),
            FieldType.Record => Record(field, value),
            FieldType.String => Scalar(value, value.AsScalar() is string, "expected a string"),
            FieldType.Boolean => Scalar(value, value.AsScalar() is bool, "expected a boolean"),
            FieldType.Number => Scalar(value, value.AsScalar() is double, "expected a number"),
            FieldType.Integer => Scalar(value, value.AsScalar() is double number && number == Math.Floor(number), "expected an integer"),
            FieldType.Foreign => throw new ArgumentException("foreign fields are judged with their entity", nameof(field)),
        };
        return judged.Fault is null && Rules(field, value) is { } fault ? judged with { Fault = fault } : judged;
    }

    /// <summary>What a missing field becomes: its default, the defaults of its fields, or null; nothing when it has to be given.</summary>
    public static Validated OfMissing(Field field)
    {
        if (field.Default is not null)
            return new Validated(field.Default.DeepClone(), null);
        if (field.IsRequired && field.Type == FieldType.Record)
            return Record(field with { Checks = [] }, new JsonObject());
        return new Validated(null, field.IsRequired ? "required field missing" : null);
    }

    /// <summary>Judges the fields of a record, then the rules across them.</summary>
    public static Validated Record(Field record, JsonNode value)
    {
        if (AsObject(value) is not { } members)
            return new Validated(value.DeepClone(), "expected a record");
        var (filled, faults) = (new JsonObject(), new JsonObject());
        foreach (var (name, field) in record.Fields)
            Put(filled, faults, name, Member(field, members, name));
        foreach (var (name, _) in members.Where(member => !record.Fields.ContainsKey(member.Key)))
            faults[name] = "unknown field";
        foreach (var check in record.Checks)
            check(filled, faults);
        return new Validated(filled, faults.Count == 0 ? null : faults);
    }

    /// <summary>Judges a member that may be missing; an explicit null unsets a default.</summary>
    public static Validated Member(Field field, JsonObject members, string name) =>
        members.TryGetPropertyValue(name, out var given) ? Of(field, given) : OfMissing(field);

    /// <summary>Keeps a judged field.</summary>
    public static void Put(JsonObject filled, JsonObject faults, string name, Validated judged)
    {
        filled[name] = judged.Value;
        if (judged.Fault is not null)
            faults[name] = judged.Fault;
    }

    /// <summary>Faults by position, in Kong's form: null where there is none.</summary>
    public static JsonArray? Positions(IReadOnlyList<JsonNode?> faults)
    {
        var last = faults.Count;
        while (last > 0 && faults[last - 1] is null)
            last--;
        return last == 0 ? null : new JsonArray([.. faults.Take(last)]);
    }

    /// <summary>The entries of a list; an empty object is an empty list, too. Null: it is no list.</summary>
    public static JsonArray? AsArray(JsonNode? value) => value switch
    {
        JsonArray array => array,
        JsonObject { Count: 0 } => [],
        _ => null,
    };

    /// <summary>The members of a record; an empty list is an empty record, too. Null: it is none.</summary>
    public static JsonObject? AsObject(JsonNode? value) => value switch
    {
        JsonObject members => members,
        JsonArray { Count: 0 } => [],
        _ => null,
    };

    /// <summary>A number's value, NaN for anything else.</summary>
    public static double Number(JsonNode node) => node.AsScalar() is double number ? number : double.NaN;

    /// <summary>A text, a <c>double</c> or a <c>bool</c>; null for anything else.</summary>
    public static object? AsScalar(this JsonNode node) => node is not JsonValue value ? null
        : value.TryGetValue(out string? text) ? text
        : value.TryGetValue(out bool truth) ? truth
        : value.TryGetValue(out long whole) ? (double)whole
        : value.TryGetValue(out double number) ? number : null;

    private static Validated Scalar(JsonNode value, bool fits, string otherwise) =>
        new(value.DeepClone(), fits ? null : otherwise);

    private static Validated List(Field field, JsonNode value, string otherwise, bool isSet)
    {
        if (AsArray(value) is not { } items)
            return new Validated(value.DeepClone(), otherwise);
        var judged = items.Select(item => Of(field.Elements!, item)).ToArray();
        var kept = judged.Select(item => item.Value);
        if (isSet && judged.Length > 1)
            kept = kept.DistinctBy(item => item?.AsScalar() ?? item?.ToJsonString());
        return new Validated(new JsonArray([.. kept]), Positions([.. judged.Select(item => item.Fault)]));
    }

    // Of a map Kong tells the first fault only, and not where it is.
    private static Validated Map(Field field, JsonNode value)
    {
        if (AsObject(value) is not { } members)
            return new Validated(value.DeepClone(), "expected a map");
        var filled = new JsonObject();
        foreach (var (name, item) in members)
        {
            if (Of(field.Keys!, JsonValue.Create(name)).Fault is { } key)
                return new Validated(value.DeepClone(), key);
            var judged = Of(field.Elements!, item);
            if (judged.Fault is not null)
                return new Validated(value.DeepClone(), judged.Fault);
            filled[name] = judged.Value;
        }
        return new Validated(filled, null);
    }

    private static string? Rules(Field field, JsonNode value)
    {
        var scalar = value.AsScalar();
        if (!field.OneOf.IsEmpty && (scalar is null || !field.OneOf.Contains(scalar)))
            return string.Create(CultureInfo.InvariantCulture, $"expected one of: {string.Join(", ", field.OneOf)}");
        return scalar switch
        {
            double number => NumberRules(field, number),
            string text => TextRules(field, text),
            bool => null,
            _ => Length(field.MinLength, field.MaxLength, value is JsonArray list ? list.Count : ((JsonObject)value).Count),
        } ?? field.Custom?.Invoke(value);
    }

    private static string? NumberRules(Field field, double number)
    {
        if (field.GreaterThan is { } limit && number <= limit)
            return string.Create(CultureInfo.InvariantCulture, $"value must be greater than {limit}");
        return field.Between is { } range && (number < range.Low || number > range.High)
            ? string.Create(CultureInfo.InvariantCulture, $"value should be between {Math.Floor(range.Low)} and {Math.Floor(range.High)}")
            : null;
    }

    private static string? TextRules(Field field, string text) =>
        Length(field.MinLength ?? 1, field.MaxLength, Encoding.UTF8.GetByteCount(text))
        ?? (field.StartsWith is { } start && !text.StartsWith(start, StringComparison.Ordinal) ? $"should start with: {start}" : null)
        ?? field.None.FirstOrDefault(rule => rule.Pattern.IsMatch(text))?.Fault
        ?? (field.Match is { } match && !match.IsMatch(text) ? $"invalid value: {text}" : null)
        ?? field.All.FirstOrDefault(rule => !rule.Pattern.IsMatch(text))?.Fault
        ?? (field.AnyOf is { } any && !any.Patterns.Any(pattern => pattern.IsMatch(text)) ? any.Fault : null);

    private static string? Length(int? least, int? most, int length) =>
        length < least ? string.Create(CultureInfo.InvariantCulture, $"length must be at least {least}")
        : length > most ? string.Create(CultureInfo.InvariantCulture, $"length must be at most {most}")
        : null;
}
