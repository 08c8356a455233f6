using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Strata.Benchmarks.Server;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Storage;
using Strata.Storage.Delivery;

namespace Strata.Benchmarks.Delivery;

/// <summary>
/// Units of delivery that workers take from the durable queue and give back done, against commits of a single row on the same PostgreSQL by as many
/// connections. A unit costs two commits, its claim and its completion, so half of the commits would be the bound.
/// </summary>
internal static class QueueThroughput
{
    private const int Units = 2000;
    private static readonly TargetId Target = TargetId.Parse("bench");

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var installation = await Installation.StartAsync(cancellationToken);
        await using var shared = new SharedDatabase(new StorageOptions { Shared = installation.Shared }, NullLogger<SharedDatabase>.Instance);
        await shared.MigrateAsync(cancellationToken);
        await installation.SqlAsync<long>("create table single_row (id integer primary key, value integer not null); insert into single_row select i, 0 from generate_series(1, 64) as i; select count(*) from single_row", cancellationToken);
        var queue = new DeliveryStore(shared);

        Console.WriteLine("| workers | single-row commits/s | units/s | ratio |\n|---|---|---|---|");
        foreach (var workers in (int[])[1, 2, 4])
        {
            var commits = await RateAsync(workers, worker => CommitsAsync(installation.Shared, worker, Units / workers, cancellationToken), Units);
            await queue.MarkAsync(new Mark(Scope.All, null), cancellationToken);
            await queue.TakeMarksAsync(static (_, _) => Enumerable.Range(0, Units).Select(unit => new DeliveryKey(Target, Scope.Tenant(TenantId.Parse($"tenant-{unit}")), "")), cancellationToken);
            var units = await RateAsync(workers, _ => WorkAsync(queue, cancellationToken), Units);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {workers} | {commits:N0} | {units:N0} | {units / commits:F2} |"));
        }
    }

    private static async Task<double> RateAsync(int workers, Func<int, Task> work, int count)
    {
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(1, workers).Select(worker => Task.Run(() => work(worker))));
        return count / watch.Elapsed.TotalSeconds;
    }

    private static async Task CommitsAsync(string address, int row, int count, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(address);
        await connection.OpenAsync(cancellationToken);
        await using var update = new NpgsqlCommand("update single_row set value = value + 1 where id = $1", connection) { Parameters = { new() { Value = row } } };
        await update.PrepareAsync(cancellationToken);
        for (var i = 0; i < count; i++)
            await update.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task WorkAsync(DeliveryStore queue, CancellationToken cancellationToken)
    {
        var done = new Completion
        {
            Status = SyncStatus.Synced,
            Health = SyncHealth.Healthy,
            Message = "",
            Pause = TimeSpan.FromHours(1),
            Memory = DeliveryMemory.None,
        };
        while (await queue.ClaimAsync(Target, [""], TimeSpan.FromMinutes(1), cancellationToken) is { } claim)
            await queue.CompleteAsync(claim, done, cancellationToken);
    }
}
