using Strata.Delivery.Opa;
using Strata.Delivery.Tests.Rendering;

namespace Strata.Delivery.Tests.Opa;

public sealed class OpaDataTests
{
    [Fact]
    public void A_tenant_s_data_holds_what_it_may_reach_and_nothing_that_is_off()
    {
        var installation = Installations.Read(
            """
            kind: allowlist
            document: { hosts: { m.example: { owner: x, reason: x }, "*.own.example": { owner: x, reason: x } } }
            ---
            kind: platform
            id: shop
            document:
              egress: { allowedHosts: [m.example, "*.own.example", otel.example, p.example], deniedHosts: [d.example] }
              observability: { traces: { endpoint: "https://otel.example:4318/v1/traces" }, logs: { endpoint: https://otel.example/v1/logs } }
              logging: { redactFields: [token], redactPatterns: ["x+"] }
              residency: { processingRegions: [eu] }
              plugins: { jira: { name: Jira, version: 1.0.0, offeredVersions: [1.0.0], enabled: true, hosts: [p.example] }, slack: { name: Slack, enabled: false, hosts: [s.example] } }
              llm:
                providers:
                  alpha: { host: m.example, port: 8443, regions: [eu], credential: { $secret: { store: main, path: a } }, replicas: { two: { host: r.own.example }, off: { host: o.own.example, enabled: false } } }
                  beta: { host: m.example, regions: [eu], enabled: false }
                  gamma: { host: m.example, regions: [eu] }
            ---
            { kind: tenant, id: acme, platform: shop, document: { displayName: A, llm: { providers: { gamma: { credential: { $secret: { store: main, path: g } }, own: { host: mine.own.example } } } } } }
            ---
            { kind: tenant, id: gone, platform: shop, document: { displayName: G, status: offboarded } }
            """);

        Assert.Equal(
            Yaml.ReadOne(
                """
                hosts: { m.example: { owner: x, reason: x }, "*.own.example": { owner: x, reason: x } }
                tenants:
                  acme:
                    active: true
                    egress: { airGap: false, allowedHosts: ["*.own.example", m.example, otel.example, p.example], deniedHosts: [d.example] }
                    platform: shop
                    plugins: { jira: { hosts: [p.example] } }
                    providers:
                      alpha: { hosts: [m.example, r.own.example], port: 8443, regions: [eu] }
                      gamma: { hosts: [mine.own.example], port: 443, regions: [eu] }
                    redact: { fields: [token], patterns: ["x+"] }
                    residency: { processingRegions: [eu] }
                    telemetry: [otel.example]
                """),
            OpaData.Of(installation.Allowlist, installation.Brands.Single().Sliced()));
    }
}
