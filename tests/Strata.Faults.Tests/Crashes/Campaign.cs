using System.Diagnostics;
using System.Globalization;

namespace Strata.Faults.Tests.Crashes;

/// <summary>Run after run, each of a seed of its own. All that fail are named at the end, with the line that shows each again.</summary>
/// <param name="test">The test's name.</param>
internal sealed class Campaign(string test)
{
    // Servers, databases and the brand are kept from run to run; but a world that grows makes its runs slower.
    private const int RunsAWorld = 8;
    private const int EnoughFailures = 10;

    private readonly SortedDictionary<string, int> _died = new(StringComparer.Ordinal);
    private readonly List<string> _failures = [];

    /// <summary>Makes an installation.</summary>
    public required Func<Task<World>> NewWorldAsync { get; init; }

    public async Task RunAsync(IEnumerable<Plan> plans, CancellationToken cancellationToken)
    {
        var (world, runs, watch) = (await NewWorldAsync(), 0, Stopwatch.StartNew());
        try
        {
            foreach (var plan in plans.TakeWhile(_ => _failures.Count < EnoughFailures))
            {
                if (runs++ % RunsAWorld == 0 && runs > 1)
                    world = await RenewAsync(world);
                if (!await TryAsync(world, plan, cancellationToken))
                    world = await RenewAsync(world);
            }
        }
        finally
        {
            await world.DisposeAsync();
        }
        var said = string.Create(CultureInfo.InvariantCulture, $"{runs} runs in {watch.Elapsed.TotalSeconds:f0} s; killed: {string.Join(", ", _died.Select(step => $"{step.Key} {step.Value}"))}");
        TestContext.Current.SendDiagnosticMessage(said);
        Assert.True(_failures.Count == 0, $"{string.Join("\n\n", _failures)}\n\n{said}");
    }

    private async Task<World> RenewAsync(World world)
    {
        await world.DisposeAsync();
        return await NewWorldAsync();
    }

    private async Task<bool> TryAsync(World world, Plan plan, CancellationToken cancellationToken)
    {
        using var run = new CrashRun(world, plan, cancellationToken);
        List<string> wrong;
        try
        {
            wrong = await run.RunAsync();
        }
        catch (Exception cause) when (cause is not OperationCanceledException)
        {
            wrong = [.. run.Wrong, cause.ToString(), world.Survivor?.LastWords ?? ""];
        }
        foreach (var step in run.Died)
            _died[step] = _died.GetValueOrDefault(step) + 1;
        if (wrong.Count > 0)
            _failures.Add($"{plan}\n{Seeds.Reproduction(plan.Seed, test)}\n{string.Join('\n', wrong)}");
        TestContext.Current.SendDiagnosticMessage(wrong.Count > 0 ? _failures[^1] : $"{plan}: {string.Join(' ', run.Died)}");
        return wrong.Count == 0;
    }
}
