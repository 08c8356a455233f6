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

    /// <summary>Waits for a request's turn, which ends with its result (<see cref="EndWithResultAsync"/>), at the latest with its response.</summary>
    /// <param name="context">The request.</param>
    /// <param name="length">Bytes of its body.</param>
    /// <param name="cancellationToken">The client has left.</param>
    public async ValueTask EnterAsync(HttpContext context, int length, CancellationToken cancellationToken)
    {
        if (length <= Large)
            return;
        var turn = await _limiter.AcquireAsync(1, cancellationToken);
        context.Features.Set(turn);
        context.Response.RegisterForDispose(turn);
    }

    /// <summary>A filter: who is slow to read the answer keeps nobody waiting.</summary>
    public static ValueTask<object?> EndWithResultAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        HttpMethods.IsGet(context.HttpContext.Request.Method) ? next(context) : EndAsync(context, next);

    /// <inheritdoc/>
    public void Dispose() => _limiter.Dispose();

    private static async ValueTask<object?> EndAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        finally
        {
            context.HttpContext.Features.Get<RateLimitLease>()?.Dispose();
        }
    }
}
