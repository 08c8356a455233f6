using System.Collections.Immutable;

namespace Strata.Storage;

/// <summary>Where a chain and its revisions lie. Shared and tenants' databases differ in the names of their tables only.</summary>
/// <remarks>
/// Events look their revisions up one by one (<c>lateral ... limit 1</c>): a join of the tables would put every document of the layer's history into
/// the server's temporary files before the first row comes.
/// </remarks>
/// <param name="Revision">The table of revisions.</param>
/// <param name="Events">
/// Every event in order, with the revision that it records: 0 sequence, body, hash, at; 4 actor, action, scope, layer, number, as columns; 9 the revision's
/// hash; from 10 the columns that <see cref="RevisionRows.Read"/> reads.
/// </param>
/// <param name="Derived">The columns that follow from the body, with the member that they are.</param>
/// <param name="Unrecorded">Revisions that no event records: layer, number; the parameter is how many at most.</param>
internal sealed record ChainTables(string Revision, string Events, ImmutableArray<KeyValuePair<int, string>> Derived, string Unrecorded)
{
    /// <summary>The shared database's.</summary>
    public static readonly ChainTables Shared = new(
        "layer_revision",
        Events: """
            select event.sequence, event.body, event.hash, event.at, event.actor, event.action, event.scope, event.layer, event.number, revision.hash,
                   0, revision.number, revision.kind, revision.document, revision.author, revision.at, revision.comment, revision.parent,
                   revision.restores, revision.change_id, revision.schema_version
            from audit_event as event
            left join lateral (
                select layer, number, kind, document, author, at, comment, parent, restores, change_id, schema_version, hash
                from layer_revision
                where layer_revision.layer = event.layer and layer_revision.number = event.number
                limit 1
            ) as revision on true
            order by event.sequence
            """,
        [new(4, "actor"), new(5, "action"), new(6, "scope"), new(7, "layer")],
        Unrecorded: """
            select revision.layer, revision.number
            from layer_revision as revision
            where not exists (
                select from audit_event as event
                where event.layer = revision.layer and event.number = revision.number)
            order by revision.layer, revision.number
            limit $1
            """);

    /// <summary>A tenant's database's.</summary>
    public static readonly ChainTables Tenant = new(
        "revision",
        Events: """
            select event.sequence, event.body, event.hash, event.at, event.actor, event.action, event.scope, null::text, event.number, revision.hash,
                   revision.incarnation, revision.number, revision.kind, revision.document, revision.author, revision.at, revision.comment, revision.parent,
                   revision.restores, revision.change_id, revision.schema_version
            from audit_event as event
            left join lateral (
                select incarnation, number, kind, document, author, at, comment, parent, restores, change_id, schema_version, hash
                from revision
                where revision.number = event.number
                limit 1
            ) as revision on true
            order by event.sequence
            """,
        [new(4, "actor"), new(5, "action"), new(6, "scope")],
        Unrecorded: """
            select 'tenant:' || coalesce((select tenant from tenant_identity limit 1), ''), revision.number
            from revision
            where not exists (select from audit_event as event where event.number = revision.number)
            order by revision.number
            limit $1
            """);
}
