using Strata.Model;
using static Strata.Storage.Tests.Workbench;

namespace Strata.Storage.Tests.Audit;

/// <summary>A history to tamper with.</summary>
internal static class History
{
    /// <summary>The platform, three revisions of it, tenant acme: five shared events. Then three revisions of the tenant, which so has seen all of them.</summary>
    public static async Task<TenantId> FillAsync(Workbench bench)
    {
        for (var n = 0; n < 3; n++)
            await bench.CommitAsync(Change(LayerKey.Platform(Brand), n, Quota(600 + n)));
        var acme = await bench.TenantAsync("acme");
        for (var n = 0; n < 3; n++)
            await bench.WriteAsync(acme, n, Quota(60 + n));
        return acme;
    }
}
