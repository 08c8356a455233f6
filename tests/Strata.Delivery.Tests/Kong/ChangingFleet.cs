using System.Globalization;
using Strata.Delivery.Loop;
using Strata.Delivery.Tests.Rendering;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Model.Documents;
using Strata.Model.Resolution;
using Strata.Model.Sections;

namespace Strata.Delivery.Tests.Kong;

/// <summary>A fleet of one brand whose tenants a test changes. It stands in for the reading of changes; the queue is tested with the real one.</summary>
internal sealed class ChangingFleet
{
    private const string Brand =
        """
        branding: { hosts: [app.dcoder.example] }
        quotas: { requestsPerMinute: 600, requestsPerMonth: 100000, requestSizeMb: 20 }
        llm:
          providers:
            openai: { host: api.openai.com, regions: [us], credential: { $secret: { store: main, path: llm/openai } } }
            groq: { host: api.groq.com, regions: [us], credential: { $secret: { store: main, path: llm/groq } } }
        """;

    private static readonly JsonObject Allowlist = Yaml.ReadOne("hosts: { api.openai.com: { owner: x, reason: x }, api.groq.com: { owner: x, reason: x } }");
    private static readonly PlatformId Platform = PlatformId.Parse("dcoder");

    private readonly PlatformLayers _layers = new(Platform, Model.Allowlist.Read(Allowlist), Yaml.ReadOne(Brand), []);
    private readonly SortedDictionary<string, ChangedTenant> _tenants = new(StringComparer.Ordinal);
    private int _version;

    public ChangingFleet() => Fleet = new Fleet(ChangesAsync, new Resolver(SectionCatalog.Load()), [Strata.Delivery.Kong.KongTarget.Slice]);

    public Fleet Fleet { get; }

    public ChangingFleet Tenant(string id, string document = "{}", string status = "active")
    {
        var attributes = TenantAttributes.Read(JsonObject.Of(("displayName", Json.Of(id)), ("status", Json.Of(status))));
        _tenants[id] = new ChangedTenant(Platform, new TenantLayers(TenantId.Parse(id), attributes, (JsonObject)Json.Trusted(document)), $"{++_version}");
        return this;
    }

    public ChangingFleet Tenants(int count, string status = "active")
    {
        foreach (var i in Enumerable.Range(0, count))
            Tenant($"tenant-{i}", status: status);
        return this;
    }

    private Task<FleetChanges> ChangesAsync(string? since, CancellationToken cancellationToken) => Task.FromResult(new FleetChanges(
        $"{_version}", since is null ? Allowlist : null, since is null ? [new ChangedPlatform(_layers, "1")] : [], [.. _tenants.Values.Where(tenant => Number(tenant.Version) > Number(since))]));

    private static int Number(string? version) => int.Parse(version ?? "0", CultureInfo.InvariantCulture);
}
