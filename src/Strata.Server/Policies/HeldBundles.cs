using System.Globalization;
using Strata.Delivery.Opa;
using Strata.Model;
using Strata.Server.Http;
using Strata.Server.Platforms;
using Strata.Storage;

namespace Strata.Server.Policies;

/// <summary>
/// Answers OPA's requests for bundles. A client that has the bundle already and is willing to wait is held until there is another one, since OPA asks again
/// at once: whoever answers it too early is asked in a circle.
/// </summary>
internal sealed class HeldBundles(OpaBundles bundles, OpaOptions options, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private int _held;

    public async Task<IResult> AnswerAsync(HttpContext context, PlatformId platform, CancellationToken cancellationToken)
    {
        if (await bundles.CurrentAsync(platform, cancellationToken) is not { } bundle)
            return new Refusal(PlatformRequests.NotFound);
        if (!IsKnown(bundle))
            return Answer(bundle);
        var wait = Patience(context.Request.Headers["Prefer"]);
        return wait > TimeSpan.Zero ? await HoldAsync(bundle, wait) : Reply.NotModified(bundle.ETag);

        bool IsKnown(OpaBundle one) => Preconditions.IsNotModified(context.Request, one.ETag);

        async Task<IResult> HoldAsync(OpaBundle known, TimeSpan longest)
        {
            using var patience = new CancellationTokenSource(longest, time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token, lifetime.ApplicationStopping);
            try
            {
                if (Interlocked.Increment(ref _held) > options.MaxHeld)
                    return Refusal.Of(ErrorCodes.Unavailable, "Too many requests for bundles are held; come back later.") with { RetryAfter = 10 };
                return await bundles.NextAsync(platform, IsKnown, end.Token) is { } next ? Answer(next) : new Refusal(PlatformRequests.NotFound);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return Reply.NotModified(known.ETag);
            }
            finally
            {
                Interlocked.Decrement(ref _held);
            }
        }
    }

    private static Reply Answer(OpaBundle bundle) => new(new Answer(
        StatusCodes.Status200OK,
        System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(StringComparer.OrdinalIgnoreCase,
        [
            KeyValuePair.Create("Cache-Control", "private, no-cache"),
            KeyValuePair.Create("Content-Type", OpaBundle.MediaType),
            KeyValuePair.Create("ETag", bundle.ETag),
        ]),
        bundle.Archive));

    /// <summary>How long the client waits: <c>Prefer: modes=snapshot,delta;wait=10</c> (RFC 7240), in seconds.</summary>
    private TimeSpan Patience(IEnumerable<string?> prefer)
    {
        var wait = prefer.SelectMany(header => (header ?? "").Split(';', ',')).Select(one => one.Trim()).FirstOrDefault(one => one.StartsWith("wait=", StringComparison.OrdinalIgnoreCase));
        if (wait is null || !int.TryParse(wait.AsSpan("wait=".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return TimeSpan.Zero;
        return TimeSpan.FromSeconds(Math.Min(seconds, options.MaxWait.TotalSeconds));
    }
}
