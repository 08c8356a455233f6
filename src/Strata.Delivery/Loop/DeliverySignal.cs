namespace Strata.Delivery.Loop;

/// <summary>Wakes everybody in this process who waits for it. The one that all share is given when units become due.</summary>
public sealed class DeliverySignal
{
    private TaskCompletionSource _next = Fresh();

    /// <summary>Ends when the signal is given next. Taken before looking for work, so that what comes in between is not missed.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Gives the signal.</summary>
    public void Set() => Interlocked.Exchange(ref _next, Fresh()).SetResult();

    private static TaskCompletionSource Fresh() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
