using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Strata.Embedded.Opa;

/// <summary>A decision to be logged.</summary>
/// <param name="Path">The path of the rule, such as <c>authz/allow</c>.</param>
/// <param name="Input">The query's input. Null: it had none.</param>
/// <param name="Result">The result. Null: undefined.</param>
public sealed record OpaDecision(string Path, JsonNode? Input, JsonNode? Result);

/// <summary>
/// An OPA 1.x instance as a bundle service sees it: it polls, verifies, activates, reports its status and uploads decisions. It evaluates nothing. It can be
/// told to be slow, silent or gone; a restart loses the bundle. <see href="https://www.openpolicyagent.org/docs/management-introduction"/>
/// </summary>
public sealed class SimulatedOpa : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private readonly SimulatedOpaOptions _options;
    private readonly OpaServiceClient _client;
    private readonly Random _random;
    private readonly Lock _lock = new();

    // Guarded by the lock.
    private OpaState _state = new() { Instance = "" };
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CancellationTokenSource? _running;
    private Task _polling = Task.CompletedTask;
    private bool _canHold;
    private int _failures;

    private SimulatedOpa(SimulatedOpaOptions options) => (_options, _client, _random) = (options, new OpaServiceClient(options), new Random(options.Seed));

    /// <summary>The label <c>id</c>, another after each start.</summary>
    public string InstanceId => State.Instance;

    /// <summary>The revision in force. Null: nothing was activated since the start.</summary>
    public string? ActiveRevision => State.Revision;

    /// <summary>Why the last poll failed, in OPA's words. Null: it did not.</summary>
    public string? Message => State.Message;

    /// <summary>The data in force, a copy.</summary>
    public JsonObject Data => (JsonObject)State.Data.DeepClone();

    /// <summary>The policies in force, their texts by file name.</summary>
    public ImmutableSortedDictionary<string, string> Policies => State.Policies;

    /// <summary>Whether it sends status reports.</summary>
    public bool Reports { get; set; } = true;

    /// <summary>A pause before every poll.</summary>
    public TimeSpan Pause { get; set; }

    private OpaState State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    /// <summary>Starts an instance, which begins to poll.</summary>
    public static SimulatedOpa Start(SimulatedOpaOptions options)
    {
        var opa = new SimulatedOpa(options);
        opa.ComeBack();
        return opa;
    }

    /// <summary>Ends when a revision is in force.</summary>
    public Task WaitForRevisionAsync(string revision, CancellationToken cancellationToken) =>
        WaitUntilAsync(state => state.Revision == revision, cancellationToken);

    /// <summary>Ends when a poll has failed; gives the message.</summary>
    public async Task<string> WaitForFailureAsync(CancellationToken cancellationToken) =>
        (await WaitUntilAsync(state => state.Message is not null, cancellationToken)).Message!;

    /// <summary>Stops it: it neither polls nor reports until <see cref="ComeBack"/>, and loses its bundle. Not to be called twice at once.</summary>
    public async Task GoDownAsync()
    {
        if (_running is null)
            return;
        await _running.CancelAsync();
        await _polling;
        _running.Dispose();
        _running = null;
        Put(new OpaState { Instance = "" });
    }

    /// <summary>Starts it again, without a bundle and with another id.</summary>
    public void ComeBack()
    {
        if (_running is not null)
            return;
        _running = new CancellationTokenSource();
        (_canHold, _failures) = (true, 0);
        Put(new OpaState { Instance = Guid.CreateVersion7().ToString() });
        _polling = PollAsync(_running.Token);
    }

    /// <summary>Restarts it, which loses the bundle.</summary>
    public async Task RestartAsync()
    {
        await GoDownAsync();
        ComeBack();
    }

    /// <summary>Uploads decisions; gives the HTTP status.</summary>
    /// <exception cref="HttpRequestException">The service does not answer.</exception>
    public Task<HttpStatusCode> LogAsync(IEnumerable<OpaDecision> decisions, CancellationToken cancellationToken)
    {
        var (state, now) = (State, _options.Time.GetUtcNow());
        return _client.LogAsync(_options.DecisionLogs, new JsonArray([.. decisions.Select(decision => Event(state, decision, now))]), cancellationToken);
    }

    /// <summary>Stops it for good.</summary>
    public async ValueTask DisposeAsync()
    {
        await GoDownAsync();
        _client.Dispose();
    }

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Pause, _options.Time, cancellationToken);
                Put(await NextAsync(State, cancellationToken));
                await ReportAsync(cancellationToken);
                await Task.Delay(Rest(), _options.Time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It goes down.
        }
    }

    /// <summary>The state after one poll. Whatever fails, the bundle in force stays.</summary>
    private async Task<OpaState> NextAsync(OpaState before, CancellationToken cancellationToken)
    {
        var state = before with { LastRequest = _options.Time.GetUtcNow(), Message = null, HttpCode = null };
        _failures++;
        try
        {
            var reply = await _client.BundleAsync(_options.Resource, before.ETag, _canHold ? _options.LongPolling : null, cancellationToken);
            if (reply.Status is not (HttpStatusCode.OK or HttpStatusCode.NotModified))
                return state with { Message = $"request failed: server replied with {reply.Status}", HttpCode = (int)reply.Status };
            state = state with { LastSuccessfulRequest = _options.Time.GetUtcNow() };
            if (reply.Status == HttpStatusCode.OK)
            {
                _canHold = reply.CanHold;
                state = state with { LastSuccessfulDownload = state.LastSuccessfulRequest, Size = reply.Body.Length };
                state = await ActivatedAsync(state, reply, cancellationToken);
            }
            _failures = 0;
            return state;
        }
        catch (Exception e) when (e is HttpRequestException or BundleRefusedException)
        {
            return state with { Message = e.Message };
        }
    }

    private async Task<OpaState> ActivatedAsync(OpaState state, BundleReply reply, CancellationToken cancellationToken)
    {
        using var archive = new MemoryStream(reply.Body);
        var bundle = await BundleFiles.ReadAsync(archive, cancellationToken);
        if (bundle.IsDelta && !bundle.Roots.SequenceEqual(state.Roots))
            throw new BundleRefusedException("manifest roots of the delta differ from those of the bundle in force");
        if (!bundle.IsDelta)
            BundleSignature.Verify(bundle, _options.Key, _options.Scope);
        return state with
        {
            Revision = bundle.Revision,
            ETag = reply.ETag,
            Roots = bundle.Roots,
            Data = bundle.IsDelta ? bundle.Patched(state.Data) : bundle.Data(),
            Policies = bundle.IsDelta ? state.Policies : bundle.Policies,
            Type = bundle.IsDelta ? "delta" : "snapshot",
            LastSuccessfulActivation = _options.Time.GetUtcNow(),
        };
    }

    private async Task ReportAsync(CancellationToken cancellationToken)
    {
        if (!Reports || _options.Status is null)
            return;
        try
        {
            await _client.ReportAsync(_options.Status, State.Report(_options), cancellationToken);
        }
        catch (HttpRequestException)
        {
            // A lost report is not repeated; the next poll brings the next.
        }
    }

    private JsonObject Event(OpaState state, OpaDecision decision, DateTimeOffset now)
    {
        var logged = new JsonObject
        {
            ["labels"] = state.Labels(_options),
            ["decision_id"] = Guid.CreateVersion7().ToString(),
            ["bundles"] = new JsonObject { [_options.Bundle] = new JsonObject { ["revision"] = state.Revision } },
            ["path"] = decision.Path,
            ["input"] = decision.Input?.DeepClone(),
            ["requested_by"] = "127.0.0.1:1",
            ["timestamp"] = now.ToString("O", CultureInfo.InvariantCulture),
            ["metrics"] = new JsonObject { ["timer_server_handler_ns"] = 1 },
        };
        if (decision.Result is not null)
            logged["result"] = decision.Result.DeepClone();
        return logged;
    }

    /// <summary>Held polls follow at once, others after a random time, failed ones after a growing one.</summary>
    private TimeSpan Rest()
    {
        if (_failures > 0)
            return TimeSpan.FromTicks(Math.Min(_options.MaxDelay.Ticks, FirstRetry.Ticks << Math.Min(_failures, 20)));
        return _canHold && _options.LongPolling is not null
            ? TimeSpan.Zero
            : _options.MinDelay + (_options.MaxDelay - _options.MinDelay) * _random.NextDouble();
    }

    private void Put(OpaState state)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            _state = state;
        }
        changed.SetResult();
    }

    private async Task<OpaState> WaitUntilAsync(Func<OpaState, bool> isSo, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task next;
            lock (_lock)
            {
                if (isSo(_state))
                    return _state;
                next = _changed.Task;
            }
            await next.WaitAsync(cancellationToken);
        }
    }
}
