using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Sections;
using Strata.Storage.Delivery;

namespace Strata.Storage;

/// <summary>
/// Step 3 of a tenant's write: the shared database learns what the tenant's database holds. Anybody may do it at any time and any number of times;
/// the published head never goes back.
/// </summary>
internal sealed class Publication(SharedDatabase shared, TenantConnections tenants, IntentStore intents, SectionCatalog catalog)
{
    /// <summary>Publishes every revision after the published head with an event for each, stores the intent's answer and deletes the intent.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="known">What the caller itself has just committed; <c>null</c> looks into the tenant's database.</param>
    /// <param name="intent">The committed intent that this finishes; <c>null</c> when only the head is behind.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task PublishAsync(TenantId tenant, TenantTail? known, Intent? intent, CancellationToken cancellationToken)
    {
        // A tail is of no use when the published head is before its start. It never goes back, so the second try finds it in reach.
        while (known is null || !await TryPublishAsync(tenant, known, intent, cancellationToken))
        {
            var published = await intents.PublishedAsync(tenant, cancellationToken);
            await using var rented = await tenants.RentAsync(tenant, cancellationToken);
            known = await TenantRows.TailAsync(rented.Connection, published, cancellationToken);
        }
    }

    private async Task<bool> TryPublishAsync(TenantId tenant, TenantTail tail, Intent? intent, CancellationToken cancellationToken)
    {
        var layer = LayerKey.Tenant(tenant);
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var locked = (await LayerRows.LockAsync(transaction, [layer], cancellationToken))[layer];
        if (locked.Head.Revision.CompareTo(tail.After) < 0)
            return false;
        var unpublished = tail.Revisions.Where(revision => revision.Head.Revision.CompareTo(locked.Head.Revision) > 0).ToImmutableArray();
        var (rows, before) = (transaction.Batch(), locked);
        foreach (var revision in unpublished)
        {
            LayerRows.ReplaceLeaves(rows, locked, revision.Head.Revision, [.. catalog.Leaves(revision.Head.Document)]);
            Outbox.Append(rows, EventEntry.Of(before, revision, tenantsAffected: null, catalog));
            before = before with { Head = revision.Head };
        }
        if (!unpublished.IsEmpty)
        {
            LayerRows.MoveHead(rows, before.Head);
            var isRestored = before.Head.Revision.Incarnation != locked.Head.Revision.Incarnation;
            rows.Add(UpdateChain, layer.Text, tail.Chain.Sequence, tail.Chain.Hash, isRestored);
            LayerRows.Signal(rows, [layer]);
        }
        if (intent is not null)
            rows.Add(FinishIntent, intent.Id);
        await rows.RunAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    // A restored database's chain is shorter than the one that it replaces.
    private const string UpdateChain = """
        update layer_head
        set chain_sequence = $2, chain_hash = $3
        where layer = $1 and (coalesce(chain_sequence, 0) < $2 or $4)
        """;

    private const string FinishIntent = """
        with finished as (
            delete from intent
            where id = $1
            returning caller, key, status, headers, body
        )
        update idempotency
        set status = finished.status, headers = finished.headers, body = finished.body
        from finished
        where idempotency.caller = finished.caller and idempotency.key = finished.key and idempotency.status is null
        """;
}
