using System.Diagnostics;
using System.Globalization;

namespace Strata.Benchmarks;

/// <summary>
/// Processor time and bytes of one call, the best of many rounds: neighbours on the same machine move wall time by a factor
/// of three, processor time hardly. What is compared are ratios within one run.
/// </summary>
internal static class Measurement
{
    private const int Rounds = 40;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(40);

    public static (double Microseconds, long Bytes) Of(Action action)
    {
        // Until the runtime has compiled everything for good.
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < WarmUp;)
            action();
        var calls = 1;
        while (Time(action, calls) < Round)
            calls *= 2;
        var best = Enumerable.Range(0, Rounds).Min(_ => Time(action, calls).TotalMicroseconds / calls);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < calls; i++)
            action();
        return (best, (GC.GetAllocatedBytesForCurrentThread() - before) / calls);
    }

    /// <summary>A table in Markdown; the first row is the baseline.</summary>
    public static void Print(params (string Name, Action Action)[] rows)
    {
        Console.WriteLine("| what | µs | ratio | bytes allocated |");
        Console.WriteLine("|---|---|---|---|");
        var baseline = 0.0;
        foreach (var (name, action) in rows)
        {
            var (time, bytes) = Of(action);
            baseline = baseline == 0 ? time : baseline;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {time:F1} | {time / baseline:F2} | {bytes:N0} |"));
        }
    }

    private static TimeSpan Time(Action action, int calls)
    {
        var before = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < calls; i++)
            action();
        return Environment.CpuUsage.TotalTime - before;
    }
}
