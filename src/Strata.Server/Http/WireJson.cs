using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Strata.Server.Http;

/// <summary>Serializers of every shape of the wire, generated at compile time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, Converters = [typeof(JsonValueConverter)])]
[JsonSerializable(typeof(ErrorEnvelope))]
[JsonSerializable(typeof(Health.HealthResponse))]
[JsonSerializable(typeof(Access.TokenResponse))]
[JsonSerializable(typeof(Access.KeySetResponse))]
[JsonSerializable(typeof(Access.DiscoveryResponse))]
internal sealed partial class WireJson : JsonSerializerContext
{
    /// <summary>What answers are written with: quotes and umlauts stand as themselves, since nothing is embedded in HTML.</summary>
    public static readonly WireJson Shapes = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonValueConverter() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
