using System.Globalization;
using Npgsql;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Sections;
using Strata.Storage.Delivery;

namespace Strata.Storage;

/// <summary>A row of <c>event</c>.</summary>
internal sealed record EventRow(string Scope, long Sequence, Guid Id, string Type, string? Platform, string? Tenant, string? Layer, Revision? Revision, string Text, DateTimeOffset? At)
{
    /// <summary>The columns that a query needs to name, in the order in which they are read.</summary>
    public static EventRow Read(NpgsqlDataReader reader) => new(
        reader.GetString(0), reader.GetInt64(1), reader.GetGuid(2), reader.GetString(3), reader.Nullable<string>(4), reader.Nullable<string>(5), reader.Nullable<string>(6),
        reader.IsDBNull(7) || reader.IsDBNull(8) ? null : new Revision(reader.GetInt32(7), reader.GetInt64(8)), reader.GetString(9), reader.Moment(10));

    /// <summary>The row's name in findings.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Scope} {Sequence}");
}

/// <summary>
/// The events that webhooks are told, compared with the revisions that they tell of. An event is written anew from its revision, and must be the same to the
/// last byte; one that an older version of the schemas wrote, in all but the places that it names.
/// </summary>
internal sealed class EventCheck(SectionCatalog catalog, AuditFindings findings)
{
    private (string Scope, long Sequence, long? End) _last = ("", 0, 0);

    private const string SelectEvents = """
        select event.scope, event.sequence, event.id, event.type, event.platform, event.tenant, event.layer, event.incarnation, event.number, event.body, event.at,
               place.sequence, head.platform, coalesce(purged.sequence, 0),
               0, revision.number, revision.kind, revision.document, revision.author, revision.at, revision.comment, revision.parent,
               revision.restores, revision.change_id, revision.schema_version, before.document
        from event
        left join event_head as place on place.scope = event.scope
        left join webhook_cursor as purged on purged.webhook = '' and purged.scope = event.scope
        left join layer_head as head on head.layer = event.layer
        left join lateral (
            select number, kind, document, author, at, comment, parent, restores, change_id, schema_version
            from layer_revision
            where layer = event.layer and number = event.number
            limit 1
        ) as revision on true
        left join lateral (
            select document
            from layer_revision
            where layer = event.layer and number = event.number - 1
            limit 1
        ) as before on true
        order by event.scope, event.sequence
        """;

    /// <summary>Checks all events of the shared database; those of tenants' revisions only in what can be said without the tenants' databases.</summary>
    public async Task RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using (var command = connection.Command(SelectEvents).WithoutTimeout())
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var row = EventRow.Read(reader);
                CheckPlace(row, reader.Nullable<long?>(11), reader.GetInt64(13));
                var isThere = !reader.IsDBNull(15);
                var revision = isThere ? Body.Revision(reader, row.Layer ?? "", first: 14) : null;
                if (row.Layer is null || row.Layer.StartsWith("tenant:", StringComparison.Ordinal) || (isThere && revision is null))
                    CheckColumns(row);
                else
                    Check(row, reader.Nullable<string>(12), revision, reader.Nullable<string>(25) ?? "{}");
            }
        }
        CheckEnd();
        var gaps = await connection.Command(SelectGaps, AuditFindings.Most).WithoutTimeout()
            .ReadAsync(static reader => (Table: reader.GetString(0), Of: reader.GetString(1)), cancellationToken);
        foreach (var (table, of) in gaps)
            findings.Add(table, of, $"Events of '{of}' are missing.");
    }

    // Numbers of a layer's events follow each other up to its head, and where nothing was forgotten yet every layer has some.
    private const string SelectGaps = """
        select 'event', told.layer
        from (
            select layer, incarnation, min(number) as first, max(number) as last, count(*) as events
            from event
            where layer is not null
            group by layer, incarnation
        ) as told
        left join layer_head as head on head.layer = told.layer
        where told.events <> told.last - told.first + 1
           or head.layer is null
           or (told.incarnation, told.last) > (head.incarnation, head.number)
           or (told.incarnation = head.incarnation and told.last <> head.number)
        union
        select 'event', head.layer
        from layer_head as head
        cross join lateral (
            select case split_part(head.layer, ':', 1)
                when 'allowlist' then 'all'
                when 'platform' then head.layer
                when 'segment' then 'platform:' || split_part(head.layer, ':', 2)
                else 'tenant:' || split_part(head.layer, ':', 2)
            end as scope
        ) as its
        where head.number > 0
          and head.changed_at > (select applied_at from schema_migration where number = 2)
          and not exists (select from event where event.layer = head.layer)
          and not exists (select from webhook_cursor as purged where purged.webhook = '' and purged.scope = its.scope)
        union
        select 'event_head', place.scope
        from event_head as place
        where not exists (select from event where event.scope = place.scope)
        limit $1
        """;

    private void CheckPlace(EventRow row, long? end, long purged)
    {
        if (row.Scope != _last.Scope)
        {
            CheckEnd();
            _last = (row.Scope, purged, end);
        }
        if (row.Sequence != _last.Sequence + 1)
            findings.Add("event", (row with { Sequence = _last.Sequence + 1 }).Name, $"Event {_last.Sequence + 1} of '{row.Scope}' is missing.");
        _last.Sequence = row.Sequence;
    }

    private void CheckEnd()
    {
        if (_last.End != _last.Sequence)
            findings.Add("event_head", _last.Scope, $"The events of '{_last.Scope}' end at {_last.Sequence}, but their head says {_last.End?.ToString(CultureInfo.InvariantCulture) ?? "nothing"}.");
    }

    /// <summary>Checks one event.</summary>
    /// <param name="row">The event.</param>
    /// <param name="platform">The platform that the layer belongs to.</param>
    /// <param name="revision">The revision that it tells of; <c>null</c> when there is none.</param>
    /// <param name="before">The document that the revision replaced; <c>null</c> when nobody knows. What cannot be read tells nothing either.</param>
    public void Check(EventRow row, string? platform, StoredRevision? revision, string? before)
    {
        if (revision is null || row.Revision != revision.Revision)
        {
            findings.Add("event", row.Name, $"Event {row.Sequence} of '{row.Scope}' tells of a revision of layer '{row.Layer}' that there is not.");
            return;
        }
        var body = Body.Parse(row.Text);
        var told = new PublishedRevision(new LayerHead(revision.Layer, revision.Revision, revision.Document, revision.At), revision.Author, revision.ChangeId);
        var replaced = before is null ? null : Body.Parse(before);
        var old = new LockedHead(new LayerHead(revision.Layer, new Revision(0), replaced ?? JsonObject.Empty, revision.At), platform);
        var entry = EventEntry.Of(old, told, (int?)body?["payload"].Member("tenantsAffected").Number(), catalog);
        var isOlder = body?["payload"].Member("revision").Text()?.StartsWith($"core:{catalog.Version};", StringComparison.Ordinal) == false;
        if ((isOlder || replaced is null) && body?["payload"] is JsonObject payload)
            entry = entry with { Payload = payload };
        var isSame = row.Text == string.Create(CultureInfo.InvariantCulture, $$"""{"sequence":{{row.Sequence}},{{entry.Body()[1..]}}""")
            && (row.Scope, row.Id, row.Type, row.At, row.Platform, row.Tenant) == (entry.Scope.Text, entry.Id, entry.Type, entry.At, entry.Platform, entry.Scope.TenantId?.Text);
        if (!isSame)
            findings.Add("event", row.Name, $"Event {row.Sequence} of '{row.Scope}' was changed: it is not what revision {revision.Revision.Number} of layer '{row.Layer}' was told as.");
    }

    /// <summary>Checks that the columns of an event are what its body says: all that can be said without its revision.</summary>
    private void CheckColumns(EventRow row)
    {
        var body = Body.Parse(row.Text);
        var isSame = body is not null && body["sequence"].Number() == row.Sequence && body["eventId"].Text() == row.Id.ToString()
            && body["type"].Text() == row.Type && row.At is { } at && body["occurredAt"].Text() == at.Rfc3339()
            && body["platformId"].Text() == row.Platform && body["tenantId"].Text() == row.Tenant
            && row.Scope == (row.Tenant is { } tenant ? $"tenant:{tenant}" : row.Platform is { } platform ? $"platform:{platform}" : "all")
            && row.Layer is not null == row.Revision is not null && (row.Layer is not null || row.Type.StartsWith("sync.", StringComparison.Ordinal))
            && (row.Layer?.StartsWith("tenant:", StringComparison.Ordinal) != true || IsOfTenantsRevision(row, body));
        if (!isSame)
            findings.Add("event", row.Name, $"Event {row.Sequence} of '{row.Scope}' was changed: it is not what was told.");
    }

    private static bool IsOfTenantsRevision(EventRow row, JsonObject body) =>
        row.Layer == $"tenant:{row.Tenant}" && body["payload"].Member("revision").Text()?.EndsWith($";tenant:{row.Revision}", StringComparison.Ordinal) == true;
}
