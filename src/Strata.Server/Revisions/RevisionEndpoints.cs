using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Strata.Model;
using Strata.Model.Diff;
using Strata.Model.Documents;
using Strata.Server.Access;
using Strata.Server.Documentation;
using Strata.Server.Http;
using Strata.Server.Layers;
using Strata.Storage;

namespace Strata.Server.Revisions;

/// <summary>Which layer's history a group of routes shows, and who may read it and roll it back.</summary>
/// <param name="Name">The operations' names end with it, e.g. <c>Platform</c>.</param>
/// <param name="KeyOf">The layer that the path names; <c>null</c> when it cannot be one.</param>
/// <param name="Read">Who may read.</param>
/// <param name="Write">Who may roll back.</param>
/// <param name="Action">The audit event's action of a rollback.</param>
internal sealed record History(string Name, Func<RouteValueDictionary, LayerKey?> KeyOf, Permission Read, Permission Write, string Action)
{
    public static readonly History Platform = new(
        "Platform", Key<PlatformId>("platform", PlatformId.TryParse, LayerKey.Platform), Permission.ReadPlatform, Permission.WritePlatform, "platform.rolledBack");
    public static readonly History Segment = new("Segment", SegmentKey, Permission.ReadPlatform, Permission.WritePlatform, "segment.rolledBack");
    public static readonly History Allowlist = new(
        "Allowlist", _ => LayerKey.Allowlist, Permission.ReadAllowlist, Permission.WriteAllowlist, "allowlist.rolledBack");
    public static readonly History Attributes = new(
        "TenantAttributes", Key<TenantId>("tenant", TenantId.TryParse, LayerKey.Attributes),
        Permission.ReadTenant, Permission.AdministerTenant, "tenant.rolledBack");
    public static readonly History Tenant = new(
        "Tenant", Key<TenantId>("tenant", TenantId.TryParse, LayerKey.Tenant), Permission.ReadTenant, Permission.WriteOverrides, "overrides.rolledBack");

    private static Func<RouteValueDictionary, LayerKey?> Key<T>(string name, TryParse<T> parse, Func<T, LayerKey> key) =>
        route => parse(route[name] as string, out var id) ? key(id) : null;

    private static LayerKey? SegmentKey(RouteValueDictionary route) =>
        PlatformId.TryParse(route["platform"] as string, out var platform) && SegmentId.TryParse(route["segment"] as string, out var segment)
            ? LayerKey.Segment(platform, segment)
            : null;
}

/// <summary>History, diff and rollback: the same for every layer.</summary>
internal static class RevisionEndpoints
{
    public static void MapRevisions(this IEndpointRouteBuilder routes, string prefix, History history)
    {
        var group = routes.MapGroup(prefix).WithMetadata(history).WithTags("Revisions");
        group.MapGet("", ListAsync).Needs(history.Read, $"List{history.Name}Revisions", "History, newest first").Produces<RevisionPage>();
        group.MapGet("/{number:long:min(0)}", GetAsync).Needs(history.Read, $"Get{history.Name}Revision", "One revision with its document")
            .Produces<RevisionResponse>();
        group.MapGet("/diff", DiffAsync).Needs(history.Read, $"Diff{history.Name}Revisions", "What differs between two revisions").Produces<DiffResponse>()
            .ExampleAnswer("""{"from":6,"to":7,"changes":[{"pointer":"/quotas/requestsPerMinute","op":"replace","before":300,"after":400}]}""");
        group.MapPost("/{number:long:min(0)}/rollback", RollBackAsync).Needs(history.Write, $"RollBack{history.Name}", "Put an old document in force again, as a new revision")
            .IfMatch(required: false)
            .Accepts<RollbackRequest>(isOptional: true, Reply.JsonType).Produces<WriteResponse>()
            .ExampleRequest("""{"comment":"Back to before the launch"}""");
    }

    private static async Task<IResult> ListAsync(HttpContext context, [AsParameters] Paging paging, LayerStore store, CancellationToken cancellationToken)
    {
        if (!(await FindHeadAsync(context, store, cancellationToken)).TryGet(out var head, out var error)
            || !paging.Start(head.Layer.Text, static key => TryParse(key, out _)).TryGet(out var page, out error))
            return new Refusal(error);
        long? before = TryParse(page.After, out var number) ? number : null;
        var found = await store.RevisionsAsync(head.Layer, before, page.Limit + 1, cancellationToken);
        var items = found.Take(page.Limit).Select(revision => RevisionResponse.Of(revision, ShowsAuthor(context, revision))).ToList();
        var next = found.Length > page.Limit ? Paging.Encode(head.Layer.Text, items[^1].Number.ToString(CultureInfo.InvariantCulture)) : null;
        return Reply.Ok(new RevisionPage([.. items], next), WireJson.Shapes.RevisionPage);
    }

    private static async Task<IResult> GetAsync(HttpContext context, long number, LayerStore store, CancellationToken cancellationToken)
    {
        if (!(await FindHeadAsync(context, store, cancellationToken)).TryGet(out var head, out var error))
            return new Refusal(error);
        if (await store.FindRevisionAsync(head.Layer, number, cancellationToken) is not { } revision)
            return new Refusal(NoRevision(number));
        return Reply.Ok(RevisionResponse.Of(revision, ShowsAuthor(context, revision)) with { Document = revision.Document }, WireJson.Shapes.RevisionResponse);
    }

    private static async Task<IResult> DiffAsync(
        HttpContext context, [FromQuery] long? from, [FromQuery] long? to, LayerStore store, LayerJudge judge, CancellationToken cancellationToken)
    {
        if (!(await FindHeadAsync(context, store, cancellationToken)).TryGet(out var head, out var error))
            return new Refusal(error);
        if (from is null)
            return Refusal.Of(ErrorCodes.InvalidArgument, "from must be given: the number of the older revision, 0 for the empty document of the beginning.");
        var until = to ?? head.Revision.Number;
        if (!(await DocumentAsync(head.Layer, from.Value, store, cancellationToken)).TryGet(out var before, out error)
            || !(await DocumentAsync(head.Layer, until, store, cancellationToken)).TryGet(out var after, out error))
            return new Refusal(error);
        var changes = DocumentDiff.Between(judge.ShapeOf(head.Layer.Kind), before, after);
        return Reply.Ok(new DiffResponse(from.Value, until, DiffEntryResponse.Of(changes)), WireJson.Shapes.DiffResponse);
    }

    private static async Task<IResult> RollBackAsync(
        HttpContext context, long number, [FromQuery] bool? dryRun, LayerStore store, Rollback rollback, CancellationToken cancellationToken)
    {
        if (!(await RequestBody.ReadOptionalObjectAsync(context, cancellationToken)).Then(RollbackRequest.Read).TryGet(out var request, out var error)
            || !(await FindHeadAsync(context, store, cancellationToken)).TryGet(out var head, out error)
            || !(await DocumentAsync(head.Layer, number, store, cancellationToken)).TryGet(out var document, out error))
            return new Refusal(error);
        var action = context.GetEndpoint()!.Metadata.GetRequiredMetadata<History>().Action;
        var wish = new LayerRequest(context, head.Layer, action, new WriteQuery(dryRun, request.Comment));
        return (await rollback.ToAsync(wish, number, document, cancellationToken)).ToReply();
    }

    private static async Task<Result<LayerHead>> FindHeadAsync(HttpContext context, LayerStore store, CancellationToken cancellationToken)
    {
        var history = context.GetEndpoint()!.Metadata.GetRequiredMetadata<History>();
        if (history.KeyOf(context.Request.RouteValues) is not { } layer || await store.FindHeadAsync(layer, cancellationToken) is not { } head)
            return new Error(ErrorCodes.NotFound, "There is no such layer.");
        // A tenant's revisions lie in its own database: an older copy of that must not deny what was acknowledged.
        return layer.Kind == LayerKind.Tenant
            ? await context.RequestServices.GetRequiredService<TenantWrites>().CurrentHeadAsync(layer.TenantId!.Value, cancellationToken)
            : head;
    }

    private static async Task<Result<JsonObject>> DocumentAsync(LayerKey layer, long number, LayerStore store, CancellationToken cancellationToken)
    {
        if (number == 0)
            return JsonObject.Empty;
        return await store.FindRevisionAsync(layer, number, cancellationToken) is { } revision ? revision.Document : NoRevision(number);
    }

    private static bool TryParse(string? key, out long number) => long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool ShowsAuthor(HttpContext context, RevisionHeader revision) =>
        revision.Layer.Kind == LayerKind.Tenant || context.Grant().SeesAuthorsAbove();

    private static Error NoRevision(long number) => new(ErrorCodes.NotFound, $"There is no revision {number}.");
}

/// <summary>A wish to roll back.</summary>
/// <param name="Comment">Why; at most 1000 characters.</param>
public sealed record RollbackRequest(string? Comment)
{
    internal static Result<RollbackRequest> Read(JsonObject body)
    {
        var members = new BodyMembers(body);
        var request = new RollbackRequest(members.OptionalText("comment"));
        return members.Error is { } error ? error : request;
    }
}
