namespace Strata.Cli.Tests;

/// <summary>One wrong place in the repository's brands, and how it is named: by `validate` without a server, by `apply` with one.</summary>
public static class WrongFiles
{
    private const string Quota = "requestsPerMinute: 600";

    /// <summary>The file below `platforms/`, what is replaced in it, by what, and the problem after the file's name.</summary>
    public static TheoryData<string, string, string, string> Cases => new()
    {
        { "dcoder/quotas.yaml", Quota, "requestsPerMinuet: 600", ":6:5: /quotas/requestsPerMinuet: additionalProperties: " },
        { "dcoder/quotas.yaml", Quota, "requestsPerMinute: many", ":6:5: /quotas/requestsPerMinute: type: " },
        { "dcoder/quotas.yaml", Quota, $"{Quota}\n    {Quota}", ":7:5: /document/quotas/requestsPerMinute: yaml: the key 'requestsPerMinute' comes twice" },
        { "dcoder/quotas.yaml", Quota, $"{Quota}\n\tusers: 5", ":7:1: /document/quotas: yaml: a tab indents the line" },
        { "dcoder/quotas.yaml", Quota, Bomb, ":6:8: /document/quotas/a: yaml: anchors and aliases are not supported" },
        { "dcoder/llm.yaml", "host: api.groq.com", "host: api.groq.example", ":152:9: /llm/providers/groq/host: policy/provider-host-allowed: " },
        { "dcoder/segments/pro.yaml", "limitUsd: 2500", "limitUsd: 900000", ":25:7: /config/budgets/limitUsd: atMost: " },
        { "dcoder/segments/pro.yaml", "priority: 20", "priority: high", ":6:3: /priority: type: " },
        { "dcoder/tenants/pixel-forge.yaml", "requestsPerMonth: 1000", "requestsPerMonth: 90000000", ":12:5: /quotas/requestsPerMonth: atMost: " },
        { "dcoder/tenants/pixel-forge.yaml", "platform: dcoder", "platform: nobody", ":4:1: /platform: file: " },
        { "dcoder/tenants/pixel-forge.yaml", "platform: dcoder", "platform: lumen", ":4:1: /platform: file: " },
        { "dcoder/tenants/pixel-forge.yaml", "region: us", "region: [us]", ":7:3: /region: type: " },
    };

    /// <summary>Thirty lists, each of two of the one before: a thousand million values.</summary>
    private static string Bomb => "a: &a0 [x, x]\n" + string.Join('\n', Enumerable.Range(1, 29).Select(i => $"    a{i}: &a{i} [*a{i - 1}, *a{i - 1}]"));
}
