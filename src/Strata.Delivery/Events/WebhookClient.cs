using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Strata.Model.Delivery;

namespace Strata.Delivery.Events;

/// <summary>What a webhook answered.</summary>
/// <param name="Status">The status; <c>null</c> when there was no answer, so that nobody knows whether the event was taken.</param>
/// <param name="Words">What to tell people: empty when it was taken.</param>
/// <param name="RetryAfter">How long it asks to be left alone; <c>null</c> when it does not say.</param>
internal sealed record WebhookAnswer(HttpStatusCode? Status, string Words, TimeSpan? RetryAfter)
{
    /// <summary>Whether it has taken the event: any 2xx, and nothing else.</summary>
    public bool IsTaken => Status is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices;
}

/// <summary>Posts events to one webhook, signed; follows no redirect.</summary>
internal sealed class WebhookClient(WebhookOptions options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(24);

    private readonly Uri _url = new(options.Url);
    private readonly ImmutableArray<byte[]> _keys = options.Keys;
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), // an address that moves is looked up again
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Sends an event once.</summary>
    public async Task<WebhookAnswer> PostAsync(PendingEvent told, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        using var request = Request(told);
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var taken = new WebhookAnswer(answer.StatusCode, "", null);
            return taken.IsTaken ? taken : taken with { Words = $"The webhook answered {(int)answer.StatusCode} {answer.ReasonPhrase}.", RetryAfter = Pause(answer) };
        }
        catch (HttpRequestException lost)
        {
            return new WebhookAnswer(null, $"The webhook cannot be reached: {lost.GetBaseException().Message}", null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new WebhookAnswer(null, $"The webhook gave no answer within {options.Timeout}.", null);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(PendingEvent told)
    {
        var body = Encoding.UTF8.GetBytes(told.Body);
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", told.Id.ToString());
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSignature.Of(_keys, told.Id, timestamp, body));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Strata", null));
        return request;
    }

    private TimeSpan? Pause(HttpResponseMessage answer) => (answer.Headers.RetryAfter?.Delta ?? answer.Headers.RetryAfter?.Date - time.GetUtcNow()) is { } pause
        ? TimeSpan.FromTicks(Math.Clamp(pause.Ticks, 0, LongestPause.Ticks))
        : null;
}
