namespace Strata.Storage;

/// <summary>
/// A tenant's database is older than what was published from it: somebody has put back a copy without starting a new incarnation. Nothing is read from
/// it or written to it until an operator has put the newer one back, or made the older one a new incarnation: <c>503 unavailable</c> on the wire.
/// </summary>
/// <param name="message">Which tenant, and what is missing.</param>
public sealed class OlderCopyException(string message) : Exception(message);
