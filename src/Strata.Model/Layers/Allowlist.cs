using System.Collections.Immutable;
using Strata.Model.Documents;

namespace Strata.Model;

/// <summary>
/// The installation's provider hosts that count. The scheduler marks what has expired with a revision of kind <c>expiry</c>; no clock is read here.
/// </summary>
/// <param name="Hosts">Host patterns.</param>
public sealed record Allowlist(ImmutableArray<string> Hosts)
{
    /// <summary>No host at all: nothing may be reached.</summary>
    public static readonly Allowlist Empty = new([]);

    /// <summary>Host patterns in canonical order.</summary>
    public ImmutableArray<string> Hosts { get; } = [.. Hosts.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The hosts as the value that <c>llm.allowedHosts</c> inherits.</summary>
    public Json Value => field ??= Json.Of(Hosts);

    /// <summary>Reads the document of the allowlist layer.</summary>
    public static Allowlist Read(JsonObject document) =>
        new([.. document["hosts"].Entries().Where(host => host.Value.Member("status").Text() != "expired").Select(host => host.Key)]);
}
