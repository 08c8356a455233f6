using Microsoft.Extensions.DependencyInjection;
using Strata.Model;
using Strata.Testing;

namespace Strata.Storage.Tests.Tenants;

public sealed class FleetMigrationTests(Servers servers)
{
    private static readonly Migration AddNote = new(
        2, "add_note", "do $$ begin if exists (select from tenant_identity where tenant = 'globex') then raise exception 'no room'; end if; end $$; create table note (id integer);");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_tenant_gets_the_new_migration_and_a_failing_one_is_skipped_and_reported()
    {
        await using var strata = await CreateAsync("acme", "globex", "initech");
        await using var newer = strata.Replica(WithNote);

        await newer.Get<FleetMigration>().WorkAsync(Cancel);

        var run = await newer.Get<FleetMigration>().FindLatestAsync(Cancel);
        Assert.Equal((2, 0, 2, 1), (run!.Target, run.Pending, run.Done, run.Failed));
        Assert.NotNull(run.FinishedAt);
        Assert.Equal(("globex", "Migration 2 (add_note) failed"), (run.Failures.Single().Tenant.Text, run.Failures.Single().Error[..29]));
        Assert.Equal("acme 2, globex 1, initech 2", await MigrationsAsync(strata));
        Assert.Equal("note", await Installation.ScalarAsync(await strata.AdminOfAsync(TenantId.Parse("acme")), "select to_regclass('note')::text"));
    }

    [Fact]
    public async Task A_failed_tenant_is_tried_again_only_when_a_run_is_started()
    {
        await using var strata = await CreateAsync("globex");
        await using var newer = strata.Replica(WithNote);
        var fleet = newer.Get<FleetMigration>();
        await fleet.WorkAsync(Cancel);
        var first = await fleet.FindLatestAsync(Cancel);
        await fleet.WorkAsync(Cancel);
        Assert.Equal(first!.Id, (await fleet.FindLatestAsync(Cancel))!.Id);
        await Installation.ScalarAsync(await strata.AdminOfAsync(TenantId.Parse("globex")), "update tenant_identity set tenant = 'mended'");

        await fleet.StartAsync(Cancel);
        await fleet.WorkAsync(Cancel);

        Assert.Equal((1, 0), ((await fleet.FindLatestAsync(Cancel)) is { } second ? (second.Done, second.Failed) : default));
        Assert.Equal("globex 2", await MigrationsAsync(strata));
    }

    [Theory]
    [InlineData("fleet.claimed")]
    [InlineData("fleet.migrated")]
    [InlineData("fleet.recorded")]
    public async Task A_killed_run_goes_on_where_it_was(string step)
    {
        await using var strata = await CreateAsync("acme", "initech", "hooli", "umbrella", "tyrell");
        var reached = 0;
        var deadly = new Checkpoints(at => at == step && Interlocked.Increment(ref reached) > 2 ? throw new KilledException() : ValueTask.CompletedTask);
        await using (var dying = strata.Replica(services => WithNote(services.AddSingleton(deadly))))
            await Assert.ThrowsAsync<KilledException>(() => dying.Get<FleetMigration>().WorkAsync(Cancel));
        await strata.SharedAsync("update fleet_migration_tenant set lease_until = now() where lease_until is not null");
        await using var newer = strata.Replica(WithNote);
        var begun = await newer.Get<FleetMigration>().FindLatestAsync(Cancel);

        await newer.Get<FleetMigration>().WorkAsync(Cancel);

        var run = await newer.Get<FleetMigration>().FindLatestAsync(Cancel);
        Assert.Null(begun!.FinishedAt);
        Assert.Equal((begun.Id, 5, 0), (run!.Id, run.Done, run.Pending));
        Assert.Equal("acme 2, hooli 2, initech 2, tyrell 2, umbrella 2", await MigrationsAsync(strata));
    }

    [Fact]
    public async Task Replicas_share_a_run()
    {
        await using var strata = await CreateAsync("acme", "initech", "hooli", "umbrella", "tyrell");
        await using var one = strata.Replica(WithNote);
        await using var two = strata.Replica(WithNote);

        await Task.WhenAll(one.Get<FleetMigration>().WorkAsync(Cancel), two.Get<FleetMigration>().WorkAsync(Cancel));

        Assert.Equal(1L, await strata.SharedAsync("select count(*) from fleet_migration"));
        Assert.Equal(5L, await strata.SharedAsync("select count(*) from fleet_migration_tenant where state = 'done'"));
    }

    [Fact]
    public async Task A_new_tenant_has_the_newest_schema_and_needs_no_run()
    {
        await using var strata = await CreateAsync();
        await using var newer = strata.Replica(WithNote);
        await newer.TenantAsync("acme");

        await newer.Get<FleetMigration>().WorkAsync(Cancel);

        Assert.Null(await newer.Get<FleetMigration>().FindLatestAsync(Cancel));
        Assert.Equal("acme 2", await MigrationsAsync(strata));
    }

    [Fact]
    public async Task A_tenant_whose_server_is_away_stays_pending()
    {
        await using var strata = await CreateAsync("acme", "initech");
        await strata.SharedAsync("update tenant set cluster = 'away' where id = 'acme'");
        await using var newer = Installation.Open(
            strata.ConnectionString, [("Clusters:away:ConnectionString", "Host=127.0.0.1;Port=1;Database=strata;Username=strata")], WithNote);

        await newer.Get<FleetMigration>().WorkAsync(Cancel);

        var run = await newer.Get<FleetMigration>().FindLatestAsync(Cancel);
        Assert.Equal((1, 1, 0), (run!.Pending, run.Done, run.Failed));
        Assert.Null(run.FinishedAt);
    }

    [Fact]
    public async Task The_reason_of_a_failure_names_no_database()
    {
        await using var strata = await CreateAsync("acme");
        await strata.SharedAsync("update tenant set database_name = 'gone'");
        await using var newer = strata.Replica(WithNote);

        await newer.Get<FleetMigration>().WorkAsync(Cancel);

        var run = await newer.Get<FleetMigration>().FindLatestAsync(Cancel);
        Assert.Equal("Its server refused (SQLSTATE 3D000); the log says more.", run!.Failures.Single().Error);
    }

    [Fact]
    public async Task A_run_needs_no_more_connections_than_there_are()
    {
        await using var strata = await CreateAsync("acme", "initech", "hooli");
        await using var newer = Installation.Open(
            strata.ConnectionString, [("Storage:MaxSharedConnections", "2"), ("Storage:ProvisioningParallelism", "16")], WithNote);

        await newer.Get<FleetMigration>().WorkAsync(Cancel);

        Assert.Equal(3, (await newer.Get<FleetMigration>().FindLatestAsync(Cancel))!.Done);
    }

    private static void WithNote(IServiceCollection services) =>
        services.AddSingleton(new MigrationSet([.. MigrationSet.Tenant().All, AddNote]));

    private async Task<Installation> CreateAsync(params string[] tenants)
    {
        var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();
        await Task.WhenAll(tenants.Select(strata.TenantAsync));
        return strata;
    }

    private static async Task<string?> MigrationsAsync(Installation strata) =>
        (string?)await strata.SharedAsync("select string_agg(id || ' ' || migration, ', ' order by id) from tenant");

    private sealed class KilledException : Exception;
}
