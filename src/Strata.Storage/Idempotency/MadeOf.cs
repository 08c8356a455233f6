using System.Security.Cryptography;
using System.Text;

namespace Strata.Storage;

/// <summary>Ids that are made of what they name.</summary>
internal static class MadeOf
{
    /// <summary>A UUID of version 8 (RFC 9562, 5.8).</summary>
    public static Guid Guid(string text)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
