using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Strata.Embedded.Kong;

/// <summary>How a simulated Kong node is run.</summary>
public sealed record SimulatedKongOptions
{
    /// <summary>The port on 127.0.0.1 of the Admin API, kept over restarts. Null takes a free one.</summary>
    public int? Port { get; init; }

    /// <summary>The version that the node says it has.</summary>
    public string Version { get; init; } = "3.9.1";

    /// <summary>The largest body, <c>nginx_admin_client_max_body_size</c>; a larger one is answered with 413.</summary>
    public int MaxBodyBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Tells when calls came and how long delays last.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>
/// The Admin API of a Kong 3.9 node without database (<c>KONG_DATABASE=off</c>, no declarative file), as strict about a configuration as the open source
/// build is. What is loaded is lost at a restart. It can be told to fail. Safe for concurrent use.
/// <see href="https://docs.konghq.com/gateway/3.9.x/production/deployment-topologies/db-less-and-declarative-config/"/>
/// </summary>
public sealed class SimulatedKong : IAsyncDisposable
{
    private static readonly KongAnswer Unexpected = KongAnswer.Says(500, "An unexpected error occurred");
    private readonly SimulatedKongOptions _options;
    private readonly SimulatedListener _listener;
    private readonly FaultScript _faults = new();
    private readonly SemaphoreSlim _loading = new(1);

    private readonly Lock _swap = new();

    // Replaced as a whole under the lock, by a load or a restart.
    private volatile Life _life = new(Guid.CreateVersion7().ToString(), NodeState.Empty);
    private ImmutableQueue<SimulatedCall> _calls = [];

    private SimulatedKong(SimulatedKongOptions options)
    {
        _options = options;
        _listener = new SimulatedListener(options.Port, AnswerAsync);
    }

    /// <summary>The address of the Admin API, the same after a restart.</summary>
    public Uri Address => _listener.Address;

    /// <summary>The node's id, another after each restart.</summary>
    public string NodeId => _life.NodeId;

    /// <summary>Whether it listens.</summary>
    public bool IsUp => _listener.IsUp;

    /// <summary>What <c>/status</c> says: MD5 of the loaded text in lower-case hexadecimal, or 32 zeroes.</summary>
    public string ConfigurationHash => _life.State.Hash;

    /// <summary>The calls received so far, the oldest first; those of <see cref="Edit"/> are not among them.</summary>
    public ImmutableArray<SimulatedCall> Calls => [.. _calls];

    /// <summary>Starts a node without configuration.</summary>
    /// <param name="options">How to run it.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    /// <exception cref="EmbeddedServerException">The port is taken.</exception>
    public static async Task<SimulatedKong> StartAsync(SimulatedKongOptions options, CancellationToken cancellationToken)
    {
        var kong = new SimulatedKong(options);
        await kong._listener.StartAsync(cancellationToken);
        return kong;
    }

    /// <summary>Lets the next calls meet a fault.</summary>
    public void Script(SimulatedFault fault) => _faults.Add(fault);

    /// <summary>Forgets the faults that nobody has met yet.</summary>
    public void ClearFaults() => _faults.Clear();

    /// <summary>Stops it: connections are refused until <see cref="ComeBackAsync"/>. The configuration is lost.</summary>
    public async Task GoDownAsync(CancellationToken cancellationToken)
    {
        await _listener.StopAsync(cancellationToken);
        lock (_swap)
            _life = new Life(Guid.CreateVersion7().ToString(), NodeState.Empty);
    }

    /// <summary>Starts it again at the same address, without configuration and with another id.</summary>
    public Task ComeBackAsync(CancellationToken cancellationToken) => _listener.StartAsync(cancellationToken);

    /// <summary>Restarts it, which loses the configuration.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await GoDownAsync(cancellationToken);
        await ComeBackAsync(cancellationToken);
    }

    /// <summary>Loads a configuration as an operator does who sends it by hand; meets no fault and leaves no call behind.</summary>
    /// <param name="text">JSON or YAML.</param>
    /// <exception cref="ArgumentException">The node refuses the text; the message is its answer.</exception>
    /// <exception cref="InvalidOperationException">The node is down.</exception>
    public void Edit(string text)
    {
        if (!IsUp)
            throw new InvalidOperationException("The node is down.");
        var call = new KongCall("POST", "/config", ImmutableDictionary<string, string>.Empty, "text/yaml", Encoding.UTF8.GetBytes(text));
        var answer = Load(call);
        if (answer.Status != 201)
            throw new ArgumentException(answer.Body?.ToJsonString(), nameof(text));
    }

    /// <summary>The loaded entities of a type, with ids and defaults.</summary>
    /// <param name="type">The name in a document, such as <c>services</c>.</param>
    public ImmutableArray<JsonObject> Entities(string type) => [.. _life.State.Of(type).Select(entity => (JsonObject)entity.DeepClone())];

    /// <summary>Stops it for good.</summary>
    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        _loading.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var (at, request) = (_options.Time.GetUtcNow(), context.Request);
        var fault = _faults.Next(request.Method, request.Path);
        KongAnswer? answer = null;
        try
        {
            if (fault?.Kind is not (FaultKind.Answer or FaultKind.DropBeforeActing))
                answer = await ActAsync(request, fault?.Time ?? TimeSpan.Zero);
            answer = fault?.Kind switch
            {
                FaultKind.Answer or FaultKind.AnswerAfterActing => Failing(fault),
                FaultKind.DropBeforeActing or FaultKind.DropAfterActing => null,
                FaultKind.Delay or null => answer,
            };
        }
        finally
        {
            var call = new SimulatedCall(request.Method, request.Path, request.QueryString.Value ?? "", answer?.Status, fault?.Kind, at);
            ImmutableInterlocked.Enqueue(ref _calls, call);
        }
        if (answer is null)
            context.Abort();
        else
            await WriteAsync(context, answer);
    }

    private static KongAnswer Failing(SimulatedFault fault) => Unexpected with { Status = fault.Status, RetryAfter = fault.RetryAfter };

    /// <summary>Loads take turns, whole: a second one is sent away while the first lasts.</summary>
    private async Task<KongAnswer> ActAsync(HttpRequest request, TimeSpan delay)
    {
        var token = request.HttpContext.RequestAborted;
        var body = await BodyAsync(request, token);
        if (body is null)
            return KongAnswer.Says(413, "Request Entity Too Large");
        var query = request.Query.ToDictionary(parameter => parameter.Key, parameter => parameter.Value.ToString(), StringComparer.Ordinal);
        var call = new KongCall(request.Method, request.Path, query, request.ContentType, body);
        if (call is not { Method: "POST", Path: "/config" })
        {
            await Task.Delay(delay, _options.Time, token);
            var life = _life;
            return AdminApi.Answer(call, life.State, _options, life.NodeId);
        }
        if (!await _loading.WaitAsync(0, token))
            return KongAnswer.Says(429, "Currently loading previous configuration") with { RetryAfter = 1 };
        try
        {
            await Task.Delay(delay, _options.Time, token);
            return Load(call);
        }
        finally
        {
            _loading.Release();
        }
    }

    private KongAnswer Load(KongCall call)
    {
        var before = _life;
        var (answer, state) = ConfigEndpoint.Post(call, before.State, _options.Time.GetUtcNow());
        lock (_swap)
        {
            // What a node loads while it goes down is gone.
            if (answer.Status == 201 && _life.NodeId == before.NodeId)
                _life = before with { State = state };
        }
        return answer;
    }

    private async Task<byte[]?> BodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            body.Write(buffer, 0, read);
            if (body.Length > _options.MaxBodyBytes)
                return null;
        }
        return body.ToArray();
    }

    private async Task WriteAsync(HttpContext context, KongAnswer answer)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        response.Headers.Server = $"kong/{_options.Version}";
        if (answer.RetryAfter is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (answer.Body is null)
            return;
        response.ContentType = "application/json; charset=utf-8";
        await response.WriteAsync(answer.Body.ToJsonString(), context.RequestAborted);
    }

    /// <summary>What a restart takes.</summary>
    private sealed record Life(string NodeId, NodeState State);
}
