using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Strata.Testing;

namespace Strata.Benchmarks.Server;

/// <summary>
/// A thousand tenants on one machine: what making them takes, how fast all of them are read and written, on how many connections, in how much memory,
/// how soon a server with all of them is ready, and what a migration of the fleet takes.
/// </summary>
internal static class Scale
{
    private const int Tenants = 1000;
    private const int Callers = 64;
    private const int Batch = 25;

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        // As many as a PostgreSQL accepts that nobody has configured: one too many is a request that fails.
        await using var installation = await Installation.StartAsync(maxConnections: 100, cancellationToken);
        await using var watch = new ConnectionWatch(installation.Shared);
        Console.WriteLine("| what | measured |\n|---|---|");
        await ProvisionAsync(installation, cancellationToken);
        await UseAsync(installation, cancellationToken);
        await BoundAsync(installation, cancellationToken);
        await MigrateAsync(installation, cancellationToken);
        Row($"most PostgreSQL connections at once", $"{watch.Most} ({watch.Samples:N0} samples)");
    }

    private static async Task ProvisionAsync(Installation installation, CancellationToken cancellationToken)
    {
        await using var server = await installation.ServeAsync(cancellationToken);
        await server.LoginAsync(cancellationToken);
        await Brand.MakeAsync(server, cancellationToken);
        var (times, whole, before) = (new List<double>(), Stopwatch.StartNew(), server.ProcessorTime);
        foreach (var batch in Enumerable.Range(0, Tenants).Chunk(Batch))
        {
            var one = Stopwatch.StartNew();
            await server.SendAsync(HttpMethod.Post, "/v1/apply", $$"""{"items":[{{string.Join(',', batch.Select(Item))}}]}""", cancellationToken);
            times.Add(one.Elapsed.TotalMilliseconds / batch.Length);
            await Console.Error.WriteAsync($"\r{batch[^1] + 1:N0} of {Tenants:N0} tenants");
        }
        await Console.Error.WriteLineAsync();
        Row($"making {Tenants:N0} tenants with a database and overrides each", $"{whole.Elapsed.TotalSeconds:N1} s: {whole.Elapsed.TotalMilliseconds / Tenants:N0} ms a tenant, {(server.ProcessorTime - before).TotalMilliseconds / Tenants:N0} ms of the server's processor time");
        Row($"a tenant, of the first {Batch} and of the last {Batch}", $"{times[0]:N0} ms, {times[^1]:N0} ms");
        var again = Stopwatch.StartNew();
        foreach (var batch in Enumerable.Range(0, Tenants).Chunk(Batch))
            await server.SendAsync(HttpMethod.Post, "/v1/apply", $$"""{"items":[{{string.Join(',', batch.Select(Item))}}]}""", cancellationToken);
        Row($"applying the same again", $"{again.Elapsed.TotalSeconds:N1} s");
        Row($"databases on disk, MB a tenant", $"{await installation.SqlAsync<decimal>("select sum(pg_database_size(oid)) / 1048576 / (select count(*) from tenant) from pg_database", cancellationToken):N1}");
    }

    /// <summary>A server that has just started meets all tenants.</summary>
    private static async Task UseAsync(Installation installation, CancellationToken cancellationToken)
    {
        var start = Stopwatch.StartNew();
        await using var server = await installation.ServeAsync(cancellationToken);
        await server.LoginAsync(cancellationToken);
        await server.SendAsync(HttpMethod.Get, "/v1/tenants/t-0/config", null, cancellationToken);
        Row($"a server's start to its first answer", $"{start.Elapsed.TotalSeconds:N1} s");

        await EachAsync(_ => server.SendAsync(HttpMethod.Get, "/v1/tenants/t-0/config", null, cancellationToken)); // what the callers' connections take
        var before = await server.MemoryAsync(cancellationToken);
        var first = await EachAsync(tenant => server.SendAsync(HttpMethod.Get, $"/v1/tenants/t-{tenant}/config", null, cancellationToken));
        var after = await server.MemoryAsync(cancellationToken);
        Row($"reading each once, nothing known yet", $"{first:N0} a second");
        Row($"reading each again", $"{await EachAsync(tenant => server.SendAsync(HttpMethod.Get, $"/v1/tenants/t-{tenant}/config", null, cancellationToken)):N0} a second");
        Row($"writing each once", $"{await EachAsync(tenant => WriteAsync(server, tenant, cancellationToken)):N0} a second");
        var end = await server.MemoryAsync(cancellationToken);
        Row($"managed heap before, after all were read, after all were written", $"{before.Heap / 1048576.0:N1}, {after.Heap / 1048576.0:N1}, {end.Heap / 1048576.0:N1} MB");
        Row($"of it a tenant that was read", $"{(after.Heap - before.Heap) / 1024.0 / Tenants:N1} kB");
        Row($"working set before, after all were read, after all were written", $"{before.WorkingSet / 1048576:N0}, {after.WorkingSet / 1048576:N0}, {end.WorkingSet / 1048576:N0} MB");
    }

    /// <summary>A server that may keep a tenth of them.</summary>
    private static async Task BoundAsync(Installation installation, CancellationToken cancellationToken)
    {
        await using var server = await installation.ServeAsync(cancellationToken, ("Storage__MaxSnapshotBytes", "2600000"));
        await server.LoginAsync(cancellationToken);
        await EachAsync(_ => server.SendAsync(HttpMethod.Get, "/v1/tenants/t-0/config", null, cancellationToken));
        var before = await server.MemoryAsync(cancellationToken);
        for (var round = 0; round < 2; round++)
            await EachAsync(tenant => server.SendAsync(HttpMethod.Get, $"/v1/tenants/t-{tenant}/config", null, cancellationToken));
        var after = await server.MemoryAsync(cancellationToken);
        Row($"managed heap with snapshots bounded to 2.6 MB, before and after all were read twice", $"{before.Heap / 1048576.0:N1}, {after.Heap / 1048576.0:N1} MB");
    }

    private static async Task MigrateAsync(Installation installation, CancellationToken cancellationToken)
    {
        var whole = Stopwatch.StartNew();
        await using var server = await installation.ServeAsync(cancellationToken, (ServerProcess.MoreMigrations, "1"));
        await server.LoginAsync(cancellationToken);
        JsonNode? run;
        do
        {
            await Task.Delay(50, cancellationToken);
            run = (await server.SendAsync(HttpMethod.Get, "/v1/migrations", null, cancellationToken))["run"];
            await Console.Error.WriteAsync($"\r{run?["done"]} migrated, {run?["pending"]} to go   ");
        }
        while (run?["finishedAt"] is null);
        await Console.Error.WriteLineAsync();
        var time = ((DateTimeOffset)run["finishedAt"]! - (DateTimeOffset)run["startedAt"]!).TotalSeconds;
        Row($"migrating the fleet", $"{time:N1} s: {(long)run["done"]! / time:N0} tenants a second, {run["failed"]} failed");
    }

    private static string Item(int number) => string.Create(CultureInfo.InvariantCulture, $$$"""
        {"kind":"tenant","id":"t-{{{number}}}","platform":"{{{Brand.Platform}}}","document":{"displayName":"Tenant {{{number}}}","tier":"{{{(number % 2 == 0 ? "pro" : "enterprise")}}}",
        "branding":{"productName":"Name {{{number}}}"},"quotas":{"requestsPerMinute":{{{100 + (number % 50)}}} } } }
        """);

    private static Task WriteAsync(ServerProcess server, int tenant, CancellationToken cancellationToken) => server.SendAsync(
        HttpMethod.Patch, $"/v1/tenants/t-{tenant}/overrides", $$$"""{"branding":{"productName":"Name {{{Stopwatch.GetTimestamp()}}}"}}""", cancellationToken);

    /// <summary>Does something for every tenant from many callers; how many a second.</summary>
    private static async Task<double> EachAsync(Func<int, Task> deed)
    {
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(Enumerable.Range(0, Tenants), new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (tenant, _) => await deed(tenant));
        return Tenants / watch.Elapsed.TotalSeconds;
    }

    private static void Row(FormattableString what, FormattableString measured) =>
        Console.WriteLine($"| {what.ToString(CultureInfo.InvariantCulture)} | {measured.ToString(CultureInfo.InvariantCulture)} |");
}
