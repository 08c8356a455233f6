using System.Collections.Immutable;
using Strata.Delivery.Opa;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Server.Access;
using Strata.Server.Documentation;
using Strata.Server.Http;

namespace Strata.Server.Policies;

/// <summary>What OPA asks for and tells: the paths that its protocols fix (https://www.openpolicyagent.org/docs/management-introduction).</summary>
internal static class PolicyEndpoints
{
    public static void MapPolicies(this IEndpointRouteBuilder routes)
    {
        var opa = routes.MapGroup("/opa").WithTags("OPA");
        QueryParameters.Describe(opa);
        opa.MapGet("/keys", GetKeys).Needs(Permission.Public, "GetBundleKeys", "What verifies bundles, and the configuration of an OPA that fetches them")
            .Produces<BundleKeysResponse>();
        opa.MapGet("/bundles/{platform}", GetBundleAsync).Needs(Permission.ReadBundle, "GetBundle", "The platform's policies and data, signed; held with `Prefer: wait=`")
            .Produces<Stream>(StatusCodes.Status200OK, OpaBundle.MediaType).Produces(StatusCodes.Status304NotModified);
        opa.MapPost("/status", ReportAsync).Needs(Permission.ReportBundles, "ReportStatus", "OPA's status report: which revision of each platform's bundle it serves")
            .Accepts<JsonObject>(Reply.JsonType).Produces<OpaReportResponse>()
            .ExampleRequest("""{"labels":{"id":"opa-1"},"bundles":{"dcoder":{"active_revision":"5d41402abc4b2a765d41402abc4b2a76"}}}""");
        opa.MapPost("/logs", LogAsync).Needs(Permission.ReportBundles, "LogDecisions", "OPA's decision logs, gzip: counted, and nothing of them is kept")
            .Accepts<JsonArray>(Reply.JsonType).Produces<OpaReportResponse>();
    }

    private static Reply GetKeys(HttpRequest request, BundleSigner signer) =>
        Reply.Ok(BundleKeysResponse.Of(signer, $"{request.Scheme}://{request.Host}/opa"), WireJson.Shapes.BundleKeysResponse);

    private static Task<IResult> GetBundleAsync(HttpContext context, PlatformId platform, HeldBundles bundles, CancellationToken cancellationToken) =>
        bundles.AnswerAsync(context, platform, cancellationToken);

    private static async Task<IResult> ReportAsync(HttpContext context, OpaReports reports, CancellationToken cancellationToken) =>
        Answer(await reports.StatusAsync(context, cancellationToken));

    private static async Task<IResult> LogAsync(HttpContext context, OpaReports reports, CancellationToken cancellationToken) =>
        Answer(await reports.LogsAsync(context, cancellationToken));

    private static IResult Answer(Result<OpaReportResponse> taken) =>
        taken.TryGet(out var response, out var error) ? Reply.Ok(response, WireJson.Shapes.OpaReportResponse) : new Refusal(error);
}

/// <summary>What verifies bundles.</summary>
/// <param name="Keys">The keys that sign.</param>
/// <param name="Configuration">An OPA's configuration, YAML, with PLATFORM and a token's path to be filled in.</param>
public sealed record BundleKeysResponse(ImmutableArray<BundleKeyResponse> Keys, string Configuration)
{
    internal static BundleKeysResponse Of(BundleSigner signer, string address) => new(
        [new BundleKeyResponse(signer.KeyId, BundleSigner.Algorithm, signer.PublicKey)],
        $$"""
        services:
          strata:
            url: {{address}}
            credentials: { bearer: { token_path: /run/secrets/strata-token } }
        keys:
          {{signer.KeyId}}:
            algorithm: {{BundleSigner.Algorithm}}
            key: |
              {{signer.PublicKey.ReplaceLineEndings("\n      ")}}
        bundles:
          PLATFORM:
            service: strata
            resource: bundles/PLATFORM
            polling: { long_polling_timeout_seconds: 30 }
            signing: { keyid: {{signer.KeyId}} }
        status: { service: strata }
        decision_logs: { service: strata }

        """);
}

/// <summary>A public key.</summary>
/// <param name="Kid">Its name in signatures.</param>
/// <param name="Alg">The algorithm.</param>
/// <param name="Pem">The key.</param>
public sealed record BundleKeyResponse(string Kid, string Alg, string Pem);
