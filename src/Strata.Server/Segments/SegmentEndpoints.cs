using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Server.Access;
using Strata.Server.Documentation;
using Strata.Server.Http;
using Strata.Server.Layers;
using Strata.Server.Platforms;
using Strata.Storage;

namespace Strata.Server.Segments;

/// <summary>A platform's segments.</summary>
internal static class SegmentEndpoints
{
    public static void MapSegments(this IEndpointRouteBuilder routes)
    {
        var segments = routes.MapGroup("/platforms/{platform}/segments").WithTags("Segments");
        segments.MapGet("", ListAsync).Needs(Permission.ReadPlatform, "ListSegments", "The platform's segments, by id").Produces<SegmentPage>();
        segments.MapGet("/{segment}", GetAsync).Needs(Permission.ReadPlatform, "GetSegment", "A segment").Produces<SegmentResponse>()
            .ExampleAnswer("""
                {"id":"free","displayName":"Free","priority":10,"match":{"tier":["free",""]},"config":{"quotas":{"requestsPerMinute":60}},"revision":3}
                """);
        segments.MapPut("/{segment}", PutAsync).Needs(Permission.WritePlatform, "PutSegment", "Make a segment (If-None-Match: *) or replace it (If-Match)")
            .IfMatch(required: false)
            .Accepts<JsonObject>(Reply.JsonType).Produces<WriteResponse>().Produces<WriteResponse>(StatusCodes.Status201Created)
            .ExampleRequest("""{"displayName":"Free","priority":10,"match":{"tier":["free",""]},"config":{"quotas":{"requestsPerMinute":60}}}""");
        segments.MapDelete("/{segment}", DeleteAsync).Needs(Permission.WritePlatform, "DeleteSegment", "Delete a segment; its history stays, and a rollback brings it back")
            .IfMatch(required: true)
            .Produces<WriteResponse>();
    }

    private static async Task<IResult> ListAsync(
        PlatformId platform, [AsParameters] Paging paging, PlatformStore platforms, LayerStore store, CancellationToken cancellationToken)
    {
        var list = $"segments:{platform}";
        if (!paging.StartById(list).TryGet(out var page, out var error))
            return new Refusal(error);
        if (await platforms.FindAsync(platform, cancellationToken) is null)
            return new Refusal(PlatformRequests.NotFound);
        SegmentId? after = page.After is null ? null : SegmentId.Parse(page.After);
        var found = await store.SegmentsAsync(platform, after, page.Limit + 1, cancellationToken);
        var items = found.Take(page.Limit).Select(SegmentResponse.Of).ToImmutableArray();
        return Reply.Ok(new SegmentPage(items, found.Length > page.Limit ? Paging.Encode(list, items[^1].Id) : null), WireJson.Shapes.SegmentPage);
    }

    private static async Task<IResult> GetAsync(HttpContext context, PlatformId platform, string segment, LayerStore store, CancellationToken cancellationToken)
    {
        if (!SegmentId.TryParse(segment, out var id)
            || await store.FindHeadAsync(LayerKey.Segment(platform, id), cancellationToken) is not { Document.Count: > 0 } head)
            return new Refusal(NotFound);
        var etag = LayerRequests.ETag(head);
        return Preconditions.IsNotModified(context.Request, etag)
            ? Reply.NotModified(etag)
            : Reply.Ok(SegmentResponse.Of(head), WireJson.Shapes.SegmentResponse, ("ETag", etag));
    }

    private static async Task<IResult> PutAsync(
        HttpContext context, PlatformId platform, string segment, [AsParameters] WriteQuery query, SegmentWrites writes, CancellationToken cancellationToken)
    {
        if (!SegmentId.TryParse(segment, out var id))
            return Refusal.Of(ErrorCodes.InvalidArgument, $"The segment's id {Slug.Expected} (is '{segment}').");
        if (!(await RequestBody.ReadObjectAsync(context, cancellationToken)).TryGet(out var body, out var error))
            return new Refusal(error);
        return await writes.PutAsync(new LayerRequest(context, LayerKey.Segment(platform, id), "segment.changed", query), body, cancellationToken);
    }

    private static async Task<IResult> DeleteAsync(
        HttpContext context, PlatformId platform, string segment, [AsParameters] WriteQuery query, SegmentWrites writes, CancellationToken cancellationToken) =>
        SegmentId.TryParse(segment, out var id)
            ? await writes.DeleteAsync(new LayerRequest(context, LayerKey.Segment(platform, id), "segment.deleted", query), cancellationToken)
            : new Refusal(NotFound);

    internal static readonly Error NotFound = new(ErrorCodes.NotFound, "There is no such segment.");
}

/// <summary>Writes of segments, which unlike other layers are made by a PUT and can be deleted: a deleted one's document is empty.</summary>
internal sealed class SegmentWrites(LayerWrites writes, Acts acts)
{
    private static readonly Error Empty = new(
        ErrorCodes.SchemaViolation, "'/match' must be present.", [new Violation(JsonPointer.Of("match"), "required", "must be present")]);

    public async Task<IResult> PutAsync(LayerRequest request, JsonObject document, CancellationToken cancellationToken)
    {
        // In storage an empty document is a deleted segment; deleting has a verb of its own.
        if (document.Count == 0)
            return new Refusal(Empty);
        var isNew = false;
        return await WriteAsync(request, Demand, document, Answer, cancellationToken);

        Error? Demand(LayerHead head)
        {
            isNew = head.Document.Count == 0;
            return RefusePut(request, head);
        }

        Answer Answer(Written written) => WriteResponse.Answer(written, isNew && !written.IsDryRun ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    public Task<IResult> DeleteAsync(LayerRequest request, CancellationToken cancellationToken) => WriteAsync(
        request,
        head => head.Document.Count == 0
            ? SegmentEndpoints.NotFound
            : Preconditions.IfMatch(request.Context.Request, LayerRequests.ETag(head), required: request.Query.DryRun != true),
        JsonObject.Empty, WriteResponse.Answer, cancellationToken);

    private static Error? RefusePut(LayerRequest request, LayerHead head)
    {
        var http = request.Context.Request;
        var (exists, isDryRun) = (head.Document.Count > 0, request.Query.DryRun == true);
        if (Preconditions.IsCreation(http))
            return exists ? new Error(ErrorCodes.RevisionMismatch, "The segment exists already (If-None-Match: *).") : null;
        if (exists)
            return Preconditions.IfMatch(http, LayerRequests.ETag(head), required: !isDryRun);
        if (http.Headers.IfMatch.Count > 0)
            return new Error(ErrorCodes.RevisionMismatch, "The segment does not exist, so no revision of it can match.");
        return isDryRun ? null : new Error(ErrorCodes.PreconditionRequired, "A new segment is made with If-None-Match: *.");
    }

    private async Task<IResult> WriteAsync(
        LayerRequest request, Func<LayerHead, Error?> demand, JsonObject document, Func<Written, Answer> answer, CancellationToken cancellationToken)
    {
        if (!acts.Of(request.Context, request.Query.Comment).TryGet(out var act, out var error))
            return new Refusal(error);
        var command = new WriteCommand
        {
            Layer = request.Layer,
            Propose = _ => document,
            Action = request.Action,
            Act = act,
            IsDryRun = request.Query.DryRun == true,
            Demand = demand,
            IsBound = true,
        };
        return (await writes.WriteAsync(command, answer, cancellationToken)).ToReply();
    }
}

/// <summary>A segment.</summary>
/// <param name="Id">Its id within the platform.</param>
/// <param name="DisplayName">Its name for people.</param>
/// <param name="Priority">The higher wins.</param>
/// <param name="Match">Which tenants are in it.</param>
/// <param name="Config">Its sparse document.</param>
/// <param name="Revision">The number of its newest revision.</param>
public sealed record SegmentResponse(string Id, string DisplayName, int Priority, JsonObject Match, JsonObject Config, long Revision)
{
    internal static SegmentResponse Of(LayerHead head)
    {
        var segment = Segment.Read(head.Layer.SegmentId!.Value, head.Document);
        return new SegmentResponse(
            segment.Id.Text, segment.DisplayName, segment.Priority, head.Document["match"] as JsonObject ?? JsonObject.Empty,
            segment.Config, head.Revision.Number);
    }
}

/// <summary>A page of segments, by id.</summary>
/// <param name="Items">The segments.</param>
/// <param name="NextCursor">For the next page; <c>null</c> after the last.</param>
public sealed record SegmentPage(ImmutableArray<SegmentResponse> Items, string? NextCursor);
