using Microsoft.Extensions.Logging.Abstractions;
using Strata.Delivery.Kong;
using Strata.Delivery.Loop;
using Strata.Delivery.Rendering;
using Strata.Embedded;
using Strata.Embedded.Kong;
using Strata.Model.Delivery;

namespace Strata.Delivery.Tests.Kong;

/// <summary>A simulated node and the target that keeps it, with what the loop would remember between looks.</summary>
internal sealed class KongRun : IAsyncDisposable
{
    private readonly ChangingFleet _fleet;
    private KongTarget? _target;

    private KongRun(ChangingFleet fleet, SimulatedKong node)
    {
        (_fleet, Node) = (fleet, node);
        Options = new KongOptions { Nodes = [node.Address.AbsoluteUri.TrimEnd('/')] };
    }

    public SimulatedKong Node { get; }

    public KongOptions Options { get; set; }

    public DeliveryMemory Memory { get; set; } = DeliveryMemory.None;

    public KongTarget Target => _target ??= new KongTarget(TargetId.Parse("kong"), Options, _fleet.Fleet, new DeliveryOptions(), TimeProvider.System, NullLogger<KongTarget>.Instance);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<KongRun> StartAsync(ChangingFleet fleet, SimulatedKongOptions? options = null) => new(fleet, await SimulatedKong.StartAsync(options ?? new SimulatedKongOptions(), Token));

    /// <summary>A run whose node serves the fleet already.</summary>
    public static async Task<KongRun> SyncedAsync(ChangingFleet fleet)
    {
        var run = await StartAsync(fleet);
        Assert.Equal(OutcomeKind.Applied, (await run.DeliverAsync()).Kind);
        return run;
    }

    public Task<Prepared> PrepareAsync(bool isExplained = false) => Target.PrepareAsync(new Attempt(new DeliveryKey(Target.Id, Scope.All, Target.Parts[0]), Memory, isExplained), Token);

    /// <summary>What the node shall be made of at the moment.</summary>
    public async Task<Installation> InstallationAsync() => _fleet.Fleet.Of(KongTarget.Kind, await _fleet.Fleet.CurrentAsync(Token));

    /// <summary>One attempt as the loop makes it, without its guards.</summary>
    public async Task<Outcome> DeliverAsync()
    {
        var prepared = await PrepareAsync();
        var outcome = prepared.Plan.IsEmpty ? Outcome.Applied(prepared.Notes) : await prepared.ApplyAsync(Token);
        Memory = Memory with { Notes = outcome.Notes ?? Memory.Notes };
        return outcome with { Conditions = [.. prepared.Conditions, .. outcome.Conditions] };
    }

    public void Fails(FaultKind kind, int status = 500, int? retryAfter = null) => Node.Script(new SimulatedFault(kind) { Method = "POST", Status = status, RetryAfter = retryAfter });

    /// <summary>The calls since a moment, as method and path.</summary>
    public IEnumerable<string> Calls(int since) => Node.Calls.Skip(since).Select(call => $"{call.Method} {call.Path}");

    public int Pushes => Node.Calls.Count(call => call.Method == "POST");

    public async ValueTask DisposeAsync()
    {
        _target?.Dispose();
        await Node.DisposeAsync();
    }
}
