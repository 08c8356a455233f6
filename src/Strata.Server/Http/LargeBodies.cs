using System.Threading.RateLimiting;

namespace Strata.Server.Http;

/// <summary>
/// Lets few requests with a large body be worked on at once; the others wait, in the order in which they came, with nothing but their text in memory. A
/// document takes many times what its text does: four megabytes of <c>0,</c> are two million values.
/// </summary>
internal sealed class LargeBodies : IDisposable
{
    /// <summary>Bytes up to which a body is no large one: what a tenant's whole document may have.</summary>
    public const int Large = 256 * 1024;

    /// <summary>How many are worked on at once.</summary>
    public const int AtOnce = 4;

    private readonly ConcurrencyLimiter _limiter = new(new() { PermitLimit = AtOnce, QueueLimit = int.MaxValue, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });

    /// <summary>Waits for a request's turn.</summary>
    /// <param name="length">Bytes of its body.</param>
    /// <param name="cancellationToken">The client has left.</param>
    /// <returns>What ends the turn; <c>null</c> when the body is no large one.</returns>
    public async ValueTask<IDisposable?> EnterAsync(int length, CancellationToken cancellationToken) =>
        length > Large ? await _limiter.AcquireAsync(1, cancellationToken) : null;

    /// <inheritdoc/>
    public void Dispose() => _limiter.Dispose();
}
