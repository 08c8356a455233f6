using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Strata.Faults.Tests.Processes;

/// <summary>A request to a server.</summary>
internal sealed record Ask(string Method, string Path, string? Body = null)
{
    public string? Key { get; init; }

    public string? IfMatch { get; init; }
}

/// <summary>What came back. Without a status the connection was lost, so nobody knows.</summary>
internal sealed record Got(HttpStatusCode? Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public static readonly Got Lost = new(null, "", new Dictionary<string, string>(StringComparer.Ordinal));

    public JsonNode Json => JsonNode.Parse(Text)!;

    public string? Code => (string?)Json["error"]?["code"];

    public string? ETag => Headers.GetValueOrDefault("ETag");

    public string? Vector => Headers.GetValueOrDefault("X-Strata-Revision");

    public bool IsReplayed => Headers.ContainsKey("Idempotency-Replayed");

    /// <summary>Whether the answer is final. A lost connection, 503 and a request that is still running under its key are to be asked again.</summary>
    public bool IsFinal => Status is not null and not HttpStatusCode.ServiceUnavailable && !(Status == HttpStatusCode.Conflict && Headers.ContainsKey("Retry-After"));

    public bool IsOk => Status is HttpStatusCode.OK or HttpStatusCode.Created;

    public override string ToString() => $"{(int?)Status} {Text}";
}

/// <summary>Somebody with a token who talks to whichever server lives.</summary>
internal sealed class Caller(string token) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5) }) { Timeout = TimeSpan.FromMinutes(2) };

    /// <summary>What the caller shows.</summary>
    public string Token => token;

    /// <summary>An admin of all platforms. The issuer's key outlives its servers, and so does the token.</summary>
    public static async Task<Caller> AdminAsync(StrataProcess server, CancellationToken cancellationToken) =>
        new(await TokenAsync(server, """{"role":"platform-admin"}""", cancellationToken));

    /// <summary>The admin of one tenant.</summary>
    public static async Task<Caller> OfTenantAsync(StrataProcess server, string tenant, CancellationToken cancellationToken) =>
        new(await TokenAsync(server, $$"""{"role":"tenant-admin","tenant":"{{tenant}}"}""", cancellationToken));

    public async Task<Got> SendAsync(StrataProcess server, Ask ask, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(new HttpMethod(ask.Method), new Uri(server.Address, ask.Path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (ask.Body is not null)
            request.Content = new StringContent(ask.Body, Encoding.UTF8, "application/json");
        if (ask.Key is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", ask.Key);
        if (ask.IfMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ask.IfMatch);
        try
        {
            using var answer = await _http.SendAsync(request, cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            var headers = answer.Headers.Concat(answer.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
            return new Got(answer.StatusCode, text, headers);
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return Got.Lost;
        }
    }

    public Task<Got> GetAsync(StrataProcess server, string path, CancellationToken cancellationToken) => SendAsync(server, new Ask("GET", path), cancellationToken);

    /// <summary>Asks until the answer is final: a server that has just lost its database, or a key whose former request is not over, needs a moment.</summary>
    public async Task<Got> InsistAsync(StrataProcess server, Ask ask, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var got = await SendAsync(server, ask, cancellationToken);
            if (got.IsFinal)
                return got;
            if (tries == 600)
                throw new InvalidOperationException($"{ask} has no answer after a minute, the last was: {got}\n{server.LastWords}");
            await Task.Delay(100, cancellationToken);
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task<string> TokenAsync(StrataProcess server, string wish, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        using var content = new StringContent(wish, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri(server.Address, "/dev/token"), content, cancellationToken);
        return (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))!["token"]!;
    }
}
