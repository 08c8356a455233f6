using System.Collections.Immutable;

namespace Strata.Model.Documents;

/// <summary>Reading values whose schema has been checked: what has another type reads as absent.</summary>
public static class JsonAccess
{
    /// <summary>A text, or <c>null</c>.</summary>
    public static string? Text(this Json? value) => (value as JsonString)?.Value;

    /// <summary>A number, or <c>null</c>.</summary>
    public static double? Number(this Json? value) => (value as JsonNumber)?.Value;

    /// <summary>Whether the value is <c>true</c>.</summary>
    public static bool IsTrue(this Json? value) => value is JsonBoolean { Value: true };

    /// <summary>The texts of an array; empty when it is none.</summary>
    public static ImmutableArray<string> Texts(this Json? value) =>
        value is JsonArray { Items: var items } ? [.. items.OfType<JsonString>().Select(text => text.Value)] : [];

    /// <summary>A member's value, or <c>null</c>.</summary>
    public static Json? Member(this Json? value, string name) => (value as JsonObject)?[name];

    /// <summary>The members of an object; none when it is no object.</summary>
    public static IEnumerable<KeyValuePair<string, Json>> Entries(this Json? value) => value is JsonObject members ? members.Members.ToArray() : [];
}
