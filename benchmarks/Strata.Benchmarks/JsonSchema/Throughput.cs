using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;

namespace Strata.Benchmarks.JsonSchema;

/// <summary>The question of a change of defaults: how long do 100,000 documents take, no two of them the same?</summary>
internal static class Throughput
{
    private const int Documents = 100_000;
    private const int Rounds = 5;

    public static Task RunAsync(CancellationToken cancellationToken)
    {
        var document = Subject.Document();
        var schema = Subject.Schema();
        var number = document.AsSpan().IndexOf("\"requestsPerMonth\":"u8) + "\"requestsPerMonth\":".Length;

        Console.WriteLine("| 100,000 different documents | wall time, s | processor time, s |\n|---|---|---|");
        foreach (var threads in (int[])[1, 2])
        {
            var (wall, processor) = Enumerable.Range(0, Rounds).Select(_ => Measure(threads)).Min();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {threads} thread(s) | {wall:F2} | {processor:F2} |"));
        }

        return Task.CompletedTask;

        (double Wall, double Processor) Measure(int threads)
        {
            var before = Environment.CpuUsage.TotalTime;
            var watch = Stopwatch.StartNew();
            var workers = Enumerable.Range(0, threads).Select(worker => new Thread(() => Check(worker, threads))).ToList();
            workers.ForEach(worker => worker.Start());
            workers.ForEach(worker => worker.Join());
            cancellationToken.ThrowIfCancellationRequested();
            return (watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
        }

        void Check(int worker, int threads)
        {
            var copy = document.ToArray();
            for (var i = worker; i < Documents && !cancellationToken.IsCancellationRequested; i += threads)
            {
                Utf8Formatter.TryFormat(1_000_000 + i, copy.AsSpan(number), out int _);
                if (!schema.IsValid(copy))
                    throw new InvalidOperationException("A document that is valid was refused.");
            }
        }
    }
}
