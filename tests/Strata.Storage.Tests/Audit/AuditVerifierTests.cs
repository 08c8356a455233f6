using System.Security.Cryptography;
using System.Text;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Storage.Delivery;
using Strata.Testing;
using static Strata.Storage.Tests.Workbench;

namespace Strata.Storage.Tests.Audit;

/// <summary>Somebody with a superuser's rights rewrites history; the verifier finds the place.</summary>
public sealed class AuditVerifierTests(Servers servers)
{
    private static readonly LayerKey Platform = LayerKey.Platform(Brand);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Untouched_chains_are_valid()
    {
        await using var bench = await StartAsync(servers);
        await History.FillAsync(bench);

        var verdicts = await bench.Verifier.VerifyAllAsync(Token).ToListAsync(Token);

        Assert.Equal(["shared 5 ", "tenant:acme 3 "], verdicts.Select(verdict => $"{verdict.Scope} {verdict.Events} {verdict.Reason}"));
    }

    [Theory]
    [InlineData("update layer_revision set document = '{}' where number = 2", 3, "Revision 2 of layer 'platform:dcoder' was changed: it does not have the hash that event 3 records.")]
    [InlineData("update layer_revision set document = document || ' ' where number = 2", 3, "Revision 2 of layer 'platform:dcoder' was changed: it does not have the hash that event 3 records.")]
    [InlineData("update layer_revision set author = 'eve' where number = 2", 3, "Revision 2 of layer 'platform:dcoder' was changed: it does not have the hash that event 3 records.")]
    [InlineData("update layer_revision set hash = '\\x00' where number = 2", 3, "Revision 2 of layer 'platform:dcoder' was changed: it does not have the hash that event 3 records.")]
    [InlineData("delete from layer_revision where number = 2", 3, "Revision 2 of layer 'platform:dcoder', which event 3 records, is missing.")]
    [InlineData("insert into layer_revision select layer, 4, kind, document, author, at, comment, 3, restores, change_id, schema_version, hash from layer_revision where number = 3", 6, "Revision 4 of layer 'platform:dcoder' was put in: no event records it.")]
    [InlineData("update audit_event set body = replace(body, 'issuer', 'eve') where sequence = 2", 2, "Event 2 was changed: it does not have its hash.")]
    [InlineData("update audit_event set hash = '\\x00' where sequence = 2", 2, "Event 2 was changed: it does not have its hash.")]
    [InlineData("update audit_event set body = replace(body, 'issuer', 'eve'), hash = sha256(replace(body, 'issuer', 'eve')::bytea) where sequence = 2", 3, "Event 3 does not continue event 2: one of them was changed.")]
    [InlineData("delete from audit_event where sequence = 2", 2, "Event 2 is missing.")]
    [InlineData("delete from audit_event where sequence = 1", 1, "Event 1 is missing.")]
    [InlineData("delete from audit_event where sequence = 5", 5, "The last events are missing: the chain ends at 4, its head says 5.")]
    [InlineData("delete from audit_event", 1, "The last events are missing: the chain ends at 0, its head says 5.")]
    [InlineData("update audit_head set sequence = 4", 5, "Event 5 lies beyond the chain's head, which says 4.")]
    [InlineData("update audit_head set hash = '\\x00'", 5, "Event 5 does not have the hash that the chain's head says.")]
    [InlineData("update layer_head set document = '{}' where layer = 'platform:dcoder'", 6, "The head of layer 'platform:dcoder' was changed: it is not its newest revision.")]
    [InlineData("update layer_head set number = 2 where layer = 'platform:dcoder'", 6, "The head of layer 'platform:dcoder' was changed: it is not its newest revision.")]
    [InlineData("update layer_head set changed_at = changed_at + interval '1 second' where layer = 'platform:dcoder'", 6, "The head of layer 'platform:dcoder' was changed: it is not its newest revision.")]
    [InlineData("update audit_event set at = at - interval '1 day' where sequence = 2", 2, "Event 2 was changed: its moment is not the one that it was recorded with.")]
    [InlineData("insert into audit_event (sequence, body, hash, at) select 6, body, hash, at from audit_event where sequence = 5", 6, "Event 6 does not continue event 5: one of them was changed.")]
    [InlineData(InsertedBetween, 2, "Event 2 does not continue event 1: one of them was changed.")]
    [InlineData("update tenant set display_name = 'Evil'", 6, "The registry's row of tenant 'acme' was changed: it is not what its attributes say.")]
    [InlineData("update tenant set tier = 'enterprise'", 6, "The registry's row of tenant 'acme' was changed: it is not what its attributes say.")]
    [InlineData("update tenant set tier = null", 6, "The registry's row of tenant 'acme' was changed: it is not what its attributes say.")]
    [InlineData("update tenant set region = 'elsewhere'", 6, "The registry's row of tenant 'acme' was changed: it is not what its attributes say.")]
    [InlineData("update tenant set status = 'suspended'", 6, "The registry's row of tenant 'acme' was changed: it is not what its attributes say.")]
    [InlineData("insert into platform values ('lumen', 'Lumen', now()); update tenant set platform = 'lumen'", 6, "Platform 'lumen' was put in: no event has made it.")]
    [InlineData("update tenant set platform = 'lumen'; update layer_head set platform = 'lumen' where layer like '%:acme'; update layer_leaf set platform = 'lumen' where layer like '%:acme'", 6, "The registry's row of tenant 'acme' was changed: it was made for platform 'dcoder'.")]
    public async Task Tampering_with_the_shared_database_is_found_and_named(string tampering, long brokenAt, string reason)
    {
        await using var bench = await StartAsync(servers);
        await History.FillAsync(bench);

        await bench.ExecuteAsync($"set session_replication_role = replica; {tampering}");

        var verdict = await bench.Verifier.VerifySharedAsync(Token);
        Assert.Equal((brokenAt, reason), (verdict.BrokenAt ?? 0, verdict.Reason));
    }

    [Theory]
    [InlineData("update revision set document = '{}' where number = 2", 2, "Revision 2 of layer 'tenant:acme' was changed: it does not have the hash that event 2 records.")]
    [InlineData("update revision set incarnation = 2 where number = 2", 2, "Revision 2 of layer 'tenant:acme' was changed: it does not have the hash that event 2 records.")]
    [InlineData("delete from revision where number = 2", 2, "Revision 2 of layer 'tenant:acme', which event 2 records, is missing.")]
    [InlineData("update audit_event set body = replace(body, 'issuer', 'eve') where sequence = 1", 1, "Event 1 was changed: it does not have its hash.")]
    [InlineData("insert into revision select number + 1, incarnation, kind, document, author, at, comment, parent + 1, restores, change_id, schema_version, hash from revision where number = 3", 4, "Revision 4 of layer 'tenant:acme' was put in: no event records it.")]
    [InlineData("update revision set hash = '\\x00' where number = 2", 2, "Revision 2 of layer 'tenant:acme' was changed: it does not have the hash that event 2 records.")]
    [InlineData("update audit_event set hash = '\\x00' where sequence = 2", 2, "Event 2 was changed: it does not have its hash.")]
    [InlineData("update audit_event set at = at - interval '1 day' where sequence = 2", 2, "Event 2 was changed: its moment is not the one that it was recorded with.")]
    [InlineData("delete from audit_event where sequence = 2", 2, "Event 2 is missing.")]
    [InlineData("delete from audit_event where sequence = 3", 3, "The last events are missing: the chain ends at 2, its head says 3.")]
    [InlineData("insert into audit_event (sequence, body, hash, at) select 4, body, hash, at from audit_event where sequence = 3", 4, "Event 4 does not continue event 3: one of them was changed.")]
    [InlineData(InsertedBetween, 2, "Event 2 does not continue event 1: one of them was changed.")]
    [InlineData("delete from revision where number = 3", 3, "Revision 3 of layer 'tenant:acme', which event 3 records, is missing.")]
    [InlineData(RenamedLayer, 3, "Revision 3 of layer 'nobody' was changed: it does not have the hash that event 3 records.")]
    [InlineData(CutTail, 3, "The chain ends at 2, but the shared database has seen event 3: events were cut off or an older copy was put back.")]
    public async Task Tampering_with_a_tenants_database_is_found_and_named(string tampering, long brokenAt, string reason)
    {
        await using var bench = await StartAsync(servers);
        var acme = await History.FillAsync(bench);

        await bench.ExecuteAsync(acme, $"set session_replication_role = replica; {tampering}");

        var verdict = await bench.Verifier.VerifyTenantAsync(acme, Token);
        Assert.Equal((brokenAt, reason), (verdict.BrokenAt ?? 0, verdict.Reason));
    }

    [Theory]
    [InlineData("document = '{}'")]
    [InlineData("changed_at = changed_at - interval '1 day'")]
    public async Task A_changed_published_head_is_found(string change)
    {
        await using var bench = await StartAsync(servers);
        var acme = await History.FillAsync(bench);

        await bench.ExecuteAsync($"update layer_head set {change} where layer = 'tenant:acme'");

        Assert.Equal("The published head of 'tenant:acme' was changed: it is not revision 3.", (await bench.Verifier.VerifyTenantAsync(acme, Token)).Reason);
    }

    [Theory]
    [InlineData("update layer_leaf set value = '63' where layer = 'tenant:acme'", "The leaf '/quotas/requestsPerMinute' of layer 'tenant:acme' was changed: it is not what its document says.")]
    [InlineData("update layer_leaf set number = 1 where layer = 'tenant:acme'", "The leaf '/quotas/requestsPerMinute' of layer 'tenant:acme' was changed: revision 3 set it, not 1.")]
    [InlineData("delete from layer_leaf where layer = 'tenant:acme'", "The leaf '/quotas/requestsPerMinute' of layer 'tenant:acme' is missing: its document sets it.")]
    [InlineData("delete from layer_head where layer = 'tenant:acme'", "The head of layer 'tenant:acme' is missing.")]
    [InlineData("update layer_head set chain_sequence = null, chain_hash = null where layer = 'tenant:acme'", "The published head of 'tenant:acme' was changed: the end of the chain that it remembers is not the event of revision 3.")]
    [InlineData("update event set body = replace(body, 'requestsPerMinute', 'users') where number = 2 and layer = 'tenant:acme'", "Event 3 of 'tenant:acme' was changed: it is not what revision 2 of layer 'tenant:acme' was told as.")]
    public async Task A_change_of_what_the_shared_database_holds_of_a_tenant_is_found(string tampering, string reason)
    {
        await using var bench = await StartAsync(servers);
        var acme = await History.FillAsync(bench);

        await bench.ExecuteAsync(tampering);

        Assert.Equal(reason, (await bench.Verifier.VerifyTenantAsync(acme, Token)).Reason);
    }

    [Theory]
    [InlineData("body = replace(body, '\"attempts\":1', '\"attempts\":2')")]
    [InlineData("body = replace(body, '\"actor\":null', '\"actor\":\"eve\"')")]
    [InlineData("body = replace(body, '\"correlationId\":null', '\"correlationId\":\"7\"')")]
    [InlineData("at = at + interval '1 second'", "event all 1")]
    [InlineData("type = 'sync.recovered'", "event all 1")]
    public async Task Of_an_event_that_tells_of_no_revision_only_what_its_columns_say_is_covered(string tampering, params string[] rows)
    {
        await using var bench = await StartAsync(servers);
        await using (var connection = await bench.OpenAsync(tenant: null))
        {
            await using var transaction = await connection.BeginTransactionAsync(Token);
            var batch = transaction.Batch();
            Outbox.Append(batch, new EventEntry { Scope = Scope.All, Id = Guid.CreateVersion7(), Type = "sync.degraded", At = Acts.Now, Payload = Document("""{"attempts":1}""") });
            await batch.RunAsync(Token);
            await transaction.CommitAsync(Token);
        }

        Assert.Equal(1L, await bench.ExecuteAsync($"{History.Disarm} with changed as (update event set {tampering} where layer is null returning body) select count(*) from changed"));

        var verdict = await bench.Verifier.VerifySharedAsync(Token);
        Assert.Equal(rows, verdict.Findings.Select(finding => $"{finding.Table} {finding.Row}"));
    }

    [Fact]
    public async Task Every_finding_is_told_not_only_the_first()
    {
        await using var bench = await StartAsync(servers);
        var acme = await History.FillAsync(bench);

        await bench.ExecuteAsync(acme, "set session_replication_role = replica; update revision set author = 'eve' where number < 3; delete from audit_event where sequence = 3;");

        var verdict = await bench.Verifier.VerifyTenantAsync(acme, Token);
        Assert.Equal(["revision tenant:acme 1", "revision tenant:acme 2", "audit_event 3"], verdict.Findings.Take(3).Select(finding => $"{finding.Table} {finding.Row}"));
    }

    [Fact]
    public async Task A_chain_that_was_written_anew_is_found_by_what_others_have_seen()
    {
        await using var bench = await StartAsync(servers);
        var acme = await History.FillAsync(bench);
        var body = (string)(await bench.ExecuteAsync(acme, "select replace(body, 'issuer', 'eve') from audit_event where sequence = 3"))!;
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(body)));

        await bench.ExecuteAsync(
            acme,
            $"""
            set session_replication_role = replica;
            update audit_event set body = '{body}', hash = '\x{hash}' where sequence = 3;
            update audit_head set hash = '\x{hash}';
            """);

        Assert.Equal("Event 3 is not the one that the shared database has seen: the chain was written anew.", (await bench.Verifier.VerifyTenantAsync(acme, Token)).Reason);
    }

    [Fact]
    public async Task A_database_that_cannot_be_read_does_not_keep_the_others_from_being_checked()
    {
        await using var bench = await StartAsync(servers);
        await History.FillAsync(bench);
        await bench.TenantAsync("bolt");
        await bench.ExecuteAsync("update tenant set database_name = 'gone' where id = 'acme'");
        await using var fresh = bench.Another();

        var verdicts = await fresh.Verifier.VerifyAllAsync(Token).ToListAsync(Token);

        Assert.Equal(["shared The registry's row of tenant 'acme' was changed: its database and role are not named as they were made.", "tenant:acme Its database cannot be read.", "tenant:bolt "], verdicts.Select(verdict => $"{verdict.Scope} {verdict.Reason}"));
    }

    [Fact]
    public async Task A_tenant_whose_cluster_is_not_known_does_not_keep_the_others_from_being_checked()
    {
        await using var bench = await StartAsync(servers);
        await History.FillAsync(bench);
        await bench.TenantAsync("bolt");
        await bench.ExecuteAsync("update tenant set cluster = 'lost' where id = 'acme'");
        await using var fresh = bench.Another();

        var verdicts = await fresh.Verifier.VerifyAllAsync(Token).ToListAsync(Token);

        Assert.Equal(["shared ", "tenant:acme Its database cannot be read.", "tenant:bolt "], verdicts.Select(verdict => $"{verdict.Scope} {verdict.Reason}"));
    }

    private const string RenamedLayer =
        """
        update audit_event
        set body = replace(body, 'tenant:acme', 'nobody'), hash = sha256(replace(body, 'tenant:acme', 'nobody')::bytea)
        where sequence = 3;
        """;

    private const string InsertedBetween =
        """
        update audit_event set sequence = 4 + sequence where sequence > 1;
        insert into audit_event (sequence, body, hash, at) select 2, body, hash, at from audit_event where sequence = 1;
        """;

    private const string CutTail =
        """
        delete from audit_event where sequence > 2;
        update audit_head set (sequence, hash) = (select sequence, hash from audit_event where sequence = 2);
        delete from revision where number > 2;
        """;
}
