using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Strata.Delivery.Kong;
using Strata.Delivery.Loop;

namespace Strata.Delivery.Tests.Kong;

public sealed class KongOptionsTests
{
    [Fact]
    public void Every_setting_is_read()
    {
        var options = Read(
            ("Nodes:0", "http://kong-1:8001"), ("Nodes:1", "https://kong-2/admin/"), ("Headers:Kong-Admin-Token", "t"), ("Adopt", "true"), ("Mode", "report"), ("Redis", "cache:6380"),
            ("Jwt:Issuer", "https://id.example/realms/a"), ("Jwt:TenantClaim", "azp"), ("Jwt:KeyId", "k1"));

        Assert.Equal(["http://kong-1:8001", "https://kong-2/admin"], options.Nodes);
        Assert.Equal("t", options.Headers["kong-admin-token"]);
        Assert.Equal((true, TargetMode.Report, "cache", 6380), (options.Adopt, options.Mode, options.Facts.RedisHost, options.Facts.RedisPort));
        Assert.Equal(("https://id.example/realms/a", "azp", "k1"), (options.Issuer?.AbsoluteUri, options.Facts.TenantClaim, options.KeyId));
    }

    [Theory]
    [InlineData("Nodes:0", "kong-1:8001", "Targets:Kong:Nodes must be addresses with http or https")]
    [InlineData("Nodes:0", "http://admin:secret@kong-1:8001", "belong into Targets:Kong:Headers")]
    [InlineData("Nodes:1", "http://KONG:8001/", "must not name a node twice")]
    [InlineData("Mode", "paused", "Targets:Kong:Mode must be apply, report or off (is 'paused')")]
    [InlineData("Adopt", "perhaps", "Targets:Kong:Adopt must be true or false (is 'perhaps')")]
    [InlineData("Redis", "redis://cache:6379", "Targets:Kong:Redis must be host:port")]
    [InlineData("Redis", "cache:99999", "Targets:Kong:Redis must be host:port")]
    [InlineData("Jwt:Issuer", "id.example", "Targets:Kong:Jwt:Issuer must be an address with http or https (is 'id.example')")]
    public void A_wrong_setting_is_told_in_a_sentence(string name, string value, string sentence)
    {
        var refusal = Assert.Throws<OptionsValidationException>(() => Read(("Nodes:0", "http://kong:8001"), (name, value)));

        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_instance_without_nodes_is_told()
    {
        var configuration = Configuration(("Instances:eu:Adopt", "true"));

        var refusal = Assert.Throws<OptionsValidationException>(() => new ServiceCollection().AddKong(configuration));

        Assert.Contains("Targets:Kong:Instances:eu:Nodes must name", refusal.Message, StringComparison.Ordinal);
    }

    private static KongOptions Read(params (string Name, string Value)[] settings) => KongOptions.Read(Configuration(settings).GetSection("Targets:Kong"));

    private static IConfigurationRoot Configuration(params (string Name, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.GroupBy(setting => setting.Name).Select(same => KeyValuePair.Create($"Targets:Kong:{same.Key}", (string?)same.Last().Value)))
        .Build();
}
