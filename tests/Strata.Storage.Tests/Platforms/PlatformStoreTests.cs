using Strata.Model;
using Strata.Testing;

namespace Strata.Storage.Tests.Platforms;

public sealed class PlatformStoreTests(Servers servers)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_platform_has_an_empty_layer_and_an_audit_event()
    {
        await using var strata = await Installation.CreateAsync(servers);

        var platform = await strata.PlatformAsync();

        var head = await strata.Get<LayerStore>().FindHeadAsync(LayerKey.Platform(platform), Cancel);
        Assert.Equal((new Revision(0), "{}"), (head!.Revision, head.Document.ToString()));
        Assert.Equal("platform.created platform:dcoder", await strata.SharedAsync("select action || ' ' || scope from audit_event"));
        Assert.Equal("Ada", await strata.SharedAsync("select name from principal"));
    }

    [Fact]
    public async Task The_answer_is_stored_with_the_platform()
    {
        await using var strata = await Installation.CreateAsync(servers);
        var claim = new IdempotencyClaim("caller", "key");
        await strata.Get<IdempotencyStore>().ClaimAsync(claim, new byte[] { 1 }, Cancel);
        var platform = new PlatformRecord(PlatformId.Parse("dcoder"), "D.Coder", new Revision(0), Acts.Now);

        await strata.Get<PlatformStore>().CreateAsync(platform, Acts.Of("request") with { Claim = claim }, Acts.Created, Cancel);

        Assert.Equal(201, await strata.SharedAsync("select status from idempotency"));
    }

    [Fact]
    public async Task An_id_that_is_taken_is_a_conflict_that_changes_nothing()
    {
        await using var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();
        var again = new PlatformRecord(PlatformId.Parse("dcoder"), "Other", new Revision(0), Acts.Now);

        var refused = await strata.Get<PlatformStore>().CreateAsync(again, Acts.Of("again"), Acts.Created, Cancel);

        Assert.Equal(ErrorCodes.Conflict, refused.Error?.Code);
        Assert.Equal("D.Coder", (await strata.Get<PlatformStore>().FindAsync(again.Id, Cancel))?.DisplayName);
        Assert.Equal(1L, await strata.SharedAsync("select count(*) from audit_event"));
    }

    [Fact]
    public async Task A_list_is_paged_by_id_and_can_be_of_some_only()
    {
        await using var strata = await Installation.CreateAsync(servers);
        foreach (var id in (string[])["gamma", "alpha", "beta"])
            await strata.PlatformAsync(id);
        var store = strata.Get<PlatformStore>();

        var second = await store.ListAsync(of: null, PlatformId.Parse("alpha"), limit: 1, Cancel);
        var some = await store.ListAsync([PlatformId.Parse("gamma"), PlatformId.Parse("alpha")], after: null, limit: 50, Cancel);

        Assert.Equal(["beta"], second.Select(platform => platform.Id.Text));
        Assert.Equal(["alpha", "gamma"], some.Select(platform => platform.Id.Text));
    }
}
