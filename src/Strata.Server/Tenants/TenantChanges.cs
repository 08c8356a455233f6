using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Sections;
using Strata.Server.Http;
using Strata.Server.Layers;
using Strata.Storage;

namespace Strata.Server.Tenants;

/// <summary>Changes of what a tenant is and of where it is in its life. Both are writes of its attributes layer.</summary>
internal sealed class TenantChanges(LayerWrites writes, TenantWrites overrides, Acts acts, TenantRegistry registry, SectionCatalog sections)
{
    private static readonly JsonPointer Status = JsonPointer.Of("status");

    /// <summary>What a patch makes of the attributes.</summary>
    public Result<JsonObject> On(JsonObject document, Patch patch) => patch.On(document, sections.Documents.Attributes);

    /// <summary>A patch does not change the status.</summary>
    public static Violation? Objection(JsonObject before, JsonObject after) =>
        Equals(before["status"], after["status"]) ? null : new Violation(Status, "readOnly", "is changed by suspend and resume only");

    /// <summary>Suspends or resumes a tenant. Who was already writing the overrides of a suspended one has committed by the answer, or never will; when that cannot be found out, since its database is away, the writes end with their leases.</summary>
    public async Task<Result<Answer>> ToStatusAsync(
        HttpContext context, TenantId tenant, TenantStatus status, string? reason, CancellationToken cancellationToken)
    {
        if (!acts.Of(context, comment: null, reason).TryGet(out var act, out var error))
            return error;
        var record = (await registry.FindAsync(tenant, cancellationToken))!;
        var command = new WriteCommand
        {
            Layer = LayerKey.Attributes(tenant),
            Propose = document => document.With("status", Json.Of(TenantAttributes.StatusWord(status))),
            Action = status == TenantStatus.Suspended ? "tenant.suspended" : "tenant.resumed",
            Act = act,
            Demand = head => Preconditions.IfMatch(context.Request, LayerRequests.ETag(head), required: false),
            IsBound = Preconditions.IsBound(context.Request),
        };
        var answer = await writes.WriteAsync(command, written => Answer(record, written), cancellationToken);
        if (answer.Error is null && status == TenantStatus.Suspended)
            await overrides.SettleAsync(tenant, CancellationToken.None);
        return answer;
    }

    private static Answer Answer(TenantRecord record, Written written)
    {
        var tenant = record with { Attributes = TenantAttributes.Read(written.Verdict.Document), Revision = written.Revision };
        return Reply.Of(
            StatusCodes.Status200OK, TenantResponse.Of(tenant), WireJson.Shapes.TenantResponse,
            ("ETag", TenantResponse.ETag(tenant)), (JsonReply.RevisionHeader, written.Vector.ToString()));
    }
}
