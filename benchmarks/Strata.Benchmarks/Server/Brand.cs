using Strata.Benchmarks.JsonSchema;

namespace Strata.Benchmarks.Server;

/// <summary>D.Coder as its files describe it, in a running installation.</summary>
internal static class Brand
{
    public const string Platform = "dcoder";
    public const string Tenant = "acme-robotics";

    /// <summary>Makes the brand with its segments and tenants.</summary>
    public static async Task MakeAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        var allowlist = $$"""{"kind":"allowlist","document":{{Subject.Brand().Allowlist}}}""";
        await server.SendAsync(HttpMethod.Post, "/v1/apply", $$"""{"items":[{{string.Join(',', Subject.Items().Select(static item => item.ToString()).Prepend(allowlist))}}]}""", cancellationToken);
    }

    /// <summary>Makes small tenants.</summary>
    public static async Task<string[]> TenantsAsync(ServerProcess server, int count, CancellationToken cancellationToken)
    {
        var ids = Enumerable.Range(0, count).Select(static i => $"bench-{i}").ToArray();
        foreach (var id in ids)
            await server.SendAsync(HttpMethod.Post, "/v1/tenants", $$"""{"id":"{{id}}","platform":"{{Platform}}","displayName":"Bench"}""", cancellationToken);
        return ids;
    }
}
