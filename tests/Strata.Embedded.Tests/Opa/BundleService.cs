using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Strata.Embedded.Tests.Opa;

/// <summary>A bundle service that serves what the test puts there, and keeps what it is told.</summary>
internal sealed class BundleService : IAsyncDisposable
{
    private readonly SimulatedListener _listener;
    private volatile Served _served = new(new Bundle().Archive(), "\"e1\"");
    private TaskCompletionSource _changed = new();

    public BundleService() => _listener = new SimulatedListener(null, AnswerAsync);

    public Uri Address => _listener.Address;

    public string ContentType { get; set; } = "application/vnd.openpolicyagent.bundles";

    public int? Failing { get; set; }

    public ConcurrentQueue<(string Prefer, string? IfNoneMatch, string Authorization)> Polls { get; } = [];

    public BlockingQueue<JsonObject> Reports { get; } = new();

    public BlockingQueue<JsonArray> Logs { get; } = new();

    public Task StartAsync(CancellationToken cancellationToken) => _listener.StartAsync(cancellationToken);

    public void Serve(Bundle bundle, string etag)
    {
        _served = new Served(bundle.Archive(), etag);
        Interlocked.Exchange(ref _changed, new TaskCompletionSource()).TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        _changed.TrySetResult();
        await _listener.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        switch (request.Path.Value)
        {
            case "/status":
                Reports.Add((await JsonNode.ParseAsync(request.Body, cancellationToken: context.RequestAborted))!.AsObject());
                return;
            case "/logs" when request.Headers.ContentEncoding == "gzip":
                await using (var body = new GZipStream(request.Body, CompressionMode.Decompress))
                    Logs.Add((await JsonNode.ParseAsync(body, cancellationToken: context.RequestAborted))!.AsArray());
                return;
        }
        var known = request.Headers.IfNoneMatch.Count == 0 ? null : request.Headers.IfNoneMatch.ToString();
        Polls.Enqueue((request.Headers["Prefer"].ToString(), known, request.Headers.Authorization.ToString()));
        var changed = _changed.Task;
        if (Failing is null && known == _served.ETag && request.Headers["Prefer"].ToString().Contains("wait=", StringComparison.Ordinal))
            await changed.WaitAsync(context.RequestAborted);
        if (Failing is { } status)
        {
            response.StatusCode = status;
            return;
        }
        if (known == _served.ETag)
        {
            response.StatusCode = 304;
            return;
        }
        response.Headers.ETag = _served.ETag;
        response.ContentType = ContentType;
        await response.Body.WriteAsync(_served.Archive, context.RequestAborted);
    }

    private sealed record Served(byte[] Archive, string ETag);
}

/// <summary>A queue that can be waited for.</summary>
internal sealed class BlockingQueue<T>
{
    private readonly System.Threading.Channels.Channel<T> _items = System.Threading.Channels.Channel.CreateUnbounded<T>();

    public void Add(T item) => _items.Writer.TryWrite(item);

    public int Count => _items.Reader.Count;

    public ValueTask<T> NextAsync(CancellationToken cancellationToken) => _items.Reader.ReadAsync(cancellationToken);
}
