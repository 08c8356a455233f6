using System.Diagnostics;
using System.Globalization;

namespace Strata.Benchmarks.Server;

/// <summary>From the acknowledgement of a write at one process to the first read at another that shows it; the other is asked all the time.</summary>
internal static class Visibility
{
    private const int Writes = 300;

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var installation = await Installation.StartAsync(cancellationToken);
        await using var writer = await installation.ServeAsync(cancellationToken);
        await using var reader = await installation.ServeAsync(cancellationToken);
        await writer.LoginAsync(cancellationToken);
        await reader.LoginAsync(cancellationToken);
        await Brand.MakeAsync(writer, cancellationToken);

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Writes} writes each\n"));
        Console.WriteLine("| write of | p50, ms | p99, ms | slowest, ms |\n|---|---|---|---|");
        await MeasureAsync("the tenant's platform", writer, reader, $"/v1/platforms/{Brand.Platform}/config", cancellationToken);
        await MeasureAsync("the tenant", writer, reader, $"/v1/tenants/{Brand.Tenant}/overrides", cancellationToken);
    }

    private static async Task MeasureAsync(string name, ServerProcess writer, ServerProcess reader, string layer, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var i = 0; i < Writes; i++)
        {
            var text = $"https://docs.example/{Guid.CreateVersion7()}";
            await writer.SendAsync(HttpMethod.Patch, layer, $$$"""{"branding":{"links":{"docs":"{{{text}}}"} }}""", cancellationToken);
            var watch = Stopwatch.StartNew();
            while (!(await reader.Client.GetStringAsync($"/v1/tenants/{Brand.Tenant}/config/branding", cancellationToken)).Contains(text, StringComparison.Ordinal))
            {
                // Asked again at once: the time is the answer.
            }
            times.Add(watch.Elapsed.TotalMilliseconds);
        }
        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {times[Writes / 2]:F1} | {times[Writes * 99 / 100]:F1} | {times[^1]:F1} |"));
    }
}
