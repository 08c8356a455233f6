using Microsoft.AspNetCore.Mvc;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Sections;
using Strata.Server.Access;
using Strata.Server.Documentation;
using Strata.Server.Http;
using Strata.Server.Layers;
using Strata.Storage.Effective;

namespace Strata.Server.Configuration;

/// <summary>A tenant's effective configuration, why it is so, and the tenant's own overrides.</summary>
internal static class ConfigurationEndpoints
{
    private const string Changed = "overrides.changed";

    public static void MapConfiguration(this IEndpointRouteBuilder routes)
    {
        var config = routes.MapGroup("/tenants/{tenant}/config").WithTags("Effective configuration");
        config.MapGet("", ReadAsync).Needs(Permission.ReadEffective, "GetConfig", "The effective document").Produces<JsonObject>()
            .ExampleAnswer("""{"quotas":{"requestsPerMinute":400,"users":100}}""");
        config.MapGet("/{section}", ReadSectionAsync).Needs(Permission.ReadEffective, "GetConfigSection", "A section of it").Produces<JsonObject>();
        config.MapGet("/explain", ExplainAsync).Needs(Permission.ReadTenant, "ExplainConfig", "Why values are what they are").Produces<ExplainResponse>()
            .ExampleAnswer("""
                {"items":[{"pointer":"/quotas/requestsPerMinute","value":300,"layer":"platform","revision":12,"author":"platform",
                "at":"2026-11-23T10:00:00Z","rule":"atMost","narrowed":true,"shadowed":[{"layer":"tenant","revision":7,"value":400}]}]}
                """);

        var overrides = routes.MapGroup("/tenants/{tenant}/overrides").WithTags("Overrides");
        overrides.MapGet("", ReadOverridesAsync).Needs(Permission.ReadTenant, "GetOverrides", "What the tenant sets itself").Produces<JsonObject>();
        overrides.MapPatch("", PatchAsync).Needs(Permission.WriteOverrides, "PatchOverrides", "Change what the tenant sets").IfMatch(required: true)
            .Accepts<JsonObject>(RequestBody.MergePatch, RequestBody.JsonPatch, Reply.JsonType).Produces<WriteResponse>()
            .ExampleRequest("""{"quotas":{"requestsPerMinute":400}}""")
            .ExampleAnswer("""
                {"document":{"quotas":{"requestsPerMinute":400}},"revision":8,"diff":{"from":7,"to":8,"changes":[{"pointer":"/quotas/requestsPerMinute","op":"replace","before":300,
                "after":400}]},"narrowed":[],"withheld":[],"warnings":[],"operations":{}}
                """);
        overrides.MapGet("/{section}", ReadOverridesSectionAsync).Needs(Permission.ReadTenant, "GetOverridesSection", "What the tenant sets in a section")
            .Produces<JsonObject>();
        overrides.MapPut("/{section}", PutSectionAsync).Needs(Permission.WriteOverrides, "PutOverridesSection", "Replace what the tenant sets in a section")
            .IfMatch(required: true)
            .Accepts<JsonObject>(Reply.JsonType).Produces<WriteResponse>().ExampleRequest("""{"requestsPerMinute":400}""");
        overrides.MapDelete("/{section}", DeleteSectionAsync).Needs(Permission.WriteOverrides, "DeleteOverridesSection", "Back to the inherited section")
            .IfMatch(required: true)
            .Produces<WriteResponse>();
    }

    private static async Task<IResult> ReadAsync(
        HttpContext context, TenantId tenant, [FromQuery] string? minRevision, Snapshots snapshots, CancellationToken cancellationToken) =>
        (await SnapshotAsync(tenant, minRevision, snapshots, cancellationToken)).TryGet(out var snapshot, out var refusal)
            ? JsonReply.Of(context, snapshot.Bytes, snapshot.ETag, snapshot.Revision)
            : Refuse(refusal);

    private static async Task<IResult> ReadSectionAsync(
        HttpContext context, TenantId tenant, string section, [FromQuery] string? minRevision, Snapshots snapshots, SectionCatalog sections, CancellationToken cancellationToken)
    {
        if (sections.Find(section) is null)
            return Refusal.Of(ErrorCodes.NotFound, $"There is no section '{section}'; the sections are {string.Join(", ", SectionCatalog.Names)}.");
        if (!(await SnapshotAsync(tenant, minRevision, snapshots, cancellationToken)).TryGet(out var snapshot, out var refusal))
            return Refuse(refusal);
        var part = Json.Parse(snapshot.Bytes.Span).Value.Member(section) ?? JsonObject.Empty;
        return JsonReply.Of(context, part, EffectiveETag.Of(part), snapshot.Revision);
    }

    private static async Task<IResult> ExplainAsync(
        HttpContext context, TenantId tenant, [FromQuery] string? pointer, Explaining explaining, Snapshots snapshots, CancellationToken cancellationToken)
    {
        if (!ExplainPointer.Read(pointer).TryGet(out var at, out var error))
            return new Refusal(error);
        if (!(await SnapshotAsync(tenant, null, snapshots, cancellationToken)).TryGet(out var snapshot, out var refusal))
            return Refuse(refusal);
        var items = await explaining.OfAsync(snapshot, at, context.Grant().SeesAuthorsAbove(), cancellationToken);
        return Reply.Ok(new ExplainResponse(items), WireJson.Shapes.ExplainResponse, (JsonReply.RevisionHeader, snapshot.Revision));
    }

    private static Task<IResult> ReadOverridesAsync(HttpContext context, TenantId tenant, LayerRequests layers, CancellationToken cancellationToken) =>
        layers.ReadAsync(context, LayerKey.Tenant(tenant), cancellationToken);

    private static Task<IResult> ReadOverridesSectionAsync(
        HttpContext context, TenantId tenant, string section, LayerRequests layers, CancellationToken cancellationToken) =>
        layers.ReadSectionAsync(context, LayerKey.Tenant(tenant), section, cancellationToken);

    private static Task<IResult> PatchAsync(
        HttpContext context, TenantId tenant, [AsParameters] WriteQuery query, LayerRequests layers, CancellationToken cancellationToken) =>
        layers.PatchAsync(new LayerRequest(context, LayerKey.Tenant(tenant), Changed, query), cancellationToken);

    private static Task<IResult> PutSectionAsync(
        HttpContext context, TenantId tenant, string section, [AsParameters] WriteQuery query, LayerRequests layers, CancellationToken cancellationToken) =>
        layers.PutSectionAsync(new LayerRequest(context, LayerKey.Tenant(tenant), Changed, query), section, cancellationToken);

    private static Task<IResult> DeleteSectionAsync(
        HttpContext context, TenantId tenant, string section, [AsParameters] WriteQuery query, LayerRequests layers, CancellationToken cancellationToken) =>
        layers.DeleteSectionAsync(new LayerRequest(context, LayerKey.Tenant(tenant), Changed, query), section, cancellationToken);

    private static async ValueTask<Result<Snapshot>> SnapshotAsync(
        TenantId tenant, string? minRevision, Snapshots snapshots, CancellationToken cancellationToken)
    {
        RevisionVector? minimum = null;
        if (minRevision is not null && (minimum = RevisionVector.TryParse(minRevision)) is null)
            return new Error(ErrorCodes.InvalidArgument, "minRevision must be the X-Strata-Revision of an earlier answer.");
        var snapshot = await (minimum is null ? snapshots.FindAsync(tenant, cancellationToken) : snapshots.FindAsync(tenant, minimum, cancellationToken));
        if (snapshot is null)
            return new Error(ErrorCodes.Conflict, $"The tenant '{tenant}' is still being made.");
        return minimum is null || snapshot.Vector.IsAtLeast(minimum)
            ? snapshot
            : new Error(ErrorCodes.Unavailable, $"The newest configuration here is {snapshot.Revision}, which is from before minRevision.");
    }

    private static Refusal Refuse(Error error) => new(error) { RetryAfter = error.Code == ErrorCodes.Unavailable ? 1 : null };
}
