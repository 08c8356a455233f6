namespace Strata.Storage;

/// <summary>The questions that a check of a chain asks of its database. Shared and tenants' databases differ in the names of their tables only.</summary>
/// <remarks>
/// Events look their revisions up one by one (<c>lateral ... limit 1</c>): a join of the tables would put every document of the layer's history into
/// the server's temporary files before the first row comes.
/// </remarks>
/// <param name="Events">Every event in order, with the revision that it records: sequence, body, hash; layer, number, hash and document of the revision; the event's moment; the revision's columns.</param>
/// <param name="Unrecorded">A revision that no event records: layer, number.</param>
/// <param name="Heads">A head that is not its layer's newest revision: layer.</param>
/// <param name="Registry">A tenant whose row in the registry is not what its attributes say: id.</param>
/// <param name="Published">Document and moment of a revision, by number; <c>null</c> where heads are checked instead.</param>
internal sealed record ChainQueries(string Events, string Unrecorded, string? Heads, string? Registry, string? Published)
{
    /// <summary>The shared database's.</summary>
    public static readonly ChainQueries Shared = new(
        Events: """
            select event.sequence, event.body, event.hash, event.layer, event.number, revision.hash, revision.document, event.at,
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
        Unrecorded: """
            select revision.layer, revision.number
            from layer_revision as revision
            where not exists (
                select from audit_event as event
                where event.layer = revision.layer and event.number = revision.number)
            limit 1
            """,
        Heads: """
            select head.layer
            from layer_head as head
            left join lateral (
                select number, document, at
                from layer_revision
                where layer = head.layer
                order by number desc
                limit 1
            ) as newest on true
            where head.layer not like 'tenant:%'
              and (head.number <> coalesce(newest.number, 0) or head.document <> coalesce(newest.document, '{}') or head.changed_at <> newest.at)
            limit 1
            """,
        Registry: """
            select tenant.id
            from tenant
            join layer_head as head on head.layer = 'attributes:' || tenant.id
            cross join lateral (select head.document::json as value) as said
            where (tenant.platform, tenant.display_name, tenant.tier, tenant.region, tenant.status) is distinct from
                  (head.platform, said.value ->> 'displayName', said.value ->> 'tier', said.value ->> 'region', said.value ->> 'status')
            limit 1
            """,
        Published: null);

    /// <summary>A tenant's database's.</summary>
    public static readonly ChainQueries Tenant = new(
        Events: """
            select event.sequence, event.body, event.hash, event.body::json ->> 'layer', event.number, revision.hash, revision.document, event.at,
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
        Unrecorded: """
            select 'tenant:' || identity.tenant, revision.number
            from revision
            cross join tenant_identity as identity
            where not exists (select from audit_event as event where event.number = revision.number)
            limit 1
            """,
        Heads: null,
        Registry: null,
        Published: """
            select document, at
            from revision
            where number = $1
            """);
}
