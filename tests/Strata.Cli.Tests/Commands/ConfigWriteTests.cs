using System.Text.Json.Nodes;
using Strata.Cli.Commands;

namespace Strata.Cli.Tests.Commands;

public sealed class ConfigWriteTests
{
    private const string Own = """{"quotas":{"requestsPerMinute":100},"hosts":["a","b"],"rules":[{"name":"x","on":true}]}""";

    [Theory]
    [InlineData("/quotas/requestsPerMinute", "200", """{"quotas":{"requestsPerMinute":200}}""")]
    [InlineData("/quotas/requestsPerMinute", null, """{"quotas":{"requestsPerMinute":null}}""")]
    [InlineData("/llm/providers/openai/enabled", "false", """{"llm":{"providers":{"openai":{"enabled":false}}}}""")]
    [InlineData("/a~1b", "1", """{"a/b":1}""")]
    [InlineData("", """{"a":1}""", """{"a":1}""")]
    public void A_patch_names_only_the_place(string pointer, string? value, string patch) => Assert.Equal(patch, Patch(pointer, value));

    [Theory]
    [InlineData("/hosts/0", "\"c\"", """{"hosts":["c","b"]}""")]
    [InlineData("/hosts/-", "\"c\"", """{"hosts":["a","b","c"]}""")]
    [InlineData("/hosts/1", null, """{"hosts":["a"]}""")]
    [InlineData("/rules/0/on", "false", """{"rules":[{"name":"x","on":false}]}""")]
    [InlineData("/rules/0/deep/er", "1", """{"rules":[{"name":"x","on":true,"deep":{"er":1}}]}""")]
    [InlineData("/rules/0/on", null, """{"rules":[{"name":"x"}]}""")]
    public void A_place_in_a_list_sends_the_whole_list(string pointer, string? value, string patch) => Assert.Equal(patch, Patch(pointer, value));

    [Theory]
    [InlineData("/hosts/7")]
    [InlineData("/hosts/x")]
    [InlineData("/hosts/0/name")]
    public void A_place_that_a_list_does_not_have_is_refused(string pointer)
    {
        var refused = Assert.Throws<CommandFailedException>(() => Patch(pointer, "1"));

        Assert.Equal(ExitCode.NotFound, refused.ExitCode);
    }

    private static string Patch(string pointer, string? value) =>
        ConfigWrite.Patch((JsonObject)JsonNode.Parse(Own)!, JsonPointer.Parse(pointer), value is null ? null : JsonNode.Parse(value)).ToJsonString();
}
