using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Strata.Storage;

/// <summary>
/// What PostgreSQL stores in place of a password (RFC 5802, SCRAM-SHA-256 of RFC 7677). Sending this instead keeps passwords out of the server's
/// statement logs.
/// </summary>
internal static class ScramVerifier
{
    private const int Iterations = 4096;

    /// <summary>The verifier of a password of ASCII characters, with a fresh salt.</summary>
    public static string Of(string password) => Of(password, RandomNumberGenerator.GetBytes(16));

    /// <summary>The verifier with a given salt.</summary>
    public static string Of(string password, byte[] salt)
    {
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.ASCII.GetBytes(password), salt, Iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        var storedKey = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"SCRAM-SHA-256${Iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(storedKey)}:{Convert.ToBase64String(serverKey)}");
    }
}
