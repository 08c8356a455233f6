using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Strata.Embedded;

namespace Strata.Cli.Tests.Http;

/// <summary>What one request is answered with.</summary>
/// <param name="Status">The status.</param>
/// <param name="RetryAfter">The header; null for none.</param>
internal sealed record ScriptedAnswer(int Status, string? RetryAfter = null)
{
    /// <summary>What happens before it is given.</summary>
    public Action Meanwhile { get; init; } = static () => { };
}

/// <summary>A server that answers what a test says, to show what no healthy one does. The last answer is given for ever.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly HeldPort _port = new();
    private readonly HttpListener _listener = new();
    private readonly Task _answering;

    public ScriptedServer(params ScriptedAnswer[] answers)
    {
        Url = new Uri($"http://127.0.0.1:{_port.Number}/");
        _listener.Prefixes.Add(Url.ToString());
        _listener.Start();
        _answering = AnswerAsync(answers);
    }

    public Uri Url { get; }

    /// <summary>The idempotency keys of the requests that came.</summary>
    public ConcurrentQueue<string?> Keys { get; } = [];

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _answering;
        _port.Dispose();
    }

    private async Task AnswerAsync(ScriptedAnswer[] answers)
    {
        try
        {
            for (var number = 0; ; number++)
            {
                var context = await _listener.GetContextAsync();
                Keys.Enqueue(context.Request.Headers["Idempotency-Key"]);
                var answer = answers[Math.Min(number, answers.Length - 1)];
                answer.Meanwhile();
                context.Response.StatusCode = answer.Status;
                if (answer.RetryAfter is not null)
                    context.Response.AddHeader("Retry-After", answer.RetryAfter);
                context.Response.Close(Encoding.UTF8.GetBytes($$$"""{"error":{"code":"scripted","message":"Answer {{{number + 1}}}"}}"""), willBlock: false);
            }
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
