using Strata.Model.Documents;

namespace Strata.Delivery.Tests.Kong;

public sealed class KongValidatorTests
{
    private const string Id = "00000000-0000-5000-8000-00000000000";

    [Theory]
    [InlineData("""{"services":[]}""", "_format_version: must be the text 3.0")]
    [InlineData("""{"_format_version":"3.0","consumer_groups":[]}""", "consumer_groups: unknown field")]
    [InlineData("""{"_format_version":"3.0","services":[{"id":"ID1","host":"a.example","port":"80"}]}""", "services[0].port: expected an integer from 0 to 65535")]
    [InlineData("""{"_format_version":"3.0","services":[{"id":"ID1","host":"a.example","description":"x"}]}""", "services[0].description: unknown field")]
    [InlineData("""{"_format_version":"3.0","services":[{"id":"ID1","host":"bücher.example"}]}""", "services[0].host: invalid host")]
    [InlineData("""{"_format_version":"3.0","services":[{"id":"ID1","host":"a.example","tls_verify":true}]}""", "services[0]: tls_verify needs https or tls")]
    [InlineData("""{"_format_version":"3.0","services":[{"id":"ID1","host":"a.example","name":"a b"}]}""", "services[0].name: invalid name")]
    [InlineData("""{"_format_version":"3.0","services":[{"id":"ID1","host":"a.example","tags":["a,b"]}]}""", "services[0].tags: invalid tag")]
    [InlineData("""{"_format_version":"3.0","services":[{"id":"ID1","host":"a.example"},{"id":"ID1","host":"a.example"}]}""", "services[1]: uniqueness violation: services.id=\"ID1\"")]
    [InlineData("""{"_format_version":"3.0","routes":[{"id":"ID1","paths":["/a//b"]}]}""", "routes[0].paths: not a normalized path")]
    [InlineData("""{"_format_version":"3.0","routes":[{"id":"ID1"}]}""", "routes[0]: must set one of methods, hosts, headers, paths")]
    [InlineData("""{"_format_version":"3.0","plugins":[{"id":"ID1","name":"opa"}]}""", "plugins[0]: plugin 'opa' not enabled")]
    [InlineData("""{"_format_version":"3.0","plugins":[{"id":"ID1","name":"acl","config":{"allow":[]}}]}""", "plugins[0]: config: exactly one of these fields must be non-empty: allow, deny")]
    [InlineData("""{"_format_version":"3.0","plugins":[{"id":"ID1","name":"rate-limiting","config":{"minute":5,"month":3}}]}""", "plugins[0]: config: a longer window has a lower limit")]
    [InlineData("""{"_format_version":"3.0","plugins":[{"id":"ID1","name":"rate-limiting","config":{"minute":5,"policy":"redis"}}]}""", "plugins[0]: config: redis.host: required field missing")]
    [InlineData("""{"_format_version":"3.0","plugins":[{"id":"ID1","name":"http-log","config":{"http_endpoint":"https://a.example","headers":{"host":"x"}}}]}""", "plugins[0]: config.headers: cannot contain 'host' header")]
    [InlineData("""{"_format_version":"3.0","consumers":[{"id":"ID1","username":"a","plugins":[{"id":"ID2","name":"jwt"}]}]}""", "consumers[0].plugins[0]: consumer: value must be null")]
    [InlineData("""{"_format_version":"3.0","consumers":[{"id":"ID1","username":"a","acls":[{"id":"ID2","group":"g"},{"id":"ID3","group":"g"}]}]}""", "consumers[0].acls[1]: uniqueness violation: acls /consumer=ID1 \"g\"")]
    public void A_document_that_Kong_refuses_is_refused(string document, string error) =>
        Assert.Equal([error.Replace("ID", Id, StringComparison.Ordinal)], KongValidator.Check((JsonObject)Json.Trusted(document.Replace("ID", Id, StringComparison.Ordinal))));
}
