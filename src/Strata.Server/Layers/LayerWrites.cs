using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Judgement;
using Strata.Model.Sections;
using Strata.Server.Impact;
using Strata.Storage;
using Strata.Storage.Effective;

namespace Strata.Server.Layers;

/// <summary>
/// The write path of every layer: read the head, make the new document, judge it, and either tell what would happen or commit it together
/// with its answer and signal the change.
/// </summary>
internal sealed class LayerWrites(
    LayerStore store, TenantWrites tenants, LayerJudge judge, ImpactPreview preview, ChangeSignals signals, SectionCatalog sections)
{
    private const int MaxAttempts = 5;

    /// <summary>Writes.</summary>
    /// <param name="command">The wish.</param>
    /// <param name="answer">Makes what the client gets; it is stored with the commit, so it is made before.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    public async Task<Result<Answer>> WriteAsync(WriteCommand command, Func<Written, Answer> answer, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (!(await JudgeAsync(command, cancellationToken)).TryGet(out var judged, out var error))
                return error;
            if (command.IsDryRun)
                return answer(await ThinkThroughAsync(judged, judged.Head.Revision, cancellationToken) with { IsDryRun = true });
            if (judged.Verdict.Refusal is { } refusal)
                return refusal;
            if (judged.Verdict.Document.Equals(judged.Head.Document))
                return answer(judged.At(judged.Head.Revision, sections));
            var written = await ThinkThroughAsync(judged, judged.Head.Revision.Next, cancellationToken);
            var reply = answer(written);
            var committed = await CommitAsync(judged.ToChange(command) with { TenantsAffected = written.Impact?.TenantsAffected }, command.Act, reply, cancellationToken);
            if (committed is null)
            {
                signals.Publish(command.Layer);
                return reply;
            }
            if (committed.Code != ErrorCodes.RevisionMismatch || command.IsBound)
                return committed;
            if (attempt == MaxAttempts)
                return new Error(ErrorCodes.Unavailable, "Others write the same layer all the time; try again.");
        }
    }

    /// <summary>Where a layer stands, as a writer must see it; <c>null</c> when there is no such layer. A segment that never was stands at 0.</summary>
    public async Task<LayerHead?> HeadAsync(LayerKey layer, CancellationToken cancellationToken) => layer.Kind switch
    {
        LayerKind.Tenant => await tenants.CurrentHeadAsync(layer.TenantId!.Value, cancellationToken),
        LayerKind.Segment => await store.FindHeadAsync(layer, cancellationToken) ?? new LayerHead(layer, default, JsonObject.Empty, default),
        _ => await store.FindHeadAsync(layer, cancellationToken),
    };

    /// <summary>
    /// Where a layer stood when it was last published: enough for a preview of many tenants, since it takes no look into the database of each.
    /// <c>null</c> when there is no such layer.
    /// </summary>
    public Task<LayerHead?> PublishedHeadAsync(LayerKey layer, CancellationToken cancellationToken) => store.FindHeadAsync(layer, cancellationToken);

    private async Task<Result<Judged>> JudgeAsync(WriteCommand command, CancellationToken cancellationToken)
    {
        if (!(await judge.ContextAsync(command.Layer, cancellationToken)).TryGet(out var context, out var error))
            return error;
        if (RefuseStatus(command, context) is { } status)
            return status;
        if (await HeadAsync(command.Layer, cancellationToken) is not { } head)
            return new Error(ErrorCodes.NotFound, $"There is no layer '{command.Layer}'.");
        if (command.Demand(head) is { } demand)
            return demand;
        return command.Propose(head.Document).Then<Judged>(document =>
        {
            var verdict = judge.Judge(new Proposal(command.Layer, head.Document, document, command.Kind), context);
            var objection = command.Objection(head.Document, document);
            return new Judged(head, context, objection is null ? verdict : verdict with { Violations = [objection, .. verdict.Violations] });
        });
    }

    private static Error? RefuseStatus(WriteCommand command, LayerContext context) => context.Tenant is { } tenant
        ? TenantAttributes.RefusalOfWrite(tenant.Layers.Attributes.Status, command.Layer.Kind, command.MayWriteSuspended)
        : null;

    private async Task<Written> ThinkThroughAsync(Judged judged, Revision revision, CancellationToken cancellationToken) => judged.At(revision, sections) with
    {
        Impact = await preview.OfAsync(judged.Head, judged.Verdict, judged.Context, cancellationToken),
    };

    private async Task<Error?> CommitAsync(Change change, Act act, Answer answer, CancellationToken cancellationToken) => change.Layer.Kind == LayerKind.Tenant
        ? (await tenants.CommitAsync(change, act, answer, cancellationToken)).Error
        : (await store.CommitAsync([change], act, answer, cancellationToken)).Error;

    private sealed record Judged(LayerHead Head, LayerContext Context, Verdict Verdict)
    {
        public Written At(Revision revision, SectionCatalog sections) => new(Head.Layer, Verdict, revision, Vector(revision, sections));

        public Change ToChange(WriteCommand command) => new()
        {
            Layer = command.Layer,
            Base = Head.Revision.Number,
            Kind = command.Kind,
            Document = Verdict.Document,
            Restores = command.Restores,
            Action = command.Action,
            MayWriteSuspended = command.MayWriteSuspended,
        };

        /// <summary>What the tenant is as of a revision, which decides what segments it is in.</summary>
        private TenantAttributes AttributesAt(Revision revision) => TenantAttributes.Read(revision == Head.Revision ? Head.Document : Verdict.Document);

        private RevisionVector Vector(Revision revision, SectionCatalog sections) => (Head.Layer.Kind, Context) switch
        {
            (LayerKind.Tenant, { Tenant: { } tenant, Above: { } above }) => (tenant with { Overrides = revision }).VectorUnder(above, sections),
            (LayerKind.Attributes, { Tenant: { } tenant, Above: { } above }) => (tenant with { Attributes = revision, Layers = tenant.Layers with { Attributes = AttributesAt(revision) } })
                .VectorUnder(above, sections),
            _ => new RevisionVector(sections.Version, [(Head.Layer.Name, revision)]),
        };
    }
}
