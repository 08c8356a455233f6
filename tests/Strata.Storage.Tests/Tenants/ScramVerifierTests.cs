using System.Security.Cryptography;
using System.Text;

namespace Strata.Storage.Tests.Tenants;

public sealed class ScramVerifierTests
{
    // The exchange of RFC 7677, 3.
    private const string Exchange =
        "n=user,r=rOprNGfwEbeRWgbNEkqO,"
        + "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
        + "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

    [Fact]
    public void The_keys_are_those_of_the_rfc_example()
    {
        var verifier = ScramVerifier.Of("pencil", Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ=="));

        Assert.StartsWith("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$", verifier, StringComparison.Ordinal);
        var serverKey = Convert.FromBase64String(verifier[(verifier.LastIndexOf(':') + 1)..]);
        Assert.Equal("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", Convert.ToBase64String(HMACSHA256.HashData(serverKey, Encoding.ASCII.GetBytes(Exchange))));
    }
}
