using System.Security.Cryptography;
using System.Text;
using Strata.Model;
using Strata.Server.Access;
using Strata.Server.Http;
using Strata.Storage;

namespace Strata.Server.Idempotency;

/// <summary>
/// Gives the first answer again to a write that is repeated with its <c>Idempotency-Key</c>. A commit stores its answer itself, in its own
/// transaction; what was answered without a commit is stored here, unless trying again may help.
/// </summary>
internal sealed class IdempotencyFilter(IdempotencyStore store) : IEndpointFilter
{
    public const string Header = "Idempotency-Key";
    public const string Replayed = "Idempotency-Replayed";
    private const int MaxLength = 255;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (HttpMethods.IsGet(http.Request.Method) || http.Request.Headers[Header] is not { Count: > 0 } header)
            return await next(context);
        if (header is not [{ Length: > 0 and <= MaxLength } key] || !key.All(letter => letter is > ' ' and <= '~'))
            return Refusal.Of(ErrorCodes.InvalidArgument, $"{Header} must be 1 to {MaxLength} visible ASCII characters.");

        var claim = new IdempotencyClaim(http.Grant().Caller.Id, key);
        var hash = await HashAsync(http, http.RequestAborted);
        var outcome = await store.ClaimAsync(claim, hash, http.RequestAborted);
        return outcome.State switch
        {
            ClaimState.Fresh => await RunAsync(claim, context, next),
            ClaimState.Answered => new Reply(outcome.Answer! with { Headers = outcome.Answer.Headers.SetItem(Replayed, "true") }),
            ClaimState.Running => Refusal.Of(ErrorCodes.Conflict, "The same request is still running; ask again for its answer.") with { RetryAfter = 1 },
            ClaimState.Reused => Refusal.Of(ErrorCodes.IdempotencyKeyReused, $"This {Header} was used with another request."),
        };
    }

    private async Task<object?> RunAsync(IdempotencyClaim claim, EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Features.Set(claim);
        object? result;
        try
        {
            result = await next(context);
        }
        catch (Exception failure) when (failure is not OutcomeUnknownException) // with that the key stays: whoever asks next finds out
        {
            await GiveBackAsync(claim);
            throw;
        }
        var answer = result switch
        {
            Reply reply => reply.Answer,
            Refusal refusal => refusal.ToAnswer(http.TraceIdentifier),
            _ => throw new InvalidOperationException($"A write must answer with {nameof(Reply)} or {nameof(Refusal)}."),
        };
        if (result is Refusal { IsHalfDone: true } || answer.Status is >= 500 or StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden or StatusCodes.Status429TooManyRequests)
            await GiveBackAsync(claim);
        else
            await store.CompleteAsync(claim, answer, CancellationToken.None);
        return result;
    }

    private async Task GiveBackAsync(IdempotencyClaim claim)
    {
        try
        {
            await store.AbandonAsync(claim, CancellationToken.None);
        }
        catch (Exception lost) when (lost.IsOfDatabase())
        {
            // The key comes free by itself when its lease ends.
        }
    }

    private static async Task<byte[]> HashAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var request = context.Request;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n{request.ContentType}\n"));
        hash.AppendData((await RequestBody.ReadBytesAsync(context, cancellationToken)).Span);
        return hash.GetHashAndReset();
    }
}
