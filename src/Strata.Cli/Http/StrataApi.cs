using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Strata.Cli.Http;

/// <summary>An answer of the server that is not a refusal.</summary>
/// <param name="Body">The JSON body; null when there is none.</param>
/// <param name="ETag">The entity tag with its quotes; null when there is none.</param>
internal sealed record ApiAnswer(JsonNode? Body, string? ETag);

/// <summary>The HTTP API at `STRATA_URL`, spoken with `STRATA_TOKEN`. Refusals end the command with their own exit code.</summary>
internal sealed class StrataApi : IDisposable
{
    /// <summary>Where `strata up` listens.</summary>
    public const string DefaultUrl = "http://127.0.0.1:5080";

    private readonly HttpClient _http;

    /// <summary>Takes address and token from the environment.</summary>
    /// <exception cref="CommandFailedException">`STRATA_URL` is not an address.</exception>
    public StrataApi(Terminal terminal)
    {
        var url = terminal.Variable("STRATA_URL") ?? DefaultUrl;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new CommandFailedException(ExitCode.Usage, $"STRATA_URL is '{url}', which is not an http address.");
        _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
        if (terminal.Variable("STRATA_TOKEN") is { } token)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Reads.</summary>
    public async Task<ApiAnswer> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Relative(path));
        return await SendAsync(request, cancellationToken);
    }

    /// <summary>Posts a JSON body.</summary>
    public async Task<ApiAnswer> PostAsync(string path, JsonNode body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Relative(path)) { Content = Json(body, "application/json") };
        return await SendAsync(request, cancellationToken);
    }

    /// <summary>Sends a merge patch (RFC 7396) for exactly the state that was read.</summary>
    public async Task<ApiAnswer> PatchAsync(string path, JsonNode patch, string? etag, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, Relative(path)) { Content = Json(patch, "application/merge-patch+json") };
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        if (etag is not null)
            request.Headers.TryAddWithoutValidation("If-Match", etag);
        return await SendAsync(request, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task<ApiAnswer> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.SendAsync(message, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw Refusal.ToException(response, text);
            return new ApiAnswer(text.Length == 0 ? null : JsonNode.Parse(text), response.Headers.ETag?.ToString());
        }
        catch (HttpRequestException e)
        {
            throw new CommandFailedException(ExitCode.Failure, $"Strata does not answer at {_http.BaseAddress}: {e.Message}. Is it running (`strata up`), and is STRATA_URL right?");
        }
        catch (JsonException)
        {
            throw new CommandFailedException(ExitCode.Failure, $"What answers at {_http.BaseAddress} is not Strata: no JSON in its answer.");
        }
        catch (TaskCanceledException e) when (e.InnerException is TimeoutException)
        {
            throw new CommandFailedException(ExitCode.Failure, $"Strata at {_http.BaseAddress} did not answer in time.");
        }
    }

    // Relative to the address, which may have a path of its own behind a proxy.
    private Uri Relative(string path) => new(_http.BaseAddress!.AbsoluteUri.TrimEnd('/') + path);

    private static StringContent Json(JsonNode body, string type) => new(body.ToJsonString(), Encoding.UTF8, type);
}
