using System.Net;
using System.Text.Json.Nodes;
using Strata.Faults.Tests.Processes;

namespace Strata.Faults.Tests.Crashes;

/// <summary>What must hold when a run is over: asked through the API, compared with the tables, proven by the verifier.</summary>
internal sealed class Checks(World world, StrataProcess server, Caller admin, CancellationToken cancellationToken)
{
    private readonly List<string> _wrong = [];

    public async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<Deed> deeds)
    {
        foreach (var deed in deeds.Where(deed => deed.Answer is not { Status: HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound or HttpStatusCode.UnprocessableEntity }))
            _wrong.Add($"{deed.Mark} was answered {deed.Answer}");
        // A tenant that there is not yet is refused at the gate, where keys do not count.
        foreach (var deed in deeds.Where(deed => deed.Answer is not { Status: HttpStatusCode.NotFound }))
            await RepeatAsync(deed);
        foreach (var tenant in deeds.Where(deed => deed.Kind != DeedKind.Platform).GroupBy(deed => deed.Subject))
            await CheckTenantAsync(tenant.Key, [.. tenant]);
        await CheckBrandAsync(deeds);
        await CheckToldAsync();
        await VerifyAsync("shared");
        return _wrong;
    }

    /// <summary>The same request under the same key gets the same answer again.</summary>
    private async Task RepeatAsync(Deed deed)
    {
        var again = await admin.InsistAsync(server, deed.Ask, cancellationToken);
        if (deed.Answer is { } first && (again.Status, again.Text, again.ETag) != (first.Status, first.Text, first.ETag))
            _wrong.Add($"{deed.Mark} was answered {first} ({first.ETag}) and, asked again, {again} ({again.ETag})");
    }

    private async Task CheckTenantAsync(string tenant, Deed[] deeds)
    {
        var found = await admin.GetAsync(server, $"/v1/tenants/{tenant}", cancellationToken);
        var made = deeds.Where(deed => deed.Kind is DeedKind.Creation or DeedKind.Apply).ToList();
        if (found.IsOk != made.Exists(deed => deed.Answer!.IsOk))
            _wrong.Add($"{tenant}: {found}, although it was {string.Join(", ", made.Select(deed => deed.Answer))}");
        if (!found.IsOk)
            return;
        var own = await HistoryAsync($"/v1/tenants/{tenant}");
        ExpectMarks(own, deeds.Where(deed => deed.Kind is DeedKind.Overrides or DeedKind.Apply), tenant);
        ExpectMarks(await HistoryAsync($"/v1/tenants/{tenant}/attributes"), deeds.Where(deed => deed.Kind is DeedKind.Attributes or DeedKind.Apply), $"{tenant}'s attributes");
        foreach (var deed in deeds.Where(deed => deed is { Kind: DeedKind.Overrides, Answer.IsOk: true }))
            ExpectNumber(own, deed);
        await CheckEventsAsync(tenant, deeds, own.Count);
        await CheckHeadAsync(tenant, own);
        await VerifyAsync($"tenant:{tenant}");
    }

    private async Task CheckBrandAsync(IReadOnlyList<Deed> deeds)
    {
        var writes = deeds.Where(deed => deed.Kind is DeedKind.Platform or DeedKind.Apply);
        ExpectMarks(await HistoryAsync($"/v1/platforms/{World.Brand}"), writes, "the brand", isOnly: false);
        if (writes.Any(deed => deed.Kind == DeedKind.Apply && deed.Answer!.IsOk))
            ExpectMarks(await HistoryAsync($"/v1/platforms/{World.Brand}/segments/all"), writes.Where(deed => deed.Kind == DeedKind.Apply), "the segment", isOnly: false);
    }

    /// <summary>A layer's whole history, oldest first, whose numbers must have no gaps.</summary>
    private async Task<List<JsonNode>> HistoryAsync(string layer)
    {
        var items = new List<JsonNode>();
        string? cursor = null;
        do
        {
            var page = (await admin.InsistAsync(server, new Ask("GET", $"{layer}/revisions?limit=500{(cursor is null ? "" : $"&cursor={cursor}")}"), cancellationToken)).Json;
            items.AddRange(page["items"]!.AsArray().Select(item => item!));
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);
        items.Reverse();
        if (items.Where((item, index) => (long)item["number"]! != index + 1 || (long)item["parent"]! != index).Any())
            _wrong.Add($"{layer} has gaps: {string.Join(' ', items.Select(item => item["number"]))}");
        return items;
    }

    /// <summary>What was acknowledged is in history exactly once, what was refused is not.</summary>
    private void ExpectMarks(List<JsonNode> history, IEnumerable<Deed> deeds, string layer, bool isOnly = true)
    {
        var marks = history.Select(revision => (string?)revision["comment"]).Where(mark => mark is not null).ToList();
        foreach (var deed in deeds)
        {
            if (marks.Count(mark => mark == deed.Mark) != (deed.Answer!.IsOk ? 1 : 0))
                _wrong.Add($"{deed.Mark} is {marks.Count(mark => mark == deed.Mark)} times in the history of {layer}, but was answered {deed.Answer}");
        }
        if (isOnly && marks.Except(deeds.Select(deed => deed.Mark)).Any())
            _wrong.Add($"In the history of {layer} is what nobody wrote: {string.Join(' ', marks)}");
    }

    private void ExpectNumber(List<JsonNode> history, Deed deed)
    {
        var number = (long?)history.Find(revision => (string?)revision["comment"] == deed.Mark)?["number"];
        if (number != (long)deed.Answer!.Json["revision"]! || deed.Answer.ETag != $"\"tenant.1.{number}\"" || deed.Ask.IfMatch != $"\"tenant.1.{number - 1}\"")
            _wrong.Add($"{deed.Mark} on {deed.Ask.IfMatch} is revision {number}, but was answered {deed.Answer.ETag}");
    }

    private async Task CheckEventsAsync(string tenant, Deed[] deeds, int revisions)
    {
        var events = (await admin.InsistAsync(server, new Ask("GET", $"/v1/audit?tenant={tenant}&limit=500"), cancellationToken)).Json["items"]!.AsArray();
        var own = events.Count(seen => (string?)seen!["chain"] == $"tenant:{tenant}");
        if (own != revisions || events.Count(seen => (string?)seen!["action"] == "tenant.created") != 1)
            _wrong.Add($"{tenant} has {revisions} revisions and {own} events: {string.Join(' ', events.Select(seen => seen!["action"]))}");
        foreach (var deed in deeds.Where(deed => deed.Kind == DeedKind.Status))
        {
            // Suspending what is suspended is a success that makes no event.
            var times = events.Count(seen => (string?)seen!["reason"] == deed.Mark);
            if (times > (deed.Answer!.IsOk ? 1 : 0))
                _wrong.Add($"{deed.Mark} has {times} events, but was answered {deed.Answer}");
        }
    }

    // Written here anew, and not asked of the verifier, which is the product's own.
    private const string Untold = """
        select head.layer || ' is at ' || head.number || ', but told are ' || coalesce((
            select string_agg(event.number::text, ' ' order by event.sequence) from event where event.layer = head.layer), 'none')
        from layer_head as head
        where coalesce((select array_agg(event.number order by event.sequence) from event where event.layer = head.layer), '{}')
            <> (select coalesce(array_agg(number), '{}') from generate_series(1, head.number) as number)
        union all
        select place.scope || ' has events up to ' || place.sequence || ', but ' || count(event.sequence) || ' of them'
        from event_head as place
        left join event on event.scope = place.scope
        group by place.scope, place.sequence
        having count(event.sequence) <> place.sequence
        union all
        select revision.layer || ' ' || revision.number || ' is in the audit ' || count(event.sequence) || ' times'
        from layer_revision as revision
        left join audit_event as event on event.layer = revision.layer and event.number = revision.number
        group by revision.layer, revision.number
        having count(event.sequence) <> 1
        """;

    /// <summary>Every revision is exactly one event, in order, and exactly one event of the audit.</summary>
    private async Task CheckToldAsync() => _wrong.AddRange(await world.ReadAsync(Untold, cancellationToken));

    private const string Heads = """
        select head.incarnation || '.' || head.number || ' ' || head.document || ' ' || coalesce(head.chain_sequence, 0) || ' '
            || coalesce((select string_agg(pointer || '=' || value, ' ' order by pointer) from layer_leaf where layer = head.layer), '')
        from layer_head as head
        where head.layer = 'tenant:{0}'
        """;

    private const string Truth = """
        select identity.incarnation || '.' || coalesce(newest.number, 0) || ' ' || coalesce(newest.document, '{}') || ' ' || audit_head.sequence || ' '
            || coalesce((
                select string_agg('/quotas/' || key || '=' || value, ' ' order by key collate "C")
                from json_each_text(newest.document::json -> 'quotas')), '')
        from tenant_identity as identity
        cross join audit_head
        left join lateral (select number, document from revision order by number desc limit 1) as newest on true
        """;

    /// <summary>The tenant's database, its published head, its read models and what the API shows are one.</summary>
    private async Task CheckHeadAsync(string tenant, List<JsonNode> history)
    {
        var published = (await world.ReadAsync(Heads.Replace("{0}", tenant, StringComparison.Ordinal), cancellationToken)).Single();
        var truth = (await world.ReadAsync(tenant, Truth, cancellationToken)).Single();
        if (published != truth)
            _wrong.Add($"{tenant} is {truth}, but published is {published}");
        var overrides = await admin.GetAsync(server, $"/v1/tenants/{tenant}/overrides", cancellationToken);
        var effective = await admin.GetAsync(server, $"/v1/tenants/{tenant}/config", cancellationToken);
        // A server that has just lost its database shows what it had until it listens again.
        var newest = $";tenant:1.{history.Count}";
        for (var tries = 0; tries < 200 && effective.Vector?.EndsWith(newest, StringComparison.Ordinal) != true; tries++)
        {
            await Task.Delay(50, cancellationToken);
            effective = await admin.GetAsync(server, $"/v1/tenants/{tenant}/config", cancellationToken);
        }
        if (overrides.ETag != $"\"tenant.1.{history.Count}\"" || !effective.Vector!.EndsWith(newest, StringComparison.Ordinal)
            || overrides.Json["quotas"]?["users"]?.ToJsonString() != effective.Json["quotas"]?["users"]?.ToJsonString() || CrashRun.Torn(effective) is not null)
            _wrong.Add($"{tenant} has {history.Count} revisions, but shows {overrides.ETag} {overrides.Text} and {effective.Vector} {effective.Json["quotas"]?.ToJsonString()}");
    }

    private async Task VerifyAsync(string scope)
    {
        var verdict = await admin.InsistAsync(server, new Ask("GET", $"/v1/audit/verify?scope={scope}"), cancellationToken);
        if ((bool?)verdict.Json["valid"] != true)
            _wrong.Add($"The verifier says of {scope}: {verdict.Text}");
    }
}
