using System.Diagnostics;
using System.Globalization;
using Strata.Benchmarks.Server;

namespace Strata.Benchmarks.Resolution;

/// <summary>
/// The impact of a change of D.Coder over HTTP, with 100,000 tenants in the registry and the read models. Their databases do not exist: impact
/// reads none of them. A third override the quota that changes, with one of a hundred values.
/// </summary>
internal static class TenantImpact
{
    private const int Tenants = 100_000;
    private const int Rounds = 11;

    private const string Fill = """
        insert into tenant (id, platform, cluster, database_name, role_name, role_password, migration, created_at, display_name, tier, region, status)
        select 'many-' || i, 'dcoder', 'default', 'none_' || i, 'none_' || i, '', (select max(migration) from tenant), now(), 'Many', (array['free', 'pro', 'enterprise'])[1 + i % 3], 'us', 'active'
        from generate_series(1, 100000) as i;
        insert into layer_head (layer, platform, incarnation, number, document, changed_at)
        select 'attributes:many-' || i, 'dcoder', 0, 1, format('{"displayName":"Many","region":"us","status":"active","tier":"%s"}', (array['free', 'pro', 'enterprise'])[1 + i % 3]), now()
        from generate_series(1, 100000) as i;
        insert into layer_head (layer, platform, incarnation, number, document, changed_at)
        select 'tenant:many-' || i, 'dcoder', 1, 1, case when i % 3 = 0 then format('{"quotas":{"requestsPerMinute":%s}}', 100 + i % 100) else '{"branding":{"productName":"Own"}}' end, now()
        from generate_series(1, 100000) as i;
        insert into layer_leaf (layer, platform, pointer, value, number)
        select 'tenant:many-' || i, 'dcoder', case when i % 3 = 0 then '/quotas/requestsPerMinute' else '/branding/productName' end, case when i % 3 = 0 then (100 + i % 100)::text else '"Own"' end, 1
        from generate_series(1, 100000) as i;
        analyze;
        select count(*) from tenant
        """;

    private static readonly (string Name, string Patch)[] Changes =
    [
        ("a ceiling that a third override", """{"quotas":{"requestsPerMinute":150}}"""),
        ("a default that nobody overrides", """{"archival":{"retentionDays":30}}"""),
        ("a name that two thirds override", """{"branding":{"productName":"Renamed"}}"""),
    ];

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var installation = await Installation.StartAsync(cancellationToken);
        await using var server = await installation.ServeAsync(cancellationToken);
        await server.LoginAsync(cancellationToken);
        await Brand.MakeAsync(server, cancellationToken);
        await installation.SqlAsync<long>(Fill, cancellationToken);

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Tenants:N0} tenants, {Rounds} rounds\n"));
        Console.WriteLine("| change of the platform | tenants affected | median, ms | slowest, ms |\n|---|---|---|---|");
        foreach (var (name, patch) in Changes)
        {
            var (times, affected) = (new List<double>(), 0);
            for (var round = 0; round <= Rounds; round++)
            {
                var watch = Stopwatch.StartNew();
                var report = await server.SendAsync(HttpMethod.Post, "/v1/platforms/dcoder/impact", $$"""{"patch":{{patch}}}""", cancellationToken);
                affected = (int)report["tenantsAffected"]!;
                if (round > 0)
                    times.Add(watch.Elapsed.TotalMilliseconds);
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {affected:N0} | {times.Order().ElementAt(Rounds / 2):N0} | {times.Max():N0} |"));
        }
    }
}
