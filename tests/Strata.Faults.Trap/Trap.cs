using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Strata.Storage;

[assembly: HostingStartup(typeof(Strata.Faults.Trap))]

namespace Strata.Faults;

/// <summary>
/// Obeys a line such as <c>kill tenant.commit.committed 2</c>, from the variable <c>STRATA_TRAP</c> at the start or from standard input at any time:
/// when the server reaches the step for the second time from then on, the process is killed, or with <c>stop</c> frozen until somebody continues it.
/// The end of standard input, and so the death of the test, is the process's death.
/// </summary>
public sealed class Trap : IHostingStartup
{
    private readonly int _process = Environment.ProcessId;
    private Order? _order = Order.Read(Environment.GetEnvironmentVariable("STRATA_TRAP"));

    /// <summary>Puts the trap where the server has its checkpoints, and a longer set of migrations where the test asks for one.</summary>
    public void Configure(IWebHostBuilder builder)
    {
        builder.ConfigureServices(services => services.AddSingleton(new Checkpoints(ReachedAsync)));
        if (int.TryParse(Environment.GetEnvironmentVariable("STRATA_TRAP_MIGRATIONS"), NumberStyles.None, CultureInfo.InvariantCulture, out var more))
            builder.ConfigureServices(services => services.AddSingleton(Longer(more)));
        new Thread(Listen) { IsBackground = true }.Start();
    }

    private static MigrationSet Longer(int more)
    {
        var own = MigrationSet.Tenant().All;
        var added = Enumerable.Range(own.Length + 1, more).Select(number => new Migration(number, "add_note", $"create table note_{number} (id integer)"));
        return new MigrationSet([.. own, .. added]);
    }

    private void Listen()
    {
        while (Console.In.ReadLine() is { } line)
        {
            Volatile.Write(ref _order, Order.Read(line));
            Console.Out.WriteLine("trap: set");
        }
        Kill();
    }

    private async ValueTask ReachedAsync(string step)
    {
        if (Volatile.Read(ref _order) is not { } order || !order.IsDue(step))
            return;
        await Console.Out.WriteLineAsync($"trap: {step}");
        if (order.IsDeadly)
            Kill();
        using var shell = Process.Start("/bin/sh", ["-c", "kill -s STOP \"$1\"", "sh", _process.ToString(CultureInfo.InvariantCulture)]);
        await shell.WaitForExitAsync(CancellationToken.None);
        await Console.Out.WriteLineAsync("trap: woken");
    }

    private static void Kill()
    {
        using var own = Process.GetCurrentProcess();
        own.Kill();
    }

    private sealed class Order(bool isDeadly, string step, int passes)
    {
        private int _passes = passes;

        public bool IsDeadly => isDeadly;

        public bool IsDue(string reached) => reached == step && Interlocked.Decrement(ref _passes) == 0;

        /// <summary><c>null</c> for an empty line, which takes a trap away.</summary>
        public static Order? Read(string? line) =>
            line?.Split(' ') is [var verb, var step, var passes] ? new Order(verb == "kill", step, int.Parse(passes, CultureInfo.InvariantCulture)) : null;
    }
}
