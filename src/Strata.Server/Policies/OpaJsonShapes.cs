using System.Text.Json;
using System.Text.Json.Serialization;

namespace Strata.Server.Policies;

/// <summary>The members of OPA's status report that count here (https://www.openpolicyagent.org/docs/management-status); its metrics are passed over unread.</summary>
/// <param name="Labels">What identifies the OPA.</param>
/// <param name="Bundles">Each bundle by name.</param>
internal sealed record OpaStatusReport(Dictionary<string, JsonElement>? Labels, Dictionary<string, OpaBundleStatus>? Bundles);

/// <summary>How a bundle is doing.</summary>
/// <param name="ActiveRevision">What the OPA serves; <c>null</c> before the first activation.</param>
/// <param name="Code">The kind of the last error; <c>null</c> when the last poll went well.</param>
/// <param name="Message">The last error.</param>
/// <param name="Errors">What was wrong with which rule.</param>
internal sealed record OpaBundleStatus(
    [property: JsonPropertyName("active_revision")] string? ActiveRevision, string? Code, string? Message, JsonElement? Errors)
{
    /// <summary>What went wrong in OPA's words; <c>null</c> when nothing did.</summary>
    [JsonIgnore]
    public string? Words => string.IsNullOrEmpty(Code) && string.IsNullOrEmpty(Message)
        ? null
        : Errors is { ValueKind: JsonValueKind.Array } errors && errors.GetArrayLength() > 0 ? $"{Message ?? Code} {errors}" : Message ?? Code;
}

/// <summary>The members of a logged decision that count here (https://www.openpolicyagent.org/docs/management-decision-logs).</summary>
/// <param name="Labels">What identifies the OPA.</param>
/// <param name="Bundles">The bundles that it decided with.</param>
/// <param name="Timestamp">When.</param>
internal sealed record OpaDecisionEvent(Dictionary<string, JsonElement>? Labels, Dictionary<string, OpaDecidedWith>? Bundles, DateTimeOffset Timestamp)
{
    /// <summary>Whether there is a result; it is not read.</summary>
    public Presence Result { get; init; }

    /// <summary>Whether there is an error; it is not read.</summary>
    public Presence Error { get; init; }
}

/// <summary>A bundle that was decided with.</summary>
/// <param name="Revision">Its revision.</param>
internal sealed record OpaDecidedWith(string? Revision);

/// <summary>Whether a member is there, without its value.</summary>
/// <param name="HasValue">It is, and is not <c>null</c>.</param>
[JsonConverter(typeof(PresenceConverter))]
internal readonly record struct Presence(bool HasValue);

/// <summary>Skips a value.</summary>
internal sealed class PresenceConverter : JsonConverter<Presence>
{
    public override Presence Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var isNull = reader.TokenType == JsonTokenType.Null;
        reader.TrySkip(); // never without success: a converter gets its value whole
        return new Presence(!isNull);
    }

    public override void Write(Utf8JsonWriter writer, Presence value, JsonSerializerOptions options) => writer.WriteBooleanValue(value.HasValue);
}

/// <summary>Readers of what OPA sends: it may grow members, so unknown ones are no fault.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip, MaxDepth = 1000)]
[JsonSerializable(typeof(OpaStatusReport))]
[JsonSerializable(typeof(OpaDecisionEvent))]
internal sealed partial class OpaJsonShapes : JsonSerializerContext;
