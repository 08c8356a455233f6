namespace Strata.Embedded;

/// <summary>The ways in which a simulated program fails its callers.</summary>
public enum FaultKind
{
    /// <summary>It answers with a status and does nothing.</summary>
    Answer,

    /// <summary>It does what it is asked and answers with a status that does not say so.</summary>
    AnswerAfterActing,

    /// <summary>It takes its time.</summary>
    Delay,

    /// <summary>The connection breaks before it does anything.</summary>
    DropBeforeActing,

    /// <summary>It does what it is asked; the connection breaks before the answer.</summary>
    DropAfterActing,
}

/// <summary>A fault that meets the next calls it is meant for, in the order in which faults were scripted; each call meets at most one.</summary>
/// <param name="Kind">What happens.</param>
public sealed record SimulatedFault(FaultKind Kind)
{
    /// <summary>How many calls meet it.</summary>
    public int Calls { get; init; } = 1;

    /// <summary>Only calls with this method meet it. Null: any.</summary>
    public string? Method { get; init; }

    /// <summary>Only calls of this path (without query) meet it. Null: any.</summary>
    public string? Path { get; init; }

    /// <summary>The status of <see cref="FaultKind.Answer"/> and <see cref="FaultKind.AnswerAfterActing"/>.</summary>
    public int Status { get; init; } = 500;

    /// <summary>Seconds for the <c>Retry-After</c> of such an answer. Null: no such header.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>How long <see cref="FaultKind.Delay"/> takes.</summary>
    public TimeSpan Time { get; init; }
}

/// <summary>A call that a simulated program received.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path without the query.</param>
/// <param name="Query">The query with its question mark; empty when there is none.</param>
/// <param name="Status">The status of the answer. Null: the caller got none.</param>
/// <param name="Fault">The fault that the call met. Null: none.</param>
/// <param name="At">When it was received.</param>
public sealed record SimulatedCall(string Method, string Path, string Query, int? Status, FaultKind? Fault, DateTimeOffset At);

/// <summary>The faults that are still to come. Safe for concurrent use.</summary>
internal sealed class FaultScript
{
    private readonly Lock _lock = new();
    private readonly List<SimulatedFault> _faults = [];

    /// <summary>Adds a fault behind the others.</summary>
    public void Add(SimulatedFault fault)
    {
        lock (_lock)
            _faults.Add(fault);
    }

    /// <summary>Forgets all of them.</summary>
    public void Clear()
    {
        lock (_lock)
            _faults.Clear();
    }

    /// <summary>The fault that a call meets, used up by it. Null: none.</summary>
    public SimulatedFault? Next(string method, string path)
    {
        lock (_lock)
        {
            var i = _faults.FindIndex(fault => (fault.Method ?? method) == method && (fault.Path ?? path) == path);
            if (i < 0)
                return null;
            var fault = _faults[i];
            if (fault.Calls > 1)
                _faults[i] = fault with { Calls = fault.Calls - 1 };
            else
                _faults.RemoveAt(i);
            return fault;
        }
    }
}
