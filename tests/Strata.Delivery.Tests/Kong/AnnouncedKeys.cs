using System.Net;
using System.Text;
using Strata.Model.Documents;

namespace Strata.Delivery.Tests.Kong;

/// <summary>An issuer that announces what a test tells it to, over HTTP.</summary>
internal sealed class AnnouncedKeys : IAsyncDisposable
{
    private readonly HttpListener _listener;
    private readonly Task _answering;
    private volatile string _keys = "[]";

    public AnnouncedKeys()
    {
        for (; ; )
        {
            Address = new Uri($"http://127.0.0.1:{Random.Shared.Next(20000, 60000)}/");
            _listener = new HttpListener { Prefixes = { Address.AbsoluteUri } };
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException)
            {
                // The port is taken; there are others.
            }
        }
        _answering = AnswerAsync();
    }

    public Uri Address { get; }

    /// <summary>Whether it answers with 503.</summary>
    public bool IsAway { get; set; }

    public void Announce(params IEnumerable<string> keys) => _keys = $"[{string.Join(',', keys)}]";

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _answering;
    }

    private async Task AnswerAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                var body = context.Request.Url!.AbsolutePath == "/keys" ? $$"""{"keys":{{_keys}}}""" : JsonObject.Of(("jwks_uri", Json.Of($"{Address}keys"))).ToString();
                context.Response.StatusCode = IsAway ? 503 : 200;
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
                context.Response.Close();
            }
            catch (Exception over) when (over is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                // The listener is closed, or the caller has hung up.
            }
        }
    }
}
