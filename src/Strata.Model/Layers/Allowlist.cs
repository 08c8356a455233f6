using System.Collections.Immutable;
using Strata.Model.Documents;

namespace Strata.Model;

/// <summary>
/// The installation's provider hosts. What has expired was taken out by the scheduler with a revision of kind <c>expiry</c>, so every host here counts.
/// </summary>
/// <param name="Hosts">Host patterns in canonical order.</param>
public sealed record Allowlist(ImmutableArray<string> Hosts)
{
    /// <summary>No host at all: nothing may be reached.</summary>
    public static readonly Allowlist Empty = new([]);

    /// <summary>The hosts as the value that <c>llm.allowedHosts</c> inherits.</summary>
    public Json Value { get; } = Json.Of(Hosts);

    /// <summary>Reads the document of the allowlist layer.</summary>
    public static Allowlist Read(JsonObject document) => new([.. (document["hosts"] as JsonObject ?? JsonObject.Empty).Names]);
}
