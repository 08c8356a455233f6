namespace Strata.Storage;

/// <summary>
/// A write was interrupted where nobody can tell yet whether it took effect. The same request with the same idempotency key gets the answer:
/// <c>503 unavailable</c> on the wire.
/// </summary>
public sealed class OutcomeUnknownException : Exception
{
    /// <summary>With a reason for the log.</summary>
    public OutcomeUnknownException(string message) : base(message)
    {
    }

    /// <summary>With what went wrong.</summary>
    public OutcomeUnknownException(string message, Exception cause) : base(message, cause)
    {
    }
}
