using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;

namespace Strata.Server.Access;

/// <summary>
/// Callers whose token was validated less than a minute ago: checking a signature costs more than everything else of a hot read. Kept by the hash of
/// the header, never by the token. A key that its issuer withdraws is therefore trusted for a minute at most, an expired token not at all.
/// </summary>
internal sealed class KnownCallers(TimeProvider time)
{
    private const int Capacity = 10_000;
    private static readonly TimeSpan Trust = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<HeaderHash, Known> _known = [];

    /// <summary>The caller of an <c>Authorization</c> header; <c>null</c> when it must be validated.</summary>
    public Caller? Find(StringValues authorization) =>
        authorization is [{ } header] && _known.TryGetValue(HeaderHash.Of(header), out var known) && known.Until > time.GetUtcNow() ? known.Caller : null;

    /// <summary>Remembers a validated caller.</summary>
    /// <param name="authorization">The header that it came with.</param>
    /// <param name="caller">The caller.</param>
    /// <param name="expires">When the token expires; <c>null</c> remembers nothing.</param>
    public void Keep(StringValues authorization, Caller caller, DateTimeOffset? expires)
    {
        if (authorization is not [{ } header] || expires is not { } end)
            return;
        if (_known.Count >= Capacity)
            _known.Clear(); // rather validate some tokens once more than keep a list of the oldest
        var trusted = time.GetUtcNow() + Trust;
        _known[HeaderHash.Of(header)] = new Known(caller, end < trusted ? end : trusted);
    }

    private sealed record Known(Caller Caller, DateTimeOffset Until);

    private readonly record struct HeaderHash(UInt128 First, UInt128 Second)
    {
        public static HeaderHash Of(string header)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(MemoryMarshal.AsBytes(header.AsSpan()), hash);
            return MemoryMarshal.Read<HeaderHash>(hash);
        }
    }
}
