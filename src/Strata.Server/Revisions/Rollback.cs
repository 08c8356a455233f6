using Strata.Model;
using Strata.Model.Documents;
using Strata.Server.Access;
using Strata.Server.Http;
using Strata.Server.Layers;
using Strata.Storage;

namespace Strata.Server.Revisions;

/// <summary>Puts an old document in force again: a write like any other, with a kind of its own.</summary>
internal sealed class Rollback(LayerWrites writes, Acts acts)
{
    public async Task<Result<Answer>> ToAsync(LayerRequest request, long number, JsonObject document, CancellationToken cancellationToken)
    {
        var (context, layer, action, query) = request;
        if (!acts.Of(context, query.Comment).TryGet(out var act, out var error))
            return error;
        var command = new WriteCommand
        {
            Layer = layer,
            Propose = present => layer.Kind == LayerKind.Attributes ? KeepStatus(present, document) : document,
            Action = action,
            Act = act,
            Kind = RevisionKind.Rollback,
            Restores = number,
            IsDryRun = query.DryRun == true,
            Demand = head => Preconditions.IfMatch(context.Request, LayerRequests.ETag(head), required: false),
            IsBound = Preconditions.IsBound(context.Request),
            MayWriteSuspended = context.Grant().IsPlatformAdmin(),
        };
        return await writes.WriteAsync(command, WriteResponse.Answer, cancellationToken);
    }

    /// <summary>Who a tenant was comes back; where it is in its life does not: only suspend and resume change that.</summary>
    private static JsonObject KeepStatus(JsonObject present, JsonObject document) =>
        present["status"] is { } status ? document.With("status", status) : document.Without("status");
}
