namespace Strata.Benchmarks;

/// <summary>Something to measure. It prints its own table, in Markdown, for the README.</summary>
/// <param name="Name">Area and benchmark, as one asks for them: `json-schema/validation`.</param>
/// <param name="Run">Measures and prints.</param>
internal sealed record Benchmark(string Name, Func<CancellationToken, Task> Run)
{
    private const int Done = 0;
    private const int Usage = 2;
    private const int Interrupted = 130;

    /// <summary>Runs the benchmarks that were asked for in the order of <paramref name="all"/>, or all; a name that fits none is refused before anything runs.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] names, params Benchmark[] all)
    {
        var unknown = names.Where(name => !all.Any(benchmark => benchmark.Is(name))).ToList();
        if (unknown.Count > 0)
        {
            await Console.Error.WriteLineAsync($"No benchmark is called {string.Join(" or ", unknown.Select(name => $"'{name}'"))}. There are:");
            foreach (var benchmark in all)
                await Console.Error.WriteLineAsync($"  {benchmark.Name}");
            return Usage;
        }

        using var interrupted = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            interrupted.Cancel();
        };
        try
        {
            foreach (var benchmark in all.Where(benchmark => names.Length == 0 || names.Any(benchmark.Is)))
            {
                Console.WriteLine($"\n### {benchmark.Name}\n");
                await benchmark.Run(interrupted.Token);
            }

            return Done;
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return Interrupted;
        }
    }

    private bool Is(string name) => Name == name || Name.StartsWith($"{name}/", StringComparison.Ordinal);
}
