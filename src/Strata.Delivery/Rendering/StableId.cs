using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Strata.Delivery.Rendering;

/// <summary>Ids that stay the same for the same thing: UUIDs of version 5 (RFC 9562, 5.5) in Strata's own namespace.</summary>
internal static class StableId
{
    private static readonly Guid Namespace = new("5f6e1a52-3f0c-5b7e-9a41-7c1d4b6f2e90");

    /// <summary>The id of what a key names, e.g. <c>kong/consumer/acme</c>.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "Version 5 of UUIDs is defined with SHA-1; nothing secret hangs on it.")]
    public static Guid Of(string key)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData([.. Namespace.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(key)], hash);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
