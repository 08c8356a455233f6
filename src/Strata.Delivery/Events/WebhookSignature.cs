using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Strata.Delivery.Events;

/// <summary>
/// Signatures of Standard Webhooks: HMAC-SHA256 over <c>id.timestamp.body</c>.
/// <see href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"/>
/// </summary>
internal static class WebhookSignature
{
    /// <summary>The value of the header <c>webhook-signature</c>: one signature for each key.</summary>
    /// <param name="keys">The keys, the newest first.</param>
    /// <param name="id">The event's id.</param>
    /// <param name="timestamp">When it is sent, in seconds since 1970.</param>
    /// <param name="body">The body, byte by byte as it is sent.</param>
    public static string Of(IEnumerable<byte[]> keys, Guid id, long timestamp, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")), .. body];
        return string.Join(' ', keys.Select(key => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}"));
    }
}
