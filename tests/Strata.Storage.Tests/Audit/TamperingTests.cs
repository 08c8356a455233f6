using System.Globalization;
using Npgsql;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Testing;
using static Strata.Storage.Tests.Workbench;

namespace Strata.Storage.Tests.Audit;

/// <summary>Every column of every row of every table is tampered with, one at a time; the verifier names table and row.</summary>
public sealed class TamperingTests(Servers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What the verifier is silent about, and why. A table, or one of its columns.</summary>
    private static readonly Dictionary<string, string> FreeInShared = new(StringComparer.Ordinal)
    {
        ["delivery"] = "what targets serve is observed again at the next pass: desired state follows from the layers",
        ["delivery_mark"] = "work yet to do; a full pass finds what nobody marked",
        ["opa_instance"] = "what OPAs said last; each says it again",
        ["webhook_cursor"] = "how far receivers have come, who know events by their ids; that of the purge is compared with the events",
        ["dead_letter"] = "what receivers refused; the event itself is checked",
        ["fleet_migration"] = "progress of runs; the databases themselves say which migrations they have",
        ["fleet_migration_tenant"] = "progress of runs; the databases themselves say which migrations they have",
        ["idempotency"] = "answers on their way to those who ask again, forgotten after a day",
        ["intent"] = "a write under way; what it became stands in the tenant's database",
        ["tenant_creation"] = "a tenant under way; what it became stands in the registry and the audit",
        ["principal"] = "people's names, which may be erased; history names people by id",
        ["schema_migration"] = "compared with the program at every start",
        ["installation"] = "names databases that are yet to be made; those that there are stand in the registry",
        ["audit_head.singleton"] = "keeps the table to one row",
        ["layer_head.changed_in"] = "PostgreSQL's own number of the transaction",
        ["event.written_in"] = "PostgreSQL's own number of the transaction",
        ["tenant.cluster"] = "where the next connection goes; what is found there is checked",
        ["tenant.role_password"] = "what the next connection says; without it the database cannot be read",
        ["tenant.migration"] = "what the fleet's next run goes by; the databases themselves say which migrations they have",
    };

    private static readonly Dictionary<string, string> FreeInTenant = new(StringComparer.Ordinal)
    {
        ["audit_head.singleton"] = "keeps the table to one row",
        ["tenant_identity.singleton"] = "keeps the table to one row",
        ["intent_outcome"] = "counts only while the shared database has the intent",
        ["schema_migration"] = "compared with the program at every migration",
    };

    /// <summary>What contradicts something else, so that nobody can tell which of them was changed: the table that findings may name instead.</summary>
    private static readonly Dictionary<string, string> Contradicts = new(StringComparer.Ordinal)
    {
        ["audit_head.sequence"] = "audit_event",
        ["event."] = "event_head",
        ["event.scope"] = "event_head",
        ["event.sequence"] = "event_head",
        ["layer_head.chain_hash"] = "audit_event",
        ["tenant_identity.incarnation"] = "layer_head",
    };

    [Fact]
    public async Task Whatever_is_done_to_a_row_of_the_shared_database_is_found()
    {
        await using var bench = await StartAsync(servers);
        await FillAsync(bench);

        await TamperAsync(bench, await bench.OpenAsync(null), FreeInShared);
    }

    [Fact]
    public async Task Whatever_is_done_to_a_row_of_a_tenants_database_is_found()
    {
        await using var bench = await StartAsync(servers);
        await FillAsync(bench);

        await TamperAsync(bench, await bench.OpenAsync(TenantId.Parse("acme")), FreeInTenant);
    }

    private static async Task TamperAsync(Workbench bench, NpgsqlConnection connection, Dictionary<string, string> free)
    {
        await using var closing = connection;
        var tamperer = new Tamperer(connection, Token);
        var all = await tamperer.BeginAsync();
        Assert.Empty(await FoundAsync(bench));
        Assert.DoesNotContain(tamperer.Tables.Except(all.Select(tampering => tampering.Table)), table => !free.ContainsKey(table));
        Assert.Empty(free.Keys.Except(tamperer.Tables).Except(all.Select(tampering => $"{tampering.Table}.{tampering.Column}")));

        var missed = new List<string>();
        var said = new List<string>();
        foreach (var tampering in all.Where(tampering => !free.ContainsKey(tampering.Table) && !free.ContainsKey($"{tampering.Table}.{tampering.Column}")))
        {
            if (await tamperer.DoAsync(tampering))
            {
                var found = await FoundAsync(bench);
                said.Add($"{tampering.Table}: {tampering.What}\n    {string.Join("\n    ", found)}");
                if (!found.Exists(finding => Names(finding, tampering)))
                    missed.Add(said[^1]);
            }
            await tamperer.UndoAsync(tampering.Table);
        }
        TestContext.Current.SendDiagnosticMessage(string.Join('\n', said));
        Assert.True(missed.Count == 0, string.Create(CultureInfo.InvariantCulture, $"{missed.Count} of {said.Count} are not found, or not named:\n{string.Join('\n', missed)}"));
        Assert.True(said.Count > 50, "Hardly anything was tampered with.");
    }

    /// <summary>Whether a finding tells where somebody tampered.</summary>
    private static bool Names(AuditFinding finding, Tampering tampering) =>
        (finding.Table == tampering.Table && (tampering.Rows.IsEmpty || tampering.Rows.Contains(finding.Row)))
        || finding.Table == Contradicts.GetValueOrDefault($"{tampering.Table}.{tampering.Column}");

    private static async Task<List<AuditFinding>> FoundAsync(Workbench bench) =>
        [.. (await bench.Verifier.VerifyAllAsync(Token).ToListAsync(Token)).SelectMany(verdict => verdict.Findings)];

    /// <summary>Layers of every kind with a past, values that come, stay and go, and two tenants.</summary>
    private static async Task FillAsync(Workbench bench)
    {
        var (platform, segment) = (LayerKey.Platform(Brand), LayerKey.Segment(Brand, SegmentId.Parse("pro")));
        await bench.CommitAsync(Change(platform, 0, Quota(600)), Change(segment, 0, Document("""{"config":{"quotas":{"users":7}},"displayName":"Pro","match":{"all":true},"priority":1}""")));
        await bench.CommitAsync(Change(platform, 1, Document("""{"quotas":{"requestsPerMinute":600,"users":5}}""")));
        await bench.CommitAsync(Change(LayerKey.Allowlist, 0, Document("""{"hosts":{"api.openai.com":{"owner":"ai","reason":"models"}}}""")));
        foreach (var tenant in new[] { await bench.TenantAsync("acme"), await bench.TenantAsync("bolt") })
        {
            await bench.WriteAsync(tenant, 0, Document("""{"quotas":{"requestsPerMinute":60,"users":5}}"""));
            await bench.WriteAsync(tenant, 1, Quota(60));
            await bench.WriteAsync(tenant, 2, Document("""{"quotas":{"requestsPerMinute":61,"users":5}}"""));
        }
        // What somebody changed after all others were made.
        var attributes = await bench.HeadAsync(LayerKey.Attributes(TenantId.Parse("acme")));
        await bench.CommitAsync(Change(attributes.Layer, 1, (JsonObject)Json.Trusted(attributes.Document.ToString().Replace("Tenant acme", "Acme", StringComparison.Ordinal))));
    }
}
