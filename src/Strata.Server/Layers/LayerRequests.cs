using Microsoft.AspNetCore.Mvc;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Sections;
using Strata.Server.Access;
using Strata.Server.Http;
using Strata.Storage;

namespace Strata.Server.Layers;

/// <summary>The query of every write of a layer.</summary>
/// <param name="DryRun">Only tell what would happen.</param>
/// <param name="Comment">A comment on the revision, at most 1000 characters.</param>
public readonly record struct WriteQuery([FromQuery(Name = "dryRun")] bool? DryRun, [FromQuery(Name = "comment")] string? Comment);

/// <summary>A request about a layer.</summary>
/// <param name="Context">The request.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Action">The audit event's action.</param>
/// <param name="Query">Its query.</param>
internal sealed record LayerRequest(HttpContext Context, LayerKey Layer, string Action, WriteQuery Query)
{
    /// <summary>What refuses the new document beside its judgement, from the present and the new one; <c>null</c> for nothing.</summary>
    public Func<JsonObject, JsonObject, Violation?> Objection { get; init; } = static (_, _) => null;
}

/// <summary>What platforms, tenants and the allowlist have in common over HTTP: read the sparse document, patch it, put or delete a section.</summary>
internal sealed class LayerRequests(LayerWrites writes, LayerJudge judge, Acts acts, SectionCatalog sections)
{
    /// <summary>The sparse document with the ETag that writes are based on.</summary>
    public async Task<IResult> ReadAsync(HttpContext context, LayerKey layer, CancellationToken cancellationToken) =>
        await ReadAsync(context, layer, static document => document, cancellationToken);

    /// <summary>A section of the sparse document; <c>{}</c> where the layer sets nothing in it.</summary>
    public async Task<IResult> ReadSectionAsync(HttpContext context, LayerKey layer, string section, CancellationToken cancellationToken) =>
        sections.Find(section) is null ? NoSection(section) : await ReadAsync(context, layer, document => document[section] ?? JsonObject.Empty, cancellationToken);

    /// <summary>Applies the body, a merge patch or JSON Patch.</summary>
    public async Task<IResult> PatchAsync(LayerRequest request, CancellationToken cancellationToken)
    {
        if (!(await RequestBody.ReadPatchAsync(request.Context, cancellationToken)).TryGet(out var patch, out var error))
            return new Refusal(error);
        var shape = judge.ShapeOf(request.Layer.Kind);
        return await WriteAsync(request, document => patch.On(document, shape), cancellationToken);
    }

    /// <summary>Puts the body in a section's place.</summary>
    public async Task<IResult> PutSectionAsync(LayerRequest request, string section, CancellationToken cancellationToken)
    {
        if (sections.Find(section) is null)
            return NoSection(section);
        if (!(await RequestBody.ReadJsonAsync(request.Context, cancellationToken)).TryGet(out var body, out var error))
            return new Refusal(error);
        return await WriteAsync(request, document => document.With(section, body), cancellationToken);
    }

    /// <summary>Unsets a section, so that the inherited one shows.</summary>
    public async Task<IResult> DeleteSectionAsync(LayerRequest request, string section, CancellationToken cancellationToken) =>
        sections.Find(section) is null ? NoSection(section) : await WriteAsync(request, document => document.Without(section), cancellationToken);

    /// <summary>Puts the body, an object, in the document's place.</summary>
    public async Task<IResult> PutAsync(LayerRequest request, CancellationToken cancellationToken)
    {
        if (!(await RequestBody.ReadObjectAsync(request.Context, cancellationToken)).TryGet(out var body, out var error))
            return new Refusal(error);
        return await WriteAsync(request, _ => body, cancellationToken);
    }

    /// <summary>Writes what <paramref name="propose"/> makes of the present document; needs <c>If-Match</c> unless it is a dry run.</summary>
    public async Task<IResult> WriteAsync(LayerRequest request, Func<JsonObject, Result<JsonObject>> propose, CancellationToken cancellationToken)
    {
        var (context, layer, action, query) = request;
        if (!acts.Of(context, query.Comment).TryGet(out var act, out var error))
            return new Refusal(error);
        var command = new WriteCommand
        {
            Layer = layer,
            Propose = propose,
            Objection = request.Objection,
            Action = action,
            Act = act,
            IsDryRun = query.DryRun == true,
            Demand = head => Preconditions.IfMatch(context.Request, ETag(head), required: query.DryRun != true),
            IsBound = Preconditions.IsBound(context.Request),
            MayWriteSuspended = context.Grant().IsPlatformAdmin(),
        };
        return (await writes.WriteAsync(command, WriteResponse.Answer, cancellationToken)).ToReply();
    }

    public static string ETag(LayerHead head) => head.Layer.Name.ETag(head.Revision);

    private async Task<IResult> ReadAsync(HttpContext context, LayerKey layer, Func<JsonObject, Json> part, CancellationToken cancellationToken)
    {
        if ((await judge.ContextAsync(layer, cancellationToken)).Error is { } error)
            return new Refusal(error);
        if (await writes.HeadAsync(layer, cancellationToken) is not { } head)
            return Refusal.Of(ErrorCodes.NotFound, $"There is no layer '{layer}'.");
        var vector = new RevisionVector(sections.Version, [(layer.Name, head.Revision)]);
        return JsonReply.Of(context, part(head.Document), ETag(head), vector.ToString());
    }

    private static Refusal NoSection(string section) =>
        Refusal.Of(ErrorCodes.NotFound, $"There is no section '{section}'; the sections are {string.Join(", ", SectionCatalog.Names)}.");
}
