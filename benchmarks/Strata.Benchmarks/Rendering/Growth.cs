using System.Globalization;
using System.Runtime;
using Strata.Delivery.Kong;
using Strata.Delivery.LiteLlm;
using Strata.Delivery.Rendering;

namespace Strata.Benchmarks.Rendering;

/// <summary>What the gateways' files cost for a fleet, and how that grows.</summary>
internal static class Growth
{
    private static readonly int[] Sizes = [1_250, 2_500, 5_000, 10_000];
    private const int Rounds = 3;
    private const double Mega = 1_000_000;

    public static Task RunAsync(CancellationToken cancellationToken)
    {
        var fleet = new Fleet();
        (string Name, bool Shares, Func<Installation, long> Run)[] works =
        [
            ("resolve, each alone", false, Resolve),
            ("resolve", true, Resolve),
            ("resolve, Kong's file", true, installation => KongFile.Render(installation, new KongFacts()).Text.Length),
            ("resolve, LiteLLM's files", true, installation => LiteLlmFiles.Render(installation, new LiteLlmFacts()).Sum(file => (long)file.Text.Length)),
        ];
        Console.WriteLine("| what | tenants | processor time, s | µs a tenant | peak, MB | files, MB |\n|---|---|---|---|---|---|");
        foreach (var (name, shares, run) in works)
        {
            run(fleet.Of(Sizes[0], shares)); // until everything is compiled
            foreach (var size in Sizes)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (time, peak, length) = Enumerable.Range(0, Rounds).Select(_ => Measure(() => run(fleet.Of(size, shares)))).Min();
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"| {name} | {size:N0} | {time:F2} | {time / size * 1e6:F0} | {peak / Mega:F0} | {length / Mega:F1} |"));
            }
        }

        return Task.CompletedTask;
    }

    private static long Resolve(Installation installation)
    {
        foreach (var _ in installation.Brands.SelectMany(brand => brand.Tenants))
        {
            // The work is in the enumeration.
        }

        return 0;
    }

    /// <summary>Processor time, and how far the process grew above what it held before; the collector works as it always does.</summary>
    private static (double Seconds, long Peak, long Length) Measure(Func<long> run)
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var (held, peak) = (Environment.WorkingSet, 0L);
        using var done = new ManualResetEventSlim();
        var watch = new Thread(() =>
        {
            do
                peak = Math.Max(peak, Environment.WorkingSet);
            while (!done.Wait(TimeSpan.FromMilliseconds(10)));
        });
        watch.Start();
        try
        {
            var before = Environment.CpuUsage.TotalTime;
            var length = run();
            return ((Environment.CpuUsage.TotalTime - before).TotalSeconds, Peak(), length);
        }
        finally
        {
            Peak();
        }

        long Peak()
        {
            done.Set();
            watch.Join();
            return peak - held;
        }
    }
}
