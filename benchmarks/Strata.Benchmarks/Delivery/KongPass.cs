using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Strata.Delivery.Kong;
using Strata.Delivery.Loop;
using Strata.Delivery.Tests.Kong;
using Strata.Embedded.Kong;
using Strata.Model.Delivery;

namespace Strata.Benchmarks.Delivery;

/// <summary>What three nodes cost that are kept in line: rendering, a pass without a difference, and one tenant's change until every node is proven. The queue is left out.</summary>
internal static class KongPass
{
    private const int Nodes = 3;
    private const int Passes = 200;
    private static readonly (int Tenants, int Changes)[] Sizes = [(1_000, 30), (10_000, 10)];

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine("| tenants | text, MB | render, ms | a pass without difference: calls, ms, kB allocated | one change at all nodes: p50, ms | p99, ms | of it validated by a node, ms |\n|---|---|---|---|---|---|---|");
        foreach (var (tenants, changes) in Sizes)
            await RunAsync(tenants, changes, cancellationToken);
    }

    private static async Task RunAsync(int tenants, int changes, CancellationToken cancellationToken)
    {
        var nodes = new List<SimulatedKong>();
        try
        {
            for (var i = 0; i < Nodes; i++)
                nodes.Add(await SimulatedKong.StartAsync(new SimulatedKongOptions { MaxBodyBytes = 1 << 28 }, cancellationToken));
            var source = new ChangingFleet().Tenants(tenants);
            var options = new KongOptions { Nodes = [.. nodes.Select(node => node.Address.AbsoluteUri.TrimEnd('/'))] };
            using var target = new KongTarget(TargetId.Parse("kong"), options, source.Fleet, new DeliveryOptions(), TimeProvider.System, NullLogger<KongTarget>.Instance);
            var memories = new Dictionary<string, DeliveryMemory>();
            await DeliverAsync(target, memories, cancellationToken);

            var state = await source.Fleet.CurrentAsync(cancellationToken);
            var text = Render(source.Fleet, state);
            var render = Enumerable.Range(0, 5).Min(_ => Time(() => Render(source.Fleet, state)));
            var (calls, bytes, watch) = (nodes.Sum(node => node.Calls.Length), GC.GetTotalAllocatedBytes(precise: true), Stopwatch.StartNew());
            for (var i = 0; i < Passes; i++)
                await DeliverAsync(target, memories, cancellationToken);
            var (pass, called) = (watch.Elapsed.TotalMilliseconds / Passes, (nodes.Sum(node => node.Calls.Length) - calls) / Passes);
            var allocated = (GC.GetTotalAllocatedBytes(precise: true) - bytes) / Passes / 1000;

            var times = new List<double>();
            for (var i = 0; i < changes; i++)
            {
                source.Tenant("tenant-7", $$$"""{"quotas":{"requestsPerMinute":{{{100 + i}}}}}""");
                var before = Stopwatch.GetTimestamp();
                await DeliverAsync(target, memories, cancellationToken);
                times.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
            }
            times.Sort();
            var validating = Time(() => nodes[0].Edit(System.Text.Encoding.UTF8.GetString(text)));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {tenants:N0} | {text.Length / 1e6:F1} | {render:F0} | {called}, {pass:F1}, {allocated:N0} | {times[times.Count / 2]:F0} | {times[(times.Count - 1) * 99 / 100]:F0} | {validating:F0} |"));
        }
        finally
        {
            foreach (var node in nodes)
                await node.DisposeAsync();
        }
    }

    /// <summary>One attempt at every node, all at once as the lanes of the loop do.</summary>
    private static async Task DeliverAsync(KongTarget target, Dictionary<string, DeliveryMemory> memories, CancellationToken cancellationToken)
    {
        var results = await Task.WhenAll(target.Parts.Select(async part =>
        {
            var memory = memories.GetValueOrDefault(part, DeliveryMemory.None);
            var prepared = await target.PrepareAsync(new Attempt(new DeliveryKey(target.Id, Scope.All, part), memory, IsExplained: false), cancellationToken);
            if (prepared.Plan.IsEmpty)
                return (part, prepared.Notes);
            var outcome = await prepared.ApplyAsync(cancellationToken);
            return outcome.Kind == OutcomeKind.Applied ? (part, outcome.Notes) : throw new InvalidOperationException(outcome.Message);
        }));
        foreach (var (part, notes) in results)
            memories[part] = DeliveryMemory.None with { Notes = notes! };
    }

    private static byte[] Render(Fleet fleet, FleetState state) => KongFile.Document(KongDesired.Of(fleet.Of(KongTarget.Kind, state), new KongFacts())).ToUtf8();

    private static double Time(Action action)
    {
        var before = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(before).TotalMilliseconds;
    }
}
