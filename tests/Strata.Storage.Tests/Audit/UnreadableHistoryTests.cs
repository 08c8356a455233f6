using Strata.Model;
using Strata.Testing;
using static Strata.Storage.Tests.Workbench;

namespace Strata.Storage.Tests.Audit;

/// <summary>Somebody leaves values behind that Strata can make nothing of; the verifier names their rows, and goes on.</summary>
public sealed class UnreadableHistoryTests(Servers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("update revision set document = document || 'x' where number = 2", "revision tenant:acme 2")]
    [InlineData("update revision set document = '[]' where number = 2", "revision tenant:acme 2")]
    [InlineData("update revision set document = repeat('[', 100000) where number = 3", "revision tenant:acme 3", "layer_head tenant:acme")]
    [InlineData("update revision set kind = 'whim' where number = 2", "revision tenant:acme 2")]
    [InlineData("update revision set at = 'infinity' where number = 2", "revision tenant:acme 2", "event tenant:acme 3")]
    [InlineData("update revision set at = '-infinity' where number = 2", "revision tenant:acme 2", "event tenant:acme 3")]
    [InlineData("update revision set at = '0044-03-15 BC' where number = 2", "revision tenant:acme 2")]
    [InlineData("update revision set at = '0044-03-15 BC' where number = 3", "revision tenant:acme 3", "layer_head tenant:acme")]
    [InlineData("update revision set parent = -9223372036854775808, restores = -1, incarnation = -1 where number = 2", "revision tenant:acme 2")]
    [InlineData("update audit_event set at = '0044-03-15 BC' where sequence = 2", "audit_event 2")]
    [InlineData("update audit_event set at = '-infinity' where sequence = 2", "audit_event 2")]
    [InlineData("update tenant_identity set tenant = 'No tenant!'", "tenant_identity acme", "layer_head tenant:acme")]
    [InlineData("update tenant_identity set incarnation = -1", "layer_head tenant:acme")]
    public async Task What_cannot_be_read_in_a_tenants_database_is_named_and_the_rest_is_checked(string tampering, params string[] rows)
    {
        await using var bench = await StartAsync(servers);
        var acme = await History.FillAsync(bench);

        await bench.ExecuteAsync(acme, $"{History.Disarm} {tampering}");

        var verdict = await bench.Verifier.VerifyTenantAsync(acme, Token);
        Assert.Equal(rows, verdict.Findings.Select(finding => $"{finding.Table} {finding.Row}"));
    }

    [Theory]
    [InlineData("update layer_head set document = 'x' where layer = 'tenant:acme'", "layer_head tenant:acme")]
    [InlineData("update layer_head set changed_at = '0044-03-15 BC' where layer = 'tenant:acme'", "layer_head tenant:acme")]
    [InlineData("update layer_head set number = -1 where layer = 'tenant:acme'", "layer_head tenant:acme", "layer_leaf tenant:acme /quotas/requestsPerMinute")]
    [InlineData("update layer_leaf set pointer = 'no pointer ~', value = 'x' where layer = 'tenant:acme'", "layer_leaf tenant:acme no pointer ~", "layer_leaf tenant:acme /quotas/requestsPerMinute")]
    [InlineData("update event set at = '0044-03-15 BC' where layer = 'tenant:acme' and number = 2", "event tenant:acme 3")]
    [InlineData("update event set body = 'x' where layer = 'tenant:acme' and number = 2", "event tenant:acme 3")]
    [InlineData("update event set number = -1 where layer = 'tenant:acme' and number = 2", "event tenant:acme 3")]
    public async Task What_cannot_be_read_of_what_was_published_of_a_tenant_is_named(string tampering, params string[] rows)
    {
        await using var bench = await StartAsync(servers);
        var acme = await History.FillAsync(bench);

        await bench.ExecuteAsync($"{History.Disarm} {tampering}");

        var verdict = await bench.Verifier.VerifyTenantAsync(acme, Token);
        Assert.Equal(rows, verdict.Findings.Select(finding => $"{finding.Table} {finding.Row}").Distinct());
    }

    [Theory]
    [InlineData("update layer_revision set document = document || 'x' where layer = 'platform:dcoder' and number = 2", "layer_revision platform:dcoder 2")]
    [InlineData("update layer_revision set kind = 'whim' where layer = 'platform:dcoder' and number = 2", "layer_revision platform:dcoder 2")]
    [InlineData("update layer_revision set at = '0044-03-15 BC' where layer = 'platform:dcoder' and number = 2", "layer_revision platform:dcoder 2")]
    [InlineData("update layer_revision set document = replace(document, 'active', '7') where layer = 'attributes:acme' and number = 2", "layer_revision attributes:acme 2", "layer_head attributes:acme", "event tenant:acme 5")]
    [InlineData("insert into layer_revision select 'no:layer', number, kind, document, author, at, comment, parent, restores, change_id, schema_version, hash from layer_revision where layer = 'allowlist'; update event set layer = 'no:layer' where layer = 'allowlist'", "layer_revision no:layer 1", "layer_head no:layer", "event allowlist", "event no:layer")]
    [InlineData("update event set at = '0044-03-15 BC' where layer = 'platform:dcoder' and number = 2", "event platform:dcoder 2")]
    [InlineData("update event set at = '-infinity' where layer = 'tenant:acme' and number = 2", "event tenant:acme 3")]
    [InlineData("update audit_event set at = '0044-03-15 BC' where sequence = 2", "audit_event 2")]
    [InlineData("update platform set created_at = '0044-03-15 BC'", "platform dcoder")]
    [InlineData("update tenant set created_at = '0044-03-15 BC'", "tenant acme")]
    [InlineData("update tenant set status = 'lost'", "tenant acme")]
    [InlineData("insert into tenant (id, platform, cluster, database_name, role_name, role_password, created_at, display_name, status) values ('No tenant!', 'no platform', '', 'a', 'b', '', '-infinity', '', '')", "tenant No tenant!", "layer_head attributes:No tenant!", "layer_head tenant:No tenant!")]
    public async Task What_cannot_be_read_in_the_shared_database_is_named_and_the_rest_is_checked(string tampering, params string[] rows)
    {
        await using var bench = await StartAsync(servers);
        var acme = await History.FillAsync(bench);
        await bench.CommitAsync(Change(LayerKey.Allowlist, 0, Document("{}")));
        await bench.CommitAsync(Change(LayerKey.Attributes(acme), 1, (await bench.HeadAsync(LayerKey.Attributes(acme))).Document.With("tier", Strata.Model.Documents.Json.Of("pro"))));
        await bench.ExecuteAsync("update tenant set tier = 'pro'");

        await bench.ExecuteAsync($"{History.Disarm} {tampering}");

        var verdict = await bench.Verifier.VerifySharedAsync(Token);
        Assert.Equal(rows, verdict.Findings.Select(finding => $"{finding.Table} {finding.Row}").Distinct());
    }

    [Fact]
    public async Task What_was_found_is_told_though_the_rest_cannot_be_read()
    {
        await using var bench = await StartAsync(servers);
        var acme = await History.FillAsync(bench);

        await bench.ExecuteAsync(acme, $"{History.Disarm} update revision set author = 'eve' where number = 2");
        await bench.ExecuteAsync("alter table event rename to gone");

        var verdict = await bench.Verifier.VerifyTenantAsync(acme, Token);
        Assert.Equal((2, 1), (verdict.BrokenAt, verdict.Events));
        Assert.Equal(
            ["Revision 2 of layer 'tenant:acme' was changed: it does not have the hash that event 2 records.", "The rest cannot be read: a table or a value is not what Strata makes."],
            verdict.Findings.Select(finding => finding.Reason));
    }
}
