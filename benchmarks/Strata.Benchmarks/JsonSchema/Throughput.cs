using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Strata.Benchmarks.JsonSchema;

/// <summary>The question of a change of defaults: how long do 100,000 documents take, no two of them the same? The baseline is what merely reading them costs.</summary>
internal static class Throughput
{
    private const int Documents = 100_000;
    private const int Rounds = 3;

    public static Task RunAsync(CancellationToken cancellationToken)
    {
        var document = Subject.Document();
        var schema = Subject.Schema();
        var number = document.AsSpan().IndexOf("\"requestsPerMonth\":"u8) + "\"requestsPerMonth\":".Length;
        (string Name, Func<byte[], bool> Work)[] works = [("`JsonDocument.Parse`", IsJson), ("`IsValid`", copy => schema.IsValid(copy))];

        Console.WriteLine("| 100,000 different documents | threads | wall time, s | processor time, s | ratio of processor time |\n|---|---|---|---|---|");
        foreach (var threads in (int[])[1, 2])
        {
            var baseline = 0.0;
            foreach (var (name, work) in works)
            {
                var (wall, processor) = Enumerable.Range(0, Rounds).Select(_ => Measure(work, threads)).MinBy(round => round.Processor);
                baseline = baseline == 0 ? processor : baseline;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"| {name} | {threads} | {wall:F2} | {processor:F2} | {processor / baseline:F2} |"));
            }
        }

        return Task.CompletedTask;

        (double Wall, double Processor) Measure(Func<byte[], bool> work, int threads)
        {
            var before = Environment.CpuUsage.TotalTime;
            var watch = Stopwatch.StartNew();
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, worker => Work(work, worker, threads));
            cancellationToken.ThrowIfCancellationRequested();
            return (watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
        }

        void Work(Func<byte[], bool> work, int worker, int threads)
        {
            var copy = document.ToArray();
            for (var i = worker; i < Documents && !cancellationToken.IsCancellationRequested; i += threads)
            {
                if (!Utf8Formatter.TryFormat(1_000_000 + i, copy.AsSpan(number), out _) || !work(copy))
                    throw new InvalidOperationException("A document that is valid was refused.");
            }
        }
    }

    private static bool IsJson(byte[] utf8Json)
    {
        using var parsed = JsonDocument.Parse(utf8Json);
        return parsed.RootElement.ValueKind == JsonValueKind.Object;
    }
}
