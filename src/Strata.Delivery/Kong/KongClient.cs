using System.Collections.Immutable;
using System.Net.Http.Headers;
using Strata.Delivery.Loop;
using Strata.Model.Documents;

namespace Strata.Delivery.Kong;

/// <summary>
/// The Admin API of one node. Bodies hold credentials: none is logged, and of errors only Kong's words are passed on.
/// <see href="https://docs.konghq.com/gateway/3.9.x/production/deployment-topologies/db-less-and-declarative-config/"/>
/// </summary>
internal sealed class KongClient : IDisposable
{
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ReadTime = TimeSpan.FromSeconds(10);

    // Validating and storing the configuration of 40,000 tenants takes a node most of a minute.
    private static readonly TimeSpan PushTime = TimeSpan.FromMinutes(2);

    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    /// <summary>A client of the node at an address, with the headers that guard it.</summary>
    public KongClient(string node, ImmutableDictionary<string, string> headers, TimeProvider time)
    {
        _time = time;
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = ConnectTime, PooledConnectionLifetime = TimeSpan.FromMinutes(2), AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri($"{node}/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        foreach (var (name, value) in headers)
            _http.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
    }

    /// <summary>Hash of the configuration that the node serves; <see cref="KongText.NoHash"/> for none.</summary>
    public async Task<string> HashAsync(CancellationToken cancellationToken) =>
        (await GetAsync("status", cancellationToken))["configuration_hash"].Text() ?? throw new TargetException("/status shows no configuration_hash: this is no Kong without database.");

    /// <summary>What the node is.</summary>
    public async Task<KongNode> DescribeAsync(CancellationToken cancellationToken)
    {
        var root = await GetAsync("", cancellationToken);
        return new KongNode(
            root["version"].Text() ?? "", root["configuration"].Member("database").Text() ?? "", [.. root["plugins"].Member("available_on_server").Entries().Select(plugin => plugin.Key)]);
    }

    /// <summary>All entities of a type; none when the node does not know the type.</summary>
    public async Task<ImmutableArray<JsonObject>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var rows = ImmutableArray.CreateBuilder<JsonObject>();
        for (var offset = ""; offset is not null;)
        {
            var page = await GetAsync($"{path}?size=1000{(offset.Length > 0 ? $"&offset={Uri.EscapeDataString(offset)}" : "")}", cancellationToken, isOptional: true);
            rows.AddRange(page["data"] is JsonArray data ? data.Items.OfType<JsonObject>() : []);
            offset = page["offset"].Text();
        }
        return rows.ToImmutable();
    }

    /// <summary>Sends a configuration. A broken connection is an answer without status: the node may have taken it all the same.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="flattens">Whether faults are told by entity, which loses those that Kong knows by name only.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<KongAnswer> PushAsync(ReadOnlyMemory<byte> utf8, bool flattens, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, flattens ? "config?check_hash=1&flatten_errors=1" : "config?check_hash=1");
        request.Content = new ReadOnlyMemoryContent(utf8) { Headers = { ContentType = new MediaTypeHeaderValue("text/yaml") } };
        try
        {
            return await SendAsync(request, PushTime, cancellationToken);
        }
        catch (TargetException lost)
        {
            return new KongAnswer(null, JsonObject.Of(("message", Json.Of(lost.Message))), null);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<JsonObject> GetAsync(string path, CancellationToken cancellationToken, bool isOptional = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        var answer = await SendAsync(request, ReadTime, cancellationToken);
        if (isOptional && answer.Status == 404)
            return JsonObject.Empty;
        return answer is { Status: 200, Body: JsonObject body }
            ? body
            : throw new TargetException($"GET /{path.Split('?')[0]} was answered with {answer.Words}") { RetryAfter = answer.RetryAfter };
    }

    private async Task<KongAnswer> SendAsync(HttpRequestMessage request, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            // All entities with their defaults and secrets follow a 201: nobody needs them.
            var body = (int)response.StatusCode == 201 ? [] : await response.Content.ReadAsByteArrayAsync(either.Token);
            return new KongAnswer((int)response.StatusCode, Json.Parse(body).TryGet(out var json, out _) ? json : null, Pause(response.Headers.RetryAfter));
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TargetException($"No answer within {limit.TotalSeconds:0} s.");
        }
        catch (Exception trouble) when (trouble is HttpRequestException or IOException)
        {
            throw new TargetException(trouble.GetBaseException().Message, trouble);
        }
    }

    private TimeSpan? Pause(RetryConditionHeaderValue? header)
    {
        var pause = header?.Delta ?? header?.Date - _time.GetUtcNow();
        return pause > TimeSpan.Zero ? pause : null;
    }
}

/// <summary>What a node is.</summary>
/// <param name="Version">Its version, e.g. <c>3.9.1</c>.</param>
/// <param name="Database"><c>off</c>, or the database that configures it.</param>
/// <param name="Plugins">The plugins that a configuration may name.</param>
internal sealed record KongNode(string Version, string Database, ImmutableHashSet<string> Plugins);

/// <summary>An answer of a node.</summary>
/// <param name="Status">The HTTP status; <c>null</c> when the connection broke.</param>
/// <param name="Body">Its body, where it is JSON and not secret as a whole; else <c>null</c>.</param>
/// <param name="RetryAfter">How long the node asks to be left alone; <c>null</c> when it does not say.</param>
internal sealed record KongAnswer(int? Status, Json? Body, TimeSpan? RetryAfter)
{
    private const int MaxWords = 500;

    /// <summary>Status and the node's words.</summary>
    public string Words
    {
        get
        {
            var message = Body.Member("message").Text() ?? "";
            var words = message.Length > MaxWords ? $"{message[..MaxWords]}…" : message;
            return Status is null ? words : $"{Status}{(words.Length > 0 ? $": {words}" : "")}";
        }
    }
}
