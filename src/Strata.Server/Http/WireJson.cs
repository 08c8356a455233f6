using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Strata.Server.Http;

/// <summary>Serializers of every shape of the wire, generated at compile time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, Converters = [typeof(JsonValueConverter), typeof(UtcTimeConverter)])]
[JsonSerializable(typeof(ErrorEnvelope))]
[JsonSerializable(typeof(Health.HealthResponse))]
[JsonSerializable(typeof(Access.TokenResponse))]
[JsonSerializable(typeof(Access.KeySetResponse))]
[JsonSerializable(typeof(Access.WhoamiResponse))]
[JsonSerializable(typeof(Access.DiscoveryResponse))]
[JsonSerializable(typeof(Layers.WriteResponse))]
[JsonSerializable(typeof(Impact.ImpactResponse))]
[JsonSerializable(typeof(Revisions.RevisionPage))]
[JsonSerializable(typeof(Revisions.RevisionResponse))]
[JsonSerializable(typeof(Revisions.RollbackRequest))]
[JsonSerializable(typeof(Revisions.DiffResponse))]
[JsonSerializable(typeof(Platforms.PlatformPage))]
[JsonSerializable(typeof(Platforms.PlatformResponse))]
[JsonSerializable(typeof(Platforms.CreatePlatformRequest))]
[JsonSerializable(typeof(Segments.SegmentPage))]
[JsonSerializable(typeof(Segments.SegmentResponse))]
[JsonSerializable(typeof(Tenants.TenantPage))]
[JsonSerializable(typeof(Tenants.TenantResponse))]
[JsonSerializable(typeof(Tenants.CreateTenantRequest))]
[JsonSerializable(typeof(Tenants.StatusRequest))]
[JsonSerializable(typeof(Configuration.ExplainResponse))]
[JsonSerializable(typeof(Schemas.SchemaPage))]
[JsonSerializable(typeof(Impact.ImpactRequest))]
[JsonSerializable(typeof(Migrations.MigrationResponse))]
[JsonSerializable(typeof(Audit.AuditPageResponse))]
[JsonSerializable(typeof(Audit.VerificationResponse))]
[JsonSerializable(typeof(Apply.ApplyResponse))]
[JsonSerializable(typeof(Webhooks.DeadLetterPage))]
[JsonSerializable(typeof(Webhooks.DeadLetterReplay))]
[JsonSerializable(typeof(Targets.TargetPage))]
[JsonSerializable(typeof(Targets.PlanResponse))]
[JsonSerializable(typeof(Targets.SyncPage))]
[JsonSerializable(typeof(Policies.BundleKeysResponse))]
[JsonSerializable(typeof(Policies.OpaReportResponse))]
internal sealed partial class WireJson : JsonSerializerContext
{
    /// <summary>What answers are written with: quotes and umlauts stand as themselves, since nothing is embedded in HTML.</summary>
    public static readonly WireJson Shapes = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonValueConverter(), new UtcTimeConverter() },
        NumberHandling = JsonNumberHandling.Strict,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
