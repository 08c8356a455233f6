using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Strata.Benchmarks.Server;

/// <summary>
/// Durable override commits over HTTP against commits of a single row on the same PostgreSQL, by turns. A commit of Strata is three transactions in two
/// databases (intent, revision with audit, publication), so with one writer and nothing but the disk counting, a third would be the bound.
/// </summary>
internal static class Commits
{
    private const int Rounds = 7;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var installation = await Installation.StartAsync(cancellationToken);
        await using var server = await installation.ServeAsync(cancellationToken);
        await server.LoginAsync(cancellationToken);
        await Brand.MakeAsync(server, cancellationToken);
        var tenants = await Brand.TenantsAsync(server, 16, cancellationToken);
        await installation.SqlAsync<long>("create table single_row (id bigint generated always as identity primary key, body text not null); select count(*) from single_row", cancellationToken);

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Rounds} rounds of {Round.TotalSeconds} s each by turns, medians\n"));
        Console.WriteLine("| writers | single-row commits/s | override commits/s | ratio | server's processor time a commit, ms |\n|---|---|---|---|---|");
        foreach (var writers in (int[])[1, 4, 16])
        {
            var (single, overrides, processor) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round <= Rounds; round++)
            {
                var rate = await RateAsync(writers, (_, until) => InsertAsync(installation.Shared, until, cancellationToken));
                var before = server.ProcessorTime;
                var own = await RateAsync(writers, (writer, until) => PatchAsync(server, tenants[writer], until, cancellationToken));
                if (round > 0) // the first warms up
                    (single, overrides, processor) = ([.. single, rate], [.. overrides, own], [.. processor, (server.ProcessorTime - before).TotalMilliseconds / own / Round.TotalSeconds]);
            }
            var (baseline, ours) = (Median(single), Median(overrides));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {writers} | {baseline:N0} | {ours:N0} | {ours / baseline:F2} | {Median(processor):F1} |"));
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static async Task<double> RateAsync(int writers, Func<int, long, Task<int>> write)
    {
        var until = Stopwatch.GetTimestamp() + (long)(Round.TotalSeconds * Stopwatch.Frequency);
        var counts = await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() => write(writer, until))));
        return counts.Sum() / Round.TotalSeconds;
    }

    private static async Task<int> InsertAsync(string address, long until, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(address);
        await connection.OpenAsync(cancellationToken);
        await using var insert = new NpgsqlCommand("insert into single_row (body) values ('{\"quotas\":{\"users\":7}}')", connection);
        await insert.PrepareAsync(cancellationToken);
        var count = 0;
        for (; Stopwatch.GetTimestamp() < until; count++)
            await insert.ExecuteNonQueryAsync(cancellationToken);
        return count;
    }

    private static async Task<int> PatchAsync(ServerProcess server, string tenant, long until, CancellationToken cancellationToken)
    {
        var count = 0;
        for (; Stopwatch.GetTimestamp() < until; count++)
            await server.SendAsync(HttpMethod.Patch, $"/v1/tenants/{tenant}/overrides", $$$"""{"branding":{"productName":"Name {{{Stopwatch.GetTimestamp()}}}"}}""", cancellationToken);
        return count;
    }
}
