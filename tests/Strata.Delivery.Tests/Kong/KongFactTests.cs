using System.Security.Cryptography;
using Strata.Delivery.Kong;
using Strata.Delivery.Tests.Rendering;
using Strata.Model.Documents;

namespace Strata.Delivery.Tests.Kong;

public sealed class KongFactTests
{
    [Fact]
    public void Every_tenant_verifies_with_the_issuer_s_key_under_its_own_claim()
    {
        using var rsa = RSA.Create(2048);
        var pem = rsa.ExportSubjectPublicKeyInfoPem();
        var file = KongFile.Render(Installations.Committed(), new KongFacts { TenantClaim = "azp", SigningKey = new KongSigningKey("RS256", pem) });

        var document = Yaml.ReadOne(file.Text);
        var consumers = ((JsonArray)document["consumers"]!).Items;

        Assert.Empty(KongValidator.Check(document));
        Assert.Empty(file.Warnings);
        Assert.NotEmpty(consumers);
        Assert.All(consumers, consumer =>
        {
            var secret = Assert.Single(((JsonArray)consumer.Member("jwt_secrets")!).Items);
            Assert.Equal((consumer.Member("custom_id"), pem), (secret.Member("key"), secret.Member("rsa_public_key").Text()));
        });
        Assert.Equal("azp", Plugin(document, "jwt").Member("key_claim_name").Text());
    }

    [Fact]
    public void A_private_key_is_no_signing_key()
    {
        using var rsa = RSA.Create(2048);

        Assert.Throws<ArgumentException>(() => new KongSigningKey("RS256", rsa.ExportPkcs8PrivateKeyPem()));
    }

    [Fact]
    public void Limits_are_counted_where_the_facts_say()
    {
        var document = KongFile.Document(KongDesired.Of(Installations.Committed(), new KongFacts { RedisHost = "counters.internal", RedisPort = 6380 }));

        var limits = ((JsonArray)((JsonArray)document["consumers"]!).Items[0].Member("plugins")!).Items.Single(plugin => plugin.Member("name").Text() == "rate-limiting");
        Assert.Equal("""{"host":"counters.internal","port":6380}""", limits.Member("config").Member("redis")!.ToString());
    }

    [Fact]
    public void No_token_of_the_platform_reaches_a_provider()
    {
        var document = KongFile.Document(KongDesired.Of(Installations.Committed(), new KongFacts()));

        Assert.Superset(new HashSet<string> { "authorization", "x-litellm-api-key" }, Plugin(document, "request-transformer").Member("remove").Member("headers").Texts().ToHashSet());
    }

    private static Json? Plugin(JsonObject document, string name) =>
        ((JsonArray)((JsonArray)document["services"]!).Items[0].Member("plugins")!).Items.Single(plugin => plugin.Member("name").Text() == name).Member("config");
}
