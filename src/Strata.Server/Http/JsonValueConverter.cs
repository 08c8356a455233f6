using System.Text.Json;
using System.Text.Json.Serialization;
using Strata.Model.Documents;

namespace Strata.Server.Http;

/// <summary>Writes values of the model inside shapes of the wire, as their canonical bytes.</summary>
public sealed class JsonValueConverter : JsonConverter<Json>
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) => typeof(Json).IsAssignableFrom(typeToConvert);

    /// <summary>Not in use: bodies are read by <see cref="RequestBody"/>, which knows what to refuse.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override Json Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(
        Utf8JsonWriter writer, Json value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.ToUtf8(), skipInputValidation: true);
}
