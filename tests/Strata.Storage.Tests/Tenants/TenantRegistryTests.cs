using Strata.Model;
using Strata.Testing;

namespace Strata.Storage.Tests.Tenants;

public sealed class TenantRegistryTests(Servers servers)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_list_is_paged_by_id()
    {
        await using var strata = await CreateAsync("acme", "globex", "initech");

        var first = await ListAsync(strata, new TenantFilter(), after: null, limit: 2);
        var second = await ListAsync(strata, new TenantFilter(), after: "globex", limit: 2);

        Assert.Equal(("acme globex", "initech"), (first, second));
    }

    [Theory]
    [InlineData("OBE")]
    [InlineData("tenant glo")]
    public async Task A_text_is_looked_for_in_id_and_display_name_whatever_the_case(string text)
    {
        await using var strata = await CreateAsync("acme", "globex");

        Assert.Equal("globex", await ListAsync(strata, new TenantFilter { Text = text }));
    }

    [Theory]
    [InlineData("%")]
    [InlineData("_")]
    public async Task A_text_is_no_pattern(string text)
    {
        await using var strata = await CreateAsync("acme");

        Assert.Empty(await ListAsync(strata, new TenantFilter { Text = text }));
    }

    [Fact]
    public async Task A_list_can_be_of_a_status()
    {
        await using var strata = await CreateAsync("acme", "globex");
        await strata.SharedAsync("update tenant set status = 'suspended' where id = 'acme'");

        Assert.Equal("acme", await ListAsync(strata, new TenantFilter { Status = TenantStatus.Suspended }));
    }

    [Fact]
    public async Task A_list_can_be_of_platforms()
    {
        await using var strata = await CreateAsync("acme");

        Assert.Equal("acme", await ListAsync(strata, new TenantFilter { Platforms = [PlatformId.Parse("dcoder"), PlatformId.Parse("other")] }));
        Assert.Empty(await ListAsync(strata, new TenantFilter { Platforms = [PlatformId.Parse("other")] }));
        Assert.Empty(await ListAsync(strata, new TenantFilter { Platforms = [] }));
    }

    [Fact]
    public async Task A_tenant_says_what_its_attributes_say()
    {
        await using var strata = await CreateAsync("acme");

        var found = await strata.Get<TenantRegistry>().FindAsync(TenantId.Parse("acme"), Cancel);

        Assert.Equal(("Tenant acme", "yes", Acts.Now), (found!.Attributes.DisplayName, found.Attributes.Labels["pilot"], found.CreatedAt));
    }

    private async Task<Installation> CreateAsync(params string[] tenants)
    {
        var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();
        await Task.WhenAll(tenants.Select(strata.TenantAsync));
        return strata;
    }

    private static async Task<string> ListAsync(Installation strata, TenantFilter filter, string? after = null, int limit = 50)
    {
        var start = after is null ? (TenantId?)null : TenantId.Parse(after);
        return string.Join(' ', (await strata.Get<TenantRegistry>().ListAsync(filter, start, limit, Cancel)).Select(tenant => tenant.Id));
    }
}
