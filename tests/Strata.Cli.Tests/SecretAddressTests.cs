using System.Text.Json.Nodes;

namespace Strata.Cli.Tests;

public sealed class SecretAddressTests
{
    [Theory]
    [InlineData("secret://main/llm/openai", """{"$secret":{"store":"main","path":"llm/openai"}}""")]
    [InlineData("secret://main/llm/openai#/apiKey", """{"$secret":{"store":"main","path":"llm/openai","field":"/apiKey"}}""")]
    [InlineData("secret://main/llm/openai?version=3#/apiKey", """{"$secret":{"store":"main","path":"llm/openai","field":"/apiKey","version":3}}""")]
    public void The_short_form_becomes_a_reference(string address, string reference) =>
        Assert.Equal($$"""{"a":[{{reference}}]}""", SecretAddress.Expand(new JsonObject { ["a"] = new JsonArray(address) })!.ToJsonString());

    [Theory]
    [InlineData("secret://")]
    [InlineData("secret://main")]
    [InlineData("secret:///path")]
    [InlineData("secret://main/path?version=x")]
    [InlineData("secret://main/path?v=1")]
    public void A_broken_short_form_is_refused(string address) =>
        Assert.Throws<CommandFailedException>(() => SecretAddress.Expand(JsonValue.Create(address)));
}
