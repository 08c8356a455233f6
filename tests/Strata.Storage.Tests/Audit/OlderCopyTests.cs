using Strata.Model;
using Strata.Testing;
using static Strata.Storage.Tests.Workbench;

namespace Strata.Storage.Tests.Audit;

/// <summary>A database is put back to an older copy, or another is put in its place; the verifier finds it by what the other databases have seen.</summary>
public sealed class OlderCopyTests(Servers servers)
{
    private static readonly LayerKey Platform = LayerKey.Platform(Brand);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Another_tenants_database_in_the_place_of_this_one_is_found_and_named()
    {
        await using var bench = await StartAsync(servers);
        var acme = await History.FillAsync(bench);
        await bench.TenantAsync("bolt");
        var roles = (string)(await bench.ExecuteAsync("select string_agg(format('grant connect on database %I to %I; ', acme.database_name, acme.role_name), '') from tenant as acme where id = 'acme'"))!;
        var (own, other) = ((string)(await bench.ExecuteAsync("select database_name from tenant where id = 'acme'"))!, (string)(await bench.ExecuteAsync("select database_name from tenant where id = 'bolt'"))!);

        await bench.CopyAsync(other, own);
        await bench.ExecuteAsync(roles);
        await bench.ExecuteAsync(acme, $"select admit_tenant_role('{own}')");

        await using var fresh = bench.Another();
        var verdict = await fresh.Verifier.VerifyTenantAsync(acme, Token);
        Assert.Equal("The database is that of tenant 'bolt', put in the place of 'acme', or its name was changed.", verdict.Reason);
        Assert.Contains(verdict.Findings, finding => finding.Reason.StartsWith("The chain ends at 0, but the shared database has seen event 3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_shared_database_that_went_on_from_an_older_copy_is_found_by_what_tenants_have_seen()
    {
        await using var bench = await StartAsync(servers);
        var acme = await History.FillAsync(bench);
        await GoBackAsync(bench, acme);
        await using var fresh = bench.Another();
        await fresh.Writes.CurrentHeadAsync(acme, Token);
        await fresh.CommitAsync(Change(Platform, 3, Quota(604)));
        await fresh.WriteAsync(acme, 4, Quota(64));

        var verdict = await fresh.Verifier.VerifyTenantAsync(acme, Token);

        Assert.Equal(
            (4L, "Event 4 has seen event 6 of the shared chain, which is another one now or none: the shared database was put back to an older copy or its chain written anew."),
            (verdict.BrokenAt, verdict.Reason));
    }

    [Fact]
    public async Task A_restored_tenant_is_valid_as_its_new_incarnation()
    {
        await using var bench = await StartAsync(servers);
        var acme = await History.FillAsync(bench);
        var database = (string)(await bench.ExecuteAsync("select database_name from tenant"))!;
        await GoBackAsync(bench, database, later => later.WriteAsync(acme, 3, Quota(63)));
        await bench.ExecuteAsync(acme, "update tenant_identity set incarnation = 2");
        await using var fresh = bench.Another();
        await fresh.Writes.CurrentHeadAsync(acme, Token);
        Assert.Null((await fresh.Verifier.VerifyTenantAsync(acme, Token)).Reason);

        await fresh.WriteAsync(acme, 3, Quota(65));

        Assert.Equal(["shared ", "tenant:acme "], await fresh.Verifier.VerifyAllAsync(Token).Select(verdict => $"{verdict.Scope} {verdict.Reason}").ToListAsync(Token));
    }

    [Fact]
    public async Task An_older_copy_of_the_shared_database_is_found_by_what_a_tenant_has_seen()
    {
        await using var bench = await StartAsync(servers);
        await History.FillAsync(bench);

        await bench.ExecuteAsync(
            """
            set session_replication_role = replica;
            delete from layer_revision where layer = 'attributes:acme';
            update layer_head set number = 0, document = jsonb_build_object()::text where layer = 'attributes:acme';
            delete from audit_event where sequence = 5;
            update audit_head set (sequence, hash) = (select sequence, hash from audit_event where sequence = 4);
            """);

        var verdict = await bench.Verifier.VerifySharedAsync(Token);
        Assert.Equal((5L, "The chain ends at 4, but tenant 'acme' has seen event 5: events were cut off or an older copy was put back."), (verdict.BrokenAt, verdict.Reason));
    }

    [Fact]
    public async Task A_tenants_database_that_was_restored_from_an_older_copy_is_found()
    {
        await using var bench = await StartAsync(servers);
        var acme = await History.FillAsync(bench);
        var database = (string)(await bench.ExecuteAsync("select database_name from tenant"))!;

        await GoBackAsync(bench, database, later => later.WriteAsync(acme, 3, Quota(63)));

        await using var fresh = bench.Another();
        Assert.Equal(
            "The chain ends at 3, but the shared database has seen event 4: events were cut off or an older copy was put back.",
            (await fresh.Verifier.VerifyTenantAsync(acme, Token)).Reason);
        await Assert.ThrowsAsync<OlderCopyException>(() => fresh.Writes.CurrentHeadAsync(acme, Token));
    }

    [Fact]
    public async Task A_shared_database_that_was_restored_from_an_older_copy_is_found()
    {
        await using var bench = await StartAsync(servers);
        var acme = await History.FillAsync(bench);

        await GoBackAsync(bench, acme);

        await using var fresh = bench.Another();
        Assert.Equal(
            "The chain ends at 5, but tenant 'acme' has seen event 6: events were cut off or an older copy was put back.", (await fresh.Verifier.VerifySharedAsync(Token)).Reason);
    }

    /// <summary>Puts the shared database back to a copy of what was filled, after one more revision of the platform and one of the tenant.</summary>
    private static Task GoBackAsync(Workbench bench, TenantId acme) => GoBackAsync(
        bench, bench.Database,
        async later =>
        {
            await later.CommitAsync(Change(Platform, 3, Quota(603)));
            await later.WriteAsync(acme, 3, Quota(63));
        });

    /// <summary>Puts a database back to a copy that was made before another server process did something.</summary>
    private static async Task GoBackAsync(Workbench bench, string database, Func<Workbench, Task> meanwhile)
    {
        await bench.CopyAsync(database, "older");
        await using (var later = bench.Another())
            await meanwhile(later);
        await bench.CopyAsync("older", database);
    }
}
