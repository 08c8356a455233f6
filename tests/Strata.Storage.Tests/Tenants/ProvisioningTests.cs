using Microsoft.Extensions.DependencyInjection;
using Strata.Model;
using Strata.Testing;

namespace Strata.Storage.Tests.Tenants;

public sealed class ProvisioningTests(Servers servers)
{
    private static readonly TenantId Acme = TenantId.Parse("acme");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_tenant_is_active_with_its_first_attributes_and_empty_overrides()
    {
        await using var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();

        var created = (await strata.TryTenantAsync("acme")).Value;

        Assert.Equal((TenantStatus.Active, new Revision(1), "free"), (created.Attributes.Status, created.Revision, created.Attributes.Tier));
        var attributes = await strata.Get<LayerStore>().FindRevisionAsync(LayerKey.Attributes(Acme), 1, Cancel);
        Assert.Equal("""{"displayName":"Tenant acme","labels":{"pilot":"yes"},"status":"active","tier":"free"}""", attributes!.Document.ToString());
        var overrides = await strata.Get<LayerStore>().FindHeadAsync(LayerKey.Tenant(Acme), Cancel);
        Assert.Equal((new Revision(1, 0), "{}"), (overrides!.Revision, overrides.Document.ToString()));
        Assert.Equal("tenant.created tenant:acme", await strata.SharedAsync("select action || ' ' || scope from audit_event order by sequence desc limit 1"));
    }

    [Fact]
    public async Task A_tenants_database_knows_whose_it_is()
    {
        await using var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();
        await strata.TenantAsync("acme");

        await using var rented = await strata.Get<TenantConnections>().RentAsync(Acme, Cancel);

        var identity = await rented.Connection.Command("select tenant || ' ' || incarnation from tenant_identity").ReadAsync(r => r.GetString(0), Cancel);
        Assert.Equal(["acme 1"], identity);
    }

    [Fact]
    public async Task An_id_is_refused_for_ever_once_it_was_used()
    {
        await using var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();
        await strata.TenantAsync("acme");
        await strata.SharedAsync("update tenant set status = 'offboarded'");

        var again = await strata.TryTenantAsync("acme");

        Assert.Equal(ErrorCodes.Conflict, again.Error?.Code);
    }

    [Fact]
    public async Task A_platform_that_does_not_exist_is_refused_and_nothing_is_taken()
    {
        await using var strata = await Installation.CreateAsync(servers);

        var refused = await strata.TryTenantAsync("acme");

        Assert.Equal(ErrorCodes.InvalidArgument, refused.Error?.Code);
        Assert.Null(await strata.Get<TenantRegistry>().FindAsync(Acme, Cancel));
    }

    [Fact]
    public async Task Ids_that_differ_only_in_hyphens_get_databases_of_their_own()
    {
        await using var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();

        await Task.WhenAll(strata.TenantAsync("a-bc"), strata.TenantAsync("ab-c"), strata.TenantAsync("abc"));

        Assert.Equal(3L, await strata.SharedAsync("select count(distinct database_name) from tenant where status = 'active'"));
    }

    [Fact]
    public async Task The_longest_id_fits_into_a_name_of_postgresql()
    {
        await using var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();

        var created = await strata.TryTenantAsync(new string('a', 40));

        Assert.Equal(TenantStatus.Active, created.Value.Attributes.Status);
    }

    public static TheoryData<string> Steps =>
    [
        "provisioning.reserved", "provisioning.role", "provisioning.template.migrated", "provisioning.template", "provisioning.database",
        "provisioning.connect", "provisioning.grants", "provisioning.identity", "provisioning.activating",
    ];

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_tenant_whose_maker_died_is_finished_by_another_replica(string step)
    {
        await using var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();
        var claim = await ClaimAsync(strata, "key");
        await DieAtAsync(strata, step, claim);
        Assert.Equal(TenantStatus.Provisioning, (await strata.Get<TenantRegistry>().FindAsync(Acme, Cancel))?.Attributes.Status);

        await strata.SharedAsync("update tenant_creation set lease_until = now()");
        await strata.Get<Provisioning>().ResumeAsync(Cancel);

        Assert.Equal(TenantStatus.Active, (await strata.Get<TenantRegistry>().FindAsync(Acme, Cancel))?.Attributes.Status);
        Assert.Equal(1L, await strata.SharedAsync("select count(*) from layer_revision"));
        Assert.Equal("tenant.created", await strata.SharedAsync("select string_agg(type, ' ') from event"));
        Assert.Equal(201, await strata.SharedAsync("select status from idempotency"));
        await using var rented = await strata.Get<TenantConnections>().RentAsync(Acme, Cancel);
        Assert.Equal(1, (await rented.Connection.Command("select incarnation from tenant_identity").ReadAsync(r => r.GetInt32(0), Cancel)).Single());
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Who_needs_a_tenant_that_a_dead_maker_left_half_made_has_it_finished_at_once(string step)
    {
        await using var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();
        await DieAtAsync(strata, step, await ClaimAsync(strata, "key"));

        await strata.Get<Provisioning>().FinishAsync([TenantId.Parse("globex"), Acme], Cancel);

        Assert.Equal(TenantStatus.Active, (await strata.Get<TenantRegistry>().FindAsync(Acme, Cancel))?.Attributes.Status);
        Assert.Equal(201, await strata.SharedAsync("select status from idempotency"));
    }

    [Fact]
    public async Task A_maker_that_died_is_left_alone_while_its_lease_runs()
    {
        await using var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();
        await DieAtAsync(strata, "provisioning.role", claim: null);

        await strata.Get<Provisioning>().ResumeAsync(Cancel);

        Assert.Equal(TenantStatus.Provisioning, (await strata.Get<TenantRegistry>().FindAsync(Acme, Cancel))?.Attributes.Status);
    }

    [Fact]
    public async Task The_same_key_asked_again_finishes_what_its_first_request_began()
    {
        await using var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();
        await DieAtAsync(strata, "provisioning.database", await ClaimAsync(strata, "key"));
        await strata.SharedAsync("update idempotency set lease_until = now()");

        var again = await strata.TryTenantAsync("acme", claim: await ClaimAsync(strata, "key"));

        Assert.Equal(TenantStatus.Active, again.Value.Attributes.Status);
        Assert.Equal(201, await strata.SharedAsync("select status from idempotency"));
    }

    [Fact]
    public async Task Who_goes_on_with_what_a_first_request_began_gets_its_answer_whatever_it_would_answer_itself()
    {
        await using var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();
        await DieAtAsync(strata, "provisioning.database", await ClaimAsync(strata, "key"));
        await strata.SharedAsync("update idempotency set lease_until = now()");
        var again = Acts.Of("again") with { Claim = await ClaimAsync(strata, "key") };

        var answer = await strata.Get<Provisioning>().CreateAsync(Acts.Tenant("acme"), again, _ => Acts.Created with { Status = 299 }, Cancel);

        Assert.Equal(201, answer.Value.Status);
    }

    [Fact]
    public async Task A_key_whose_tenant_is_being_made_is_not_given_back_and_gets_the_answer()
    {
        await using var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();
        var claim = await ClaimAsync(strata, "key");
        await DieAtAsync(strata, "provisioning.database", claim);

        await strata.Get<IdempotencyStore>().AbandonAsync(claim, Cancel);
        await strata.SharedAsync("update tenant_creation set lease_until = now()");
        await strata.Get<Provisioning>().ResumeAsync(Cancel);

        Assert.Equal(201, await strata.SharedAsync("select status from idempotency"));
    }

    [Fact]
    public async Task A_tenant_that_cannot_be_finished_does_not_keep_the_others_from_it()
    {
        await using var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();
        await DieAtAsync(strata, "provisioning.reserved", claim: null);
        await strata.SharedAsync("update tenant set cluster = 'lost'");
        await DieAtAsync(strata, "provisioning.reserved", claim: null, "globex");
        await strata.SharedAsync("update tenant_creation set lease_until = now() - case tenant when 'acme' then interval '1 minute' else interval '0' end");

        await strata.Get<Provisioning>().ResumeAsync(Cancel);

        Assert.Equal(TenantStatus.Active, (await strata.Get<TenantRegistry>().FindAsync(TenantId.Parse("globex"), Cancel))?.Attributes.Status);
    }

    [Fact]
    public async Task Another_key_does_not_get_a_tenant_that_is_being_made()
    {
        await using var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();
        await DieAtAsync(strata, "provisioning.database", await ClaimAsync(strata, "key"));

        var other = await strata.TryTenantAsync("acme", claim: await ClaimAsync(strata, "other"));

        Assert.Equal(ErrorCodes.Conflict, other.Error?.Code);
    }

    [Fact]
    public async Task Two_replicas_that_finish_one_tenant_at_once_make_it_once()
    {
        await using var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();
        await DieAtAsync(strata, "provisioning.reserved", await ClaimAsync(strata, "key"));
        await strata.SharedAsync("update tenant_creation set lease_until = now(); update idempotency set lease_until = now()");
        var again = await ClaimAsync(strata, "key");
        await using var other = strata.Replica();

        await Task.WhenAll(other.Get<Provisioning>().ResumeAsync(Cancel), strata.TryTenantAsync("acme", claim: again));

        Assert.Equal(1L, await strata.SharedAsync("select count(*) from layer_revision"));
        Assert.Equal(1L, await strata.SharedAsync("select count(*) from audit_event where action = 'tenant.created'"));
    }

    private static async Task<IdempotencyClaim> ClaimAsync(Installation strata, string key)
    {
        var claim = new IdempotencyClaim("caller", key);
        await strata.Get<IdempotencyStore>().ClaimAsync(claim, new byte[] { 1 }, Cancel);
        return claim;
    }

    private static async Task DieAtAsync(Installation strata, string step, IdempotencyClaim? claim, string id = "acme")
    {
        var deadly = new Checkpoints(reached => reached == step ? throw new KilledException() : ValueTask.CompletedTask);
        await using var dying = strata.Replica(services => services.AddSingleton(deadly));
        await Assert.ThrowsAsync<KilledException>(() => dying.TryTenantAsync(id, claim: claim));
    }

    private sealed class KilledException : Exception;
}
