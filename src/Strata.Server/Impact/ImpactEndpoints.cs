using Strata.Model;
using Strata.Model.Documents;
using Strata.Server.Access;
using Strata.Server.Documentation;
using Strata.Server.Http;
using Strata.Server.Layers;

namespace Strata.Server.Impact;

/// <summary>"Who changes if I do this?", before it is done.</summary>
internal static class ImpactEndpoints
{
    public static void MapImpact(this IEndpointRouteBuilder routes) => routes
        .MapPost("/platforms/{platform}/impact", PreviewAsync).Needs(Permission.WritePlatform, "PreviewImpact", "Whom a patch of the platform, or a segment as it is to be, would reach")
            .WithTags("Platforms").IfMatch(required: false)
        .Accepts<ImpactRequest>(Reply.JsonType).Produces<ImpactResponse>()
        .ExampleRequest("""{"patch":{"quotas":{"requestsPerMinute":300}}}""");

    private static async Task<IResult> PreviewAsync(
        HttpContext context, PlatformId platform, LayerJudge judge, LayerWrites writes, ImpactPreview preview, CancellationToken cancellationToken)
    {
        if (!(await RequestBody.ReadObjectAsync(context, cancellationToken)).Then(ImpactRequest.Read).TryGet(out var request, out var error)
            || !(await judge.ContextAsync(LayerKey.Platform(platform), cancellationToken)).TryGet(out var surroundings, out error)
            || !request.Layer(platform).TryGet(out var layer, out error))
            return new Refusal(error);
        var present = (await writes.HeadAsync(layer, cancellationToken))!;
        if (Preconditions.IfMatch(context.Request, LayerRequests.ETag(present), required: false) is { } stale)
            return new Refusal(stale);
        if (!request.Propose(surroundings.Platform, layer, judge).TryGet(out var proposal, out error))
            return new Refusal(error);
        // Judged like the write: only what it changes.
        if (judge.Judge(proposal with { Before = present.Document }, surroundings) is { Refusal: { } refusal })
            return new Refusal(refusal);
        var report = await preview.OfAsync(surroundings.Platform, LayerJudge.With(surroundings.Platform, proposal.Layer, proposal.After), cancellationToken);
        return Reply.Ok(ImpactResponse.Of(report), WireJson.Shapes.ImpactResponse);
    }
}

/// <summary>A change to be thought through: one of the two.</summary>
/// <param name="Patch">A patch of the platform's sparse document: an object is a merge patch, an array a JSON Patch.</param>
/// <param name="Segment">A segment as it is to be, with its <c>id</c>.</param>
public sealed record ImpactRequest(Json? Patch, JsonObject? Segment)
{
    internal static Result<ImpactRequest> Read(JsonObject body)
    {
        var members = new BodyMembers(body);
        var request = new ImpactRequest(members.Optional("patch"), members.OptionalObject("segment"));
        if (request is { Patch: null, Segment: null } or { Patch: not null, Segment: not null })
            members.Refuse<Json>("patch", "oneOf", "or /segment must be present, and not both");
        return members.Error is { } error ? error : request;
    }

    /// <summary>The layer that would be changed.</summary>
    internal Result<LayerKey> Layer(PlatformId platform)
    {
        if (Segment is null)
            return LayerKey.Platform(platform);
        return SegmentId.TryParse(Segment["id"].Text(), out var id)
            ? LayerKey.Segment(platform, id)
            : new Error(ErrorCodes.InvalidArgument, $"'/segment/id' {Slug.Expected}.");
    }

    internal Result<Proposal> Propose(PlatformLayers platform, LayerKey layer, LayerJudge judge)
    {
        if (Segment is not null)
            return new Proposal(layer, JsonObject.Empty, Segment.Without("id"), RevisionKind.Change);
        var patch = new Patch(Patch is JsonArray, Patch!);
        return patch.On(platform.Document, judge.ShapeOf(LayerKind.Platform))
            .Then<Proposal>(document => new Proposal(layer, platform.Document, document, RevisionKind.Change));
    }
}
