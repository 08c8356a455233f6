using System.Collections.Immutable;

namespace Strata.Server.Http;

/// <summary>What a client gets: kept beside a commit, so that the same idempotency key gets the same again.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">Headers that belong to the answer (ETag, Location ...), not to the connection.</param>
/// <param name="Body">The bytes; empty for none.</param>
public sealed record Answer(int Status, ImmutableSortedDictionary<string, string> Headers, ReadOnlyMemory<byte> Body);
