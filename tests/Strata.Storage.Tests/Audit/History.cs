using Strata.Model;
using static Strata.Storage.Tests.Workbench;

namespace Strata.Storage.Tests.Audit;

/// <summary>A history to tamper with.</summary>
internal static class History
{
    /// <summary>Whoever rewrites history stops neither at triggers nor at checks.</summary>
    public const string Disarm = """
        set session_replication_role = replica;
        do $$
        declare found record;
        begin
            for found in select conrelid::regclass as owner, conname from pg_constraint where contype in ('c', 'f') and connamespace = 'public'::regnamespace loop
                execute format('alter table %s drop constraint %I', found.owner, found.conname);
            end loop;
        end
        $$;
        """;

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
