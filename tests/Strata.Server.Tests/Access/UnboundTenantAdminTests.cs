using System.Collections.Immutable;
using Strata.Model;
using Strata.Server.Access;

namespace Strata.Server.Tests.Access;

public sealed class UnboundTenantAdminTests
{
    private static readonly Grant Unbound = new(new Caller("https://issuer|somebody", null, [Role.TenantAdmin], null, null), null, null, null);

    [Fact]
    public void An_admin_of_tenants_whose_token_names_none_lists_nothing() => Assert.Equal(Judgement.Forbidden, Unbound.Judge(Permission.ListTenants));

    [Fact]
    public void An_admin_of_a_tenant_lists_what_it_may_see() =>
        Assert.Equal(Judgement.Granted, (Unbound with { Caller = Unbound.Caller with { Tenants = ImmutableArray.Create(TenantId.Parse("acme")) } }).Judge(Permission.ListTenants));
}
