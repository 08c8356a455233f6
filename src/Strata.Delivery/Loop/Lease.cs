using Strata.Model.Delivery;

namespace Strata.Delivery.Loop;

/// <summary>
/// A claim that is kept while work lasts. Its token is cancelled when somebody else has taken the unit over, and, some time before the lease runs out,
/// when nobody can say whose it is: what is done after that might be done twice at once.
/// </summary>
internal sealed class Lease : IAsyncDisposable
{
    private readonly CancellationTokenSource _held;
    private readonly CancellationTokenSource _done = new();
    private readonly TimeSpan _safe;
    private Task _renewing = Task.CompletedTask;

    private Lease(TimeSpan safe, TimeProvider time, CancellationToken stoppingToken)
    {
        _safe = safe;
        Expiry = new CancellationTokenSource(safe, time);
        _held = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, Expiry.Token);
    }

    /// <summary>Cancelled when the unit is no longer held, or the server stops.</summary>
    public CancellationToken Token => _held.Token;

    private CancellationTokenSource Expiry { get; }

    /// <summary>Begins to renew a fresh claim.</summary>
    public static Lease Hold(Claim claim, IDeliveryStore store, DeliveryOptions options, TimeProvider time, CancellationToken stoppingToken)
    {
        var lease = new Lease(options.Lease * 0.8, time, stoppingToken);
        lease._renewing = lease.RenewAsync(claim, store, options.Lease, time);
        return lease;
    }

    /// <summary>Ends renewing; nothing of it happens afterwards.</summary>
    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        await _renewing;
        _held.Dispose();
        Expiry.Dispose();
        _done.Dispose();
    }

    private async Task RenewAsync(Claim claim, IDeliveryStore store, TimeSpan length, TimeProvider time)
    {
        using var timer = new PeriodicTimer(length / 4, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_done.Token))
            {
                var asked = time.GetTimestamp();
                if (await TryRenewAsync(claim, store, length) is not { } isOurs)
                    continue; // tried again until the lease is over
                if (!isOurs)
                    await Expiry.CancelAsync();
                else
                    Expiry.CancelAfter(_safe - time.GetElapsedTime(asked) is var rest && rest > TimeSpan.Zero ? rest : TimeSpan.Zero);
            }
        }
        catch (OperationCanceledException)
        {
            // The work has ended.
        }
    }

    /// <summary>Whether it is still ours; <c>null</c> when nobody could be asked.</summary>
    private async Task<bool?> TryRenewAsync(Claim claim, IDeliveryStore store, TimeSpan length)
    {
        try
        {
            return await store.RenewAsync(claim, length, _done.Token);
        }
        catch (Exception) when (!_done.IsCancellationRequested)
        {
            return null;
        }
    }
}
