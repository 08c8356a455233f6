using Strata.Delivery.LiteLlm;
using Strata.Delivery.Rendering;
using Strata.Delivery.Tests.Rendering;
using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Delivery.Tests.LiteLlm;

public sealed class LiteLlmFactTests
{
    private static readonly Installation Shop = Installations.Read(
        """
        kind: allowlist
        document: { hosts: { m.example: { owner: x, reason: x } } }
        ---
        kind: platform
        id: shop
        document:
          semanticCache: { enabled: true, isolation: tenant, similarityThreshold: 0.8, embeddingModel: alpha/embed }
          llm:
            providers: { alpha: { host: m.example, regions: [eu], credential: { $secret: { store: main, path: a } }, models: { chat: { upstreamName: c }, embed: { upstreamName: e, mode: embedding } } } }
            routing: { fallbacks: { chat: [alpha/embed] }, failover: { enabled: true, spendCeilingUsd: 5 } }
        ---
        { kind: tenant, id: acme, platform: shop, document: { displayName: A, semanticCache: { similarityThreshold: 0.95, ttlSeconds: 60 } } }
        """);

    [Fact]
    public void A_cache_that_keeps_tenants_apart_takes_the_strictest_values()
    {
        var cache = LiteLlmDesired.Of(Shop, new LiteLlmFacts { IsolatesSemanticCache = true }).Proxy.Cache!;

        Assert.Equal("""["redis-semantic","shop--alpha--embed",0.95,60]""",
            new JsonArray([cache["type"]!, cache["redis_semantic_cache_embedding_model"]!, cache["similarity_threshold"]!, cache["ttl"]!]).ToString());
    }

    [Fact]
    public void A_cache_that_mixes_tenants_is_off_and_a_warning()
    {
        var desired = LiteLlmDesired.Of(Shop, new LiteLlmFacts());

        Assert.Null(desired.Proxy.Cache);
        Assert.Contains(desired.Warnings, warning => warning.Message.Contains("CacheIsolation=Unsupported", StringComparison.Ordinal));
    }

    [Fact]
    public void At_the_ceiling_failover_ends()
    {
        var before = LiteLlmDesired.Of(Shop, new LiteLlmFacts()).Tenants.Single().Team["router_settings"].Member("fallbacks");
        var after = LiteLlmDesired.Of(Shop, new LiteLlmFacts { FailoverCeilingReached = [TenantId.Parse("acme")] }).Tenants.Single().Team["router_settings"].Member("fallbacks");

        Assert.Equal("""[{"shop--alpha--chat":["shop--alpha--embed"]}] []""", $"{before} {after}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_secret_manager_is_rendered_with_a_licence_only(bool isLicensed)
    {
        var config = LiteLlmFiles.Render(Shop, new LiteLlmFacts { IsLicensed = isLicensed, SecretManager = "hashicorp_vault" })[0];

        Assert.Equal(isLicensed, config.Text.Contains("key_management_system: hashicorp_vault", StringComparison.Ordinal));
        Assert.Equal(!isLicensed, config.Warnings.Any(warning => warning.Message.Contains("needs a licence", StringComparison.Ordinal)));
    }
}
