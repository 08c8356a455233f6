using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Strata.Embedded.Webhooks;

/// <summary>An event that a simulated consumer has taken.</summary>
/// <param name="Id">The header <c>webhook-id</c>.</param>
/// <param name="Body">The envelope.</param>
public sealed record TakenEvent(string Id, JsonObject Body);

/// <summary>
/// A consumer of Standard Webhooks, strict about headers, signature and age. It can be told to fail. Safe for concurrent use.
/// <see href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"/>
/// </summary>
public sealed class SimulatedWebhook : IAsyncDisposable
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private readonly byte[] _key;
    private readonly TimeProvider _time;
    private readonly SimulatedListener _listener;
    private readonly FaultScript _faults = new();
    private ImmutableQueue<TakenEvent> _taken = [];
    private ImmutableQueue<SimulatedCall> _calls = [];
    private ImmutableQueue<string> _complaints = [];

    private SimulatedWebhook(string secret, TimeProvider time)
    {
        _key = Convert.FromBase64String(secret["whsec_".Length..]);
        _time = time;
        _listener = new SimulatedListener(null, AnswerAsync);
    }

    /// <summary>Where events are posted to, the same after it was down.</summary>
    public Uri Address => new(_listener.Address, "events");

    /// <summary>What it has acted upon, in order, repetitions included.</summary>
    public ImmutableArray<TakenEvent> Taken => [.. _taken];

    /// <summary>The calls received so far, the oldest first.</summary>
    public ImmutableArray<SimulatedCall> Calls => [.. _calls];

    /// <summary>Why calls were refused that no fault met: empty when the sender keeps to the specification.</summary>
    public ImmutableArray<string> Complaints => [.. _complaints];

    /// <summary>A status to answer an event with instead of taking it. Null, also as its answer, takes it.</summary>
    public Func<JsonObject, int?>? Refuses { get; set; }

    /// <summary>Starts a consumer.</summary>
    /// <param name="secret"><c>whsec_</c> and the key in base64.</param>
    /// <param name="time">Tells how old a call is.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    public static async Task<SimulatedWebhook> StartAsync(string secret, TimeProvider time, CancellationToken cancellationToken)
    {
        var webhook = new SimulatedWebhook(secret, time);
        await webhook._listener.StartAsync(cancellationToken);
        return webhook;
    }

    /// <summary>Lets the next calls meet a fault.</summary>
    public void Script(SimulatedFault fault) => _faults.Add(fault);

    /// <summary>Stops it: connections are refused until <see cref="ComeBackAsync"/>.</summary>
    public Task GoDownAsync(CancellationToken cancellationToken) => _listener.StopAsync(cancellationToken);

    /// <summary>Starts it again at the same address.</summary>
    public Task ComeBackAsync(CancellationToken cancellationToken) => _listener.StartAsync(cancellationToken);

    /// <summary>Stops it for good.</summary>
    public async ValueTask DisposeAsync() => await _listener.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var (at, request) = (_time.GetUtcNow(), context.Request);
        var fault = _faults.Next(request.Method, request.Path);
        TakenEvent? taken = null;
        int? status = null;
        try
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body, context.RequestAborted);
            if (fault?.Kind is not (FaultKind.Answer or FaultKind.DropBeforeActing))
            {
                await Task.Delay(fault?.Time ?? TimeSpan.Zero, _time, context.RequestAborted);
                (status, taken) = Act(request, body.ToArray(), at);
            }
            status = fault?.Kind switch
            {
                FaultKind.Answer or FaultKind.AnswerAfterActing => fault.Status,
                FaultKind.DropBeforeActing or FaultKind.DropAfterActing => null,
                FaultKind.Delay or null => status,
            };
        }
        finally
        {
            ImmutableInterlocked.Enqueue(ref _calls, new SimulatedCall(request.Method, request.Path, request.QueryString.Value ?? "", status, fault?.Kind, at));
            // Who sees the event sees its call as well.
            if (taken is not null)
                ImmutableInterlocked.Enqueue(ref _taken, taken);
        }
        if (status is null)
        {
            context.Abort();
            return;
        }
        context.Response.StatusCode = status.Value;
        if (fault?.RetryAfter is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (status is >= 300 and < 400)
            context.Response.Headers.Location = Address.ToString();
    }

    private (int Status, TakenEvent? Taken) Act(HttpRequest request, byte[] body, DateTimeOffset now)
    {
        if (Complaint(request, body, now) is { } complaint)
        {
            ImmutableInterlocked.Enqueue(ref _complaints, complaint);
            return (StatusCodes.Status400BadRequest, null);
        }
        var envelope = (JsonObject)JsonNode.Parse(body)!;
        if (Refuses?.Invoke(envelope) is { } status)
            return (status, null);
        return (StatusCodes.Status204NoContent, new TakenEvent(request.Headers["webhook-id"].ToString(), envelope));
    }

    /// <summary>What the specification forbids.</summary>
    private string? Complaint(HttpRequest request, byte[] body, DateTimeOffset now)
    {
        var (id, sent, signatures) = (request.Headers["webhook-id"].ToString(), request.Headers["webhook-timestamp"].ToString(), request.Headers["webhook-signature"].ToString());
        if (request.Method != "POST" || request.ContentType != "application/json")
            return $"A webhook is a POST of application/json (is {request.Method} of {request.ContentType}).";
        if (id.Length == 0 || id.Contains('.', StringComparison.Ordinal))
            return $"webhook-id is not one: '{id}'.";
        if (!long.TryParse(sent, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || (now - DateTimeOffset.FromUnixTimeSeconds(seconds)).Duration() > Tolerance)
            return $"webhook-timestamp is not about now: '{sent}'.";
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{sent}."), .. body];
        var expected = HMACSHA256.HashData(_key, signed);
        if (!signatures.Split(' ').Any(signature => IsValid(signature, expected)))
            return $"webhook-signature is not ours: '{signatures}'.";
        return Envelope(body) is { } envelope && (string?)envelope["eventId"] == id ? null : "The body is no envelope of this event.";
    }

    private static bool IsValid(string signature, byte[] expected)
    {
        Span<byte> given = stackalloc byte[expected.Length];
        return signature.StartsWith("v1,", StringComparison.Ordinal)
            && Convert.TryFromBase64String(signature[3..], given, out var length) && length == expected.Length
            && CryptographicOperations.FixedTimeEquals(given, expected);
    }

    private static JsonObject? Envelope(byte[] body)
    {
        string[] members = ["actor", "correlationId", "eventId", "occurredAt", "payload", "platformId", "schemaVersion", "sequence", "tenantId", "type"];
        try
        {
            return JsonNode.Parse(body) is JsonObject envelope && envelope.Select(member => member.Key).Order(StringComparer.Ordinal).SequenceEqual(members) ? envelope : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
