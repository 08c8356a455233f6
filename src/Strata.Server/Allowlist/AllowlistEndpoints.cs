using Strata.Model;
using Strata.Model.Documents;
using Strata.Server.Access;
using Strata.Server.Documentation;
using Strata.Server.Http;
using Strata.Server.Layers;

namespace Strata.Server.Allowlist;

/// <summary>The installation's provider hosts.</summary>
internal static class AllowlistEndpoints
{
    private const string Changed = "allowlist.changed";

    public static void MapAllowlist(this IEndpointRouteBuilder routes)
    {
        var allowlist = routes.MapGroup("/policies/allowed-hosts").WithTags("Allowlist");
        allowlist.MapGet("", GetAsync).Needs(Permission.ReadAllowlist, "GetAllowlist", "The hosts that model calls may go to").Produces<JsonObject>();
        allowlist.MapPut("", PutAsync).Needs(Permission.WriteAllowlist, "PutAllowlist", "Replace the allowlist").IfMatch(required: true)
            .Accepts<JsonObject>(Reply.JsonType).Produces<WriteResponse>()
            .ExampleRequest("""{"hosts":{"api.openai.com":{"owner":"platform-security","reason":"OpenAI API","regions":["us"]}}}""");
        allowlist.MapPatch("", PatchAsync).Needs(Permission.WriteAllowlist, "PatchAllowlist", "Change the allowlist").IfMatch(required: true)
            .Accepts<JsonObject>(RequestBody.MergePatch, RequestBody.JsonPatch, Reply.JsonType).Produces<WriteResponse>()
            .ExampleRequest("""{"hosts":{"api.groq.com":null}}""");
    }

    private static Task<IResult> GetAsync(HttpContext context, LayerRequests layers, CancellationToken cancellationToken) =>
        layers.ReadAsync(context, LayerKey.Allowlist, cancellationToken);

    private static Task<IResult> PutAsync(HttpContext context, [AsParameters] WriteQuery query, LayerRequests layers, CancellationToken cancellationToken) =>
        layers.PutAsync(new LayerRequest(context, LayerKey.Allowlist, Changed, query), cancellationToken);

    private static Task<IResult> PatchAsync(HttpContext context, [AsParameters] WriteQuery query, LayerRequests layers, CancellationToken cancellationToken) =>
        layers.PatchAsync(new LayerRequest(context, LayerKey.Allowlist, Changed, query), cancellationToken);
}
