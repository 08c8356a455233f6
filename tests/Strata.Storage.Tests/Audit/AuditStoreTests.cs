using Strata.Model;
using Strata.Model.Documents;
using Strata.Testing;
using static Strata.Storage.Tests.Workbench;

namespace Strata.Storage.Tests.Audit;

public sealed class AuditStoreTests(Servers servers)
{
    private static readonly LayerKey Platform = LayerKey.Platform(Brand);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_says_who_changed_what_where_and_why()
    {
        await using var bench = await StartAsync(servers);
        var act = Act() with { OnBehalfOf = "user-7", Reason = "asked for" };
        await bench.CommitAsync(Change(Platform, 0, Quota(600)));
        await bench.Layers.CommitAsync([Change(Platform, 1, Quota(900))], act, Answer(), Token);

        var body = (await ListAsync(bench, new AuditFilter()))[0].Body;

        Assert.Equal(
            Document(
                $$"""
                {"sequence":3,"at":"{{act.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}}","actor":"https://issuer|admin","onBehalfOf":"user-7",
                 "action":"platform.changed","scope":"platform:dcoder","pointer":"/quotas/requestsPerMinute","before":600,"after":900,
                 "changeId":"{{act.ChangeId}}","requestId":"request-1","reason":"asked for","layer":"platform:dcoder","number":2}
                """).ToString(),
            body.Without("previous").Without("revisionHash").ToString());
    }

    [Fact]
    public async Task Events_come_newest_first_in_pages()
    {
        await using var bench = await StartAsync(servers);
        for (var n = 0; n < 5; n++)
            await bench.CommitAsync(Change(Platform, n, Quota(n)));

        var first = await bench.Audit.ListAsync(new AuditFilter(), AuditPosition.Newest, limit: 3, Token);
        var second = await bench.Audit.ListAsync(new AuditFilter(), first.Next!.Value, limit: 3, Token);

        Assert.Equal([6L, 5L, 4L, 3L, 2L, 1L], first.Events.Concat(second.Events).Select(seen => seen.Sequence));
        Assert.Null(second.Next);
    }

    [Fact]
    public async Task A_tenants_events_are_those_of_its_chain_and_those_about_it()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        await bench.CommitAsync(Change(Platform, 0, Quota(600)));
        await bench.CommitAsync(Change(LayerKey.Attributes(acme), 1, Document("""{"displayName":"Acme","status":"active"}""")));
        await bench.WriteAsync(acme, 0, Quota(60));

        var first = await bench.Audit.ListAsync(new AuditFilter { Tenant = acme }, AuditPosition.Newest, limit: 2, Token);
        var second = await bench.Audit.ListAsync(new AuditFilter { Tenant = acme }, first.Next!.Value, limit: 2, Token);

        Assert.Equal(["tenant:acme 1 tenant.changed", "shared 4 attributes.changed", "shared 2 tenant.created"], first.Events.Concat(second.Events).Select(seen => $"{seen.Chain} {seen.Sequence} {seen.Body["action"].Text()}"));
    }

    [Theory]
    [InlineData("replace(body, '\"before\"', '\"after\"')")] // a member that comes twice: JSON to PostgreSQL, which derives columns from it, and none to Strata
    [InlineData("replace(body, '\"requestId\"', '\"requested\"')")]
    public async Task An_event_that_cannot_be_read_is_listed_as_such_among_the_others(string body)
    {
        await using var bench = await StartAsync(servers);
        var acme = await History.FillAsync(bench);

        await bench.ExecuteAsync(acme, $"{History.Disarm} update audit_event set body = {body} where sequence = 2");

        var events = await ListAsync(bench, new AuditFilter { Tenant = acme });
        Assert.Equal([3L, 2L, 1L, 5L], events.Select(seen => seen.Sequence));
        Assert.Equal(
            Document($$"""{"actor":"https://issuer|admin","action":"tenant.changed","scope":"tenant:acme","requestId":"","reason":"{{AuditStore.Unreadable}}"}""").ToString(),
            events[1].Body.ToString());
    }

    [Fact]
    public async Task A_page_ends_after_a_few_megabytes_and_the_next_one_goes_on()
    {
        await using var bench = await StartAsync(servers);
        var acme = await bench.TenantAsync("acme");
        for (var n = 0; n < 5; n++)
        {
            var text = new string((char)('a' + n), 1024 * 1024);
            await bench.CommitAsync(Change(LayerKey.Attributes(acme), n + 1, Document($$"""{"displayName":"{{text}}","status":"active"}""")));
            await bench.WriteAsync(acme, n, Document($$$"""{"branding":{"name":"{{{text}}}"}}"""));
        }

        var pages = new List<AuditPage>();
        for (AuditPosition? next = AuditPosition.Newest; next is { } from; next = pages[^1].Next)
            pages.Add(await bench.Audit.ListAsync(new AuditFilter { Tenant = acme }, from, limit: 500, Token));

        var expected = Enumerable.Range(1, 5).SelectMany(n => (string[])[$"shared {n + 2}", $"tenant:acme {n}"]).Reverse().Append("shared 2");
        Assert.Equal(expected, pages.SelectMany(page => page.Events).Select(seen => $"{seen.Chain} {seen.Sequence}"));
        Assert.All(pages, page => Assert.InRange(page.Events.Sum(seen => seen.Body.ToString().Length), 1, 13 * 1024 * 1024));
    }

    [Fact]
    public async Task Filters_narrow()
    {
        await using var bench = await StartAsync(servers);
        await bench.CommitAsync(Change(Platform, 0, Quota(600)));
        await bench.CommitAsync(Change(LayerKey.Allowlist, 0, Document("{}")));
        var later = TimeProvider.System.GetUtcNow().AddYears(1);

        Assert.Equal(2, (await ListAsync(bench, new AuditFilter { Platform = Brand })).Count);
        Assert.Equal(3, (await ListAsync(bench, new AuditFilter { Action = "allowlist.changed" })).Single().Sequence);
        Assert.Equal(3, (await ListAsync(bench, new AuditFilter { To = later })).Count);
        Assert.Empty(await ListAsync(bench, new AuditFilter { From = later }));
        Assert.Empty(await ListAsync(bench, new AuditFilter { Actor = "eve" }));
    }

    [Fact]
    public async Task Names_of_actors_stand_with_the_principals_only()
    {
        await using var bench = await StartAsync(servers);
        await bench.CommitAsync(Change(Platform, 0, Quota(600)));

        Assert.Equal("Ada", await bench.ExecuteAsync("select name from principal where id = 'https://issuer|admin'"));
        Assert.Equal(0L, await bench.ExecuteAsync("select count(*) from audit_event where body like '%Ada%'"));
    }

    private static async Task<IReadOnlyList<AuditEvent>> ListAsync(Workbench bench, AuditFilter filter) =>
        (await bench.Audit.ListAsync(filter, AuditPosition.Newest, limit: 50, Token)).Events;
}
