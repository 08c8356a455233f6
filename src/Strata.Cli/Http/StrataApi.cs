using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Strata.Cli.Contexts;

namespace Strata.Cli.Http;

/// <summary>An answer of the server that is not a refusal.</summary>
/// <param name="Body">The JSON body; null when there is none.</param>
/// <param name="ETag">The entity tag with its quotes; null when there is none.</param>
internal sealed record ApiAnswer(JsonNode? Body, string? ETag);

/// <summary>A request of the API.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path with its query, from `/v1` on.</param>
internal sealed record ApiRequest(HttpMethod Method, string Path)
{
    /// <summary>The JSON body; null for none.</summary>
    public JsonNode? Body { get; init; }

    /// <summary>The body's type.</summary>
    public string Type { get; init; } = "application/json";

    /// <summary>The state that it is for; null for whatever there is.</summary>
    public string? ETag { get; init; }

    /// <summary>Whether it is only for what does not exist yet.</summary>
    public bool IsCreation { get; init; }
}

/// <summary>The HTTP API of one server, spoken with one token. Refusals end the command with their own exit code.</summary>
internal sealed class StrataApi : IDisposable
{
    /// <summary>Times in a row that something which the server needs may be away.</summary>
    private const int MaxAttempts = 4;

    // A server that died in the middle of a write holds its key for a lease of 20 seconds, and the write in the tenant's database for one of 15.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    private readonly HttpClient _http;
    private readonly string _origin;
    private readonly Terminal _terminal;

    /// <summary>Takes address and token from the environment or the context in use.</summary>
    /// <exception cref="CommandFailedException">An address is none.</exception>
    public StrataApi(Terminal terminal)
        : this(Connection.Of(terminal), terminal)
    {
    }

    /// <summary>Speaks to a server.</summary>
    public StrataApi(Connection connection, Terminal terminal)
    {
        _terminal = terminal;
        _http = new HttpClient { BaseAddress = connection.Url, Timeout = TimeSpan.FromMinutes(10) };
        _origin = connection.Origin;
        if (connection.Token is { } token)
            _http.DefaultRequestHeaders.Authorization = Bearer(token);
    }

    /// <summary>Reads.</summary>
    public Task<ApiAnswer> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(new ApiRequest(HttpMethod.Get, path), cancellationToken);

    /// <summary>Reads every page of a list.</summary>
    public async Task<List<JsonNode>> ListAsync(string path, CancellationToken cancellationToken)
    {
        var items = new List<JsonNode>();
        for (string? cursor = ""; cursor is not null;)
        {
            var query = $"{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit=500";
            var next = cursor.Length > 0 ? $"&cursor={Uri.EscapeDataString(cursor)}" : "";
            var page = await GetAsync(path + query + next, cancellationToken);
            items.AddRange((page.Body?["items"] as JsonArray ?? []).OfType<JsonNode>().Select(item => item.DeepClone()));
            cursor = (string?)page.Body?["nextCursor"];
        }

        return items;
    }

    /// <summary>Posts a JSON body.</summary>
    public Task<ApiAnswer> PostAsync(string path, JsonNode body, CancellationToken cancellationToken) =>
        SendAsync(new ApiRequest(HttpMethod.Post, path) { Body = body }, cancellationToken);

    /// <summary>Sends a merge patch (RFC 7396) for exactly the state that was read.</summary>
    public Task<ApiAnswer> PatchAsync(string path, JsonNode patch, string? etag, CancellationToken cancellationToken) =>
        SendAsync(new ApiRequest(HttpMethod.Patch, path) { Body = patch, Type = "application/merge-patch+json", ETag = etag }, cancellationToken);

    /// <summary>
    /// Sends a request. A write whose outcome is unknown (503) is asked for again with the same key, so that it happens once; while an attempt of it counts
    /// as running (409 with Retry-After), for as long as that may be a dead one's.
    /// </summary>
    public async Task<ApiAnswer> SendAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var key = Guid.CreateVersion7().ToString();
        var (timesAway, isToldOf, interrupted) = (0, false, (long?)null);
        while (true)
        {
            using var message = Message(request, key);
            var (response, text) = await SendAsync(message, cancellationToken);
            using (response)
            {
                if (response.IsSuccessStatusCode)
                    return Read(response, text);
                interrupted ??= _terminal.Clock.GetTimestamp();
                timesAway = response.StatusCode == HttpStatusCode.ServiceUnavailable ? timesAway + 1 : 0;
                if (Pause(response, timesAway, _terminal.Clock.GetElapsedTime(interrupted.Value)) is not { } pause)
                    throw Refusal.ToException(response, text);
                if (response.StatusCode == HttpStatusCode.Conflict && !isToldOf)
                {
                    isToldOf = true;
                    await TellAsync();
                }
                await Task.Delay(pause, _terminal.Clock, cancellationToken);
            }
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>How long to wait before another attempt; null when there shall be none.</summary>
    private static TimeSpan? Pause(HttpResponseMessage response, int timesAway, TimeSpan waited) => response.StatusCode switch
    {
        HttpStatusCode.ServiceUnavailable when timesAway < MaxAttempts => TimeSpan.FromSeconds(timesAway),
        HttpStatusCode.Conflict when response.Headers.RetryAfter?.Delta is { } pause && waited + pause <= Patience => pause,
        _ => null,
    };

    private HttpRequestMessage Message(ApiRequest request, string key)
    {
        var message = new HttpRequestMessage(request.Method, Relative(request.Path));
        if (request.Body is not null)
            message.Content = new StringContent(request.Body.ToJsonString(), Encoding.UTF8, request.Type);
        if (request.Method != HttpMethod.Get)
            message.Headers.Add("Idempotency-Key", key);
        if (request.ETag is not null)
            message.Headers.TryAddWithoutValidation("If-Match", request.ETag);
        if (request.IsCreation)
            message.Headers.TryAddWithoutValidation("If-None-Match", "*");
        return message;
    }

    private async Task<(HttpResponseMessage Response, string Text)> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        try
        {
            var response = await _http.SendAsync(message, cancellationToken);
            return (response, await response.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (HttpRequestException e)
        {
            throw new CommandFailedException(
                ExitCode.Failure,
                $"Strata does not answer at {_http.BaseAddress} ({_origin}): {e.Message}. Is it running (`strata up`), and is the address right?");
        }
        catch (TaskCanceledException e) when (e.InnerException is TimeoutException)
        {
            throw new CommandFailedException(ExitCode.Failure, $"Strata at {_http.BaseAddress} did not answer in time.");
        }
    }

    private ApiAnswer Read(HttpResponseMessage response, string text)
    {
        try
        {
            return new ApiAnswer(text.Length == 0 ? null : JsonNode.Parse(text), response.Headers.ETag?.ToString());
        }
        catch (JsonException)
        {
            throw new CommandFailedException(ExitCode.Failure, $"What answers at {_http.BaseAddress} is not Strata: no JSON in its answer.");
        }
    }

    private Task TellAsync() => _terminal.Error.WriteLineAsync(string.Create(
        CultureInfo.InvariantCulture, $"What became of an interrupted attempt is not settled yet; asking again for up to {Patience.TotalSeconds} seconds."));

    private static AuthenticationHeaderValue Bearer(string token) => token.All(c => c is > ' ' and < (char)127)
        ? new AuthenticationHeaderValue("Bearer", token)
        : throw new CommandFailedException(ExitCode.NotAllowed, "The token holds characters that no token has: blanks, line breaks or letters beyond ASCII.");

    // Relative to the address, which may have a path of its own behind a proxy.
    private Uri Relative(string path) => new(_http.BaseAddress!.AbsoluteUri.TrimEnd('/') + path);
}
