using System.Collections.Concurrent;
using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Sections;
using Strata.Storage.Delivery;

namespace Strata.Storage;

/// <summary>
/// Writes of tenants' layers. One spans two databases without a distributed transaction: an intent in the shared one, the revision in the tenant's
/// (the moment it becomes durable), then its publication in the shared one. Whoever meets an intent past its lease finishes or abandons it.
/// </summary>
public sealed class TenantWrites
{
    private readonly TenantConnections _tenants;
    private readonly Checkpoints _checkpoints;
    private readonly IntentStore _intents;
    private readonly Publication _publication;

    /// <summary>Opens nothing yet.</summary>
    public TenantWrites(SharedDatabase shared, TenantConnections tenants, SectionCatalog catalog, WriteOptions options, Checkpoints checkpoints)
    {
        (_tenants, _checkpoints) = (tenants, checkpoints);
        _intents = new IntentStore(shared, options);
        _publication = new Publication(shared, tenants, _intents, catalog);
    }

    /// <summary>Where a tenant's layer truly stands: what a new write is to be judged against. Finishes what others have left unfinished first.</summary>
    /// <exception cref="OlderCopyException">The tenant's database is older than what was published from it.</exception>
    public async Task<LayerHead> CurrentHeadAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        var (due, published) = await _intents.StateAsync(tenant, cancellationToken);
        foreach (var intent in due)
            await ResolveAsync(intent, cancellationToken);
        if (!due.IsEmpty)
            published = await _intents.PublishedAsync(tenant, cancellationToken);
        var head = await ReadHeadAsync(published, cancellationToken);
        if (head.Revision.CompareTo(published.Revision) > 0)
            await _publication.PublishAsync(tenant, known: null, intent: null, cancellationToken);
        return head;
    }

    /// <summary>Commits a change of a tenant's layer, publishes it and stores the answer.</summary>
    /// <returns>
    /// The revision, or <c>revision_mismatch</c> when the layer has moved on since <see cref="Change.Base"/>, <c>conflict</c> when the tenant was
    /// suspended or offboarded meanwhile, <c>unavailable</c> when the write was given up by somebody else: then nothing of it is kept.
    /// </returns>
    /// <exception cref="OutcomeUnknownException">It was interrupted; the same idempotency key gets the answer later.</exception>
    /// <exception cref="OlderCopyException">The tenant's database is older than what was published from it.</exception>
    public async Task<Result<StoredRevision>> CommitAsync(Change change, Act act, Answer answer, CancellationToken cancellationToken)
    {
        if (!(await _intents.BeginAsync(change, act, answer, cancellationToken)).TryGet(out var begun, out var refusal))
            return refusal;
        await _checkpoints.Reached("tenant.commit.intended");
        Result<Appended> appended;
        try
        {
            appended = await AppendAsync(begun, change, act, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await _intents.WithdrawAsync(begun.Intent, CancellationToken.None);
            throw;
        }
        if (!appended.TryGet(out var done, out var error))
        {
            await _intents.WithdrawAsync(begun.Intent, CancellationToken.None);
            return error;
        }
        // The revision is durable: from here on the request's token no longer counts.
        await _checkpoints.Reached("tenant.commit.committed");
        try
        {
            await _publication.PublishAsync(begun.Intent.Tenant, done.Tail, begun.Intent, CancellationToken.None);
        }
        catch (Exception lost) when (lost.IsOfDatabase())
        {
            throw new OutcomeUnknownException("A committed revision could not be published yet.", lost);
        }
        await _checkpoints.Reached("tenant.commit.published");
        return done.Revision;
    }

    /// <summary>Ends all writes of a tenant that are under way: what is durable is published, the rest is given up. For who has changed what may be written.</summary>
    public async Task SettleAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        foreach (var intent in await _intents.OfAsync(tenant, cancellationToken))
            await ResolveAsync(intent, cancellationToken);
    }

    /// <summary>
    /// Finishes every intent whose lease is past; one that fails does not keep the others. Where a cluster is away, the rest of its intents is left to the next
    /// pass, and those of other clusters wait for none of it.
    /// </summary>
    /// <returns>What failed, with the tenant.</returns>
    internal async Task<ImmutableArray<(TenantId Tenant, Exception Cause)>> FinishDueAsync(CancellationToken cancellationToken)
    {
        var failed = new ConcurrentQueue<(TenantId, Exception)>();
        await Clusters.ForEachAsync(await _intents.DueAsync(cancellationToken), FinishAsync, cancellationToken);
        return [.. failed];

        async Task FinishAsync(IEnumerable<Intent> due, CancellationToken token)
        {
            foreach (var intent in due)
            {
                try
                {
                    await ResolveAsync(intent, token);
                }
                catch (Exception cause) when (cause is not OperationCanceledException)
                {
                    failed.Enqueue((intent.Tenant, cause));
                    if (PostgresRefusals.IsSilence(cause))
                        return;
                }
            }
        }
    }

    /// <summary>Publishes an intent that was committed, abandons one that was not; only one of its writer and this can win.</summary>
    internal async Task ResolveAsync(Intent intent, CancellationToken cancellationToken)
    {
        bool isCommitted;
        await using (var tenant = await _tenants.RentAsync(intent.Tenant, cancellationToken))
        {
            await using var transaction = await tenant.Connection.BeginTransactionAsync(cancellationToken);
            isCommitted = !await TenantRows.TryAbandonAsync(transaction, intent.Id, cancellationToken)
                && await TenantRows.IsCommittedAsync(tenant.Connection, intent.Id, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        await _checkpoints.Reached("tenant.resolve.decided");
        if (isCommitted)
            await _publication.PublishAsync(intent.Tenant, known: null, intent, cancellationToken);
        else
            await _intents.WithdrawAsync(intent, cancellationToken);
    }

    private sealed record Appended(StoredRevision Revision, TenantTail Tail);

    /// <summary>Step 2: the transaction in the tenant's database.</summary>
    private async Task<Result<Appended>> AppendAsync(BegunIntent begun, Change change, Act act, CancellationToken cancellationToken)
    {
        await using var tenant = await _tenants.RentAsync(begun.Intent.Tenant, cancellationToken);
        await using var transaction = await tenant.Connection.BeginTransactionAsync(cancellationToken);
        var (isDecided, locked, head) = await TenantRows.BeginAsync(transaction, begun.Intent.Id, change.Layer, act.At, cancellationToken);
        RefuseRewound(head, begun.Published);
        if (head.Revision.Number != change.Base)
            return LayerStore.Stale(change, head.Revision.Number);
        if (!isDecided)
            return new Error(ErrorCodes.Unavailable, "The write took too long, or its tenant was suspended meanwhile: it was given up, and nothing of it is kept.");
        var revision = RevisionRows.Of(change, head.Revision.Incarnation, act);
        var rows = transaction.Batch();
        TenantRows.Append(rows, revision);
        var chain = AuditChain.Append(rows, locked, AuditEntry.Of(change, act, revision, head.Document) with { Shared = begun.Shared });
        await rows.RunAsync(cancellationToken);
        await _checkpoints.Reached("tenant.commit.prepared");
        await Committing.FinishAsync(transaction, cancellationToken);
        return new Appended(revision, new TenantTail(head.Revision, [PublishedRevision.Of(revision)], chain));
    }

    private async Task<LayerHead> ReadHeadAsync(LayerHead published, CancellationToken cancellationToken)
    {
        await using var tenant = await _tenants.RentAsync(published.Layer.TenantId!.Value, cancellationToken);
        var head = await TenantRows.HeadAsync(tenant.Connection, published.Layer, published.ChangedAt, cancellationToken);
        RefuseRewound(head, published);
        return head;
    }

    private static void RefuseRewound(LayerHead head, LayerHead published)
    {
        if (head.Revision.CompareTo(published.Revision) < 0)
        {
            throw new OlderCopyException(
                $"The database of tenant '{head.Layer.TenantId}' is at revision {head.Revision}, but {published.Revision} was published from it: an older copy was put back.");
        }
    }
}
