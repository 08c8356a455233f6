using System.Collections.Immutable;
using Strata.Model;
using Strata.Server.Access;

namespace Strata.Server.Tests.Access;

public sealed class GrantTests
{
    private static readonly PlatformId Dcoder = PlatformId.Parse("dcoder");
    private static readonly PlatformId Other = PlatformId.Parse("other");
    private static readonly TenantId Acme = TenantId.Parse("acme");
    private static readonly TenantId Globex = TenantId.Parse("globex");

    [Fact]
    public void A_tenant_admin_reads_and_writes_its_tenant()
    {
        var grant = Of(Role.TenantAdmin, tenants: [Acme]);

        Assert.Equal(Judgement.Granted, grant.Judge(Permission.ReadTenant, Dcoder, Acme));
        Assert.Equal(Judgement.Granted, grant.Judge(Permission.WriteOverrides, Dcoder, Acme));
    }

    [Fact]
    public void A_tenant_admin_does_not_administer_its_tenant() =>
        Assert.Equal(Judgement.Forbidden, Of(Role.TenantAdmin, tenants: [Acme]).Judge(Permission.AdministerTenant, Dcoder, Acme));

    [Fact]
    public void A_tenant_admin_does_not_see_another_tenant() =>
        Assert.Equal(Judgement.Invisible, Of(Role.TenantAdmin, tenants: [Acme]).Judge(Permission.ReadTenant, Dcoder, Globex));

    [Fact]
    public void A_tenant_admin_without_a_tenant_sees_none() =>
        Assert.Equal(Judgement.Invisible, Of(Role.TenantAdmin).Judge(Permission.ReadTenant, Dcoder, Acme));

    [Fact]
    public void A_platform_admin_does_not_see_a_tenant_of_another_platform() =>
        Assert.Equal(Judgement.Invisible, Of(Role.PlatformAdmin, platforms: [Other]).Judge(Permission.ReadTenant, Dcoder, Acme));

    [Fact]
    public void A_platform_admin_whose_token_names_tenants_administers_nothing()
    {
        var grant = Of(Role.PlatformAdmin, tenants: [Acme]);

        Assert.Equal(Judgement.Forbidden, grant.Judge(Permission.Operate));
        Assert.Equal(Judgement.Forbidden, grant.Judge(Permission.WritePlatform, Dcoder));
        Assert.Equal(Judgement.Invisible, grant.Judge(Permission.AdministerTenant, Dcoder, Acme));
    }

    [Fact]
    public void A_service_reads_the_effective_configuration_only()
    {
        var grant = Of(Role.Service, platforms: [Dcoder]);

        Assert.Equal(Judgement.Granted, grant.Judge(Permission.ReadEffective, Dcoder, Acme));
        Assert.Equal(Judgement.Forbidden, grant.Judge(Permission.ReadTenant, Dcoder, Acme));
    }

    [Fact]
    public void A_narrowed_request_reaches_no_other_tenant() =>
        Assert.Equal(Judgement.Forbidden, (Of(Role.PlatformAdmin) with { OnlyTenant = Globex, OnlyTenantsPlatform = Dcoder }).Judge(Permission.ReadTenant, Dcoder, Acme));

    private static Grant Of(Role role, ImmutableArray<PlatformId>? platforms = null, ImmutableArray<TenantId>? tenants = null) =>
        new(new Caller("test|me", null, [role], platforms, tenants), null, null, null);
}
