using System.Diagnostics.Metrics;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Storage.Effective;
using Strata.Testing;

namespace Strata.Storage.Tests.Effective;

/// <summary>No change signals run here: what is kept is kept until somebody asks for something newer.</summary>
public sealed class SnapshotsTests(Servers servers)
{
    private static readonly TenantId Acme = TenantId.Parse("acme");
    private static readonly TenantId Globex = TenantId.Parse("globex");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Asking_for_a_revision_that_never_was_makes_nobody_forget_anything()
    {
        await using var strata = await AcmeAndGlobexAsync();
        var snapshots = strata.Get<Snapshots>();
        var (acme, globex) = (await snapshots.FindAsync(Acme, Cancel), await snapshots.FindAsync(Globex, Cancel));

        var asked = await snapshots.FindAsync(Acme, RevisionVector.TryParse("core:x;platform:999999;segment.gold:7;segment.No/Such:7;tenant:9.9")!, Cancel);

        Assert.Same(acme, asked);
        Assert.Same(globex, await snapshots.FindAsync(Globex, Cancel));
    }

    [Theory]
    [InlineData("allowlist")]
    [InlineData("platform:dcoder")]
    [InlineData("attributes:acme")]
    public async Task A_snapshot_from_before_an_earlier_answer_is_read_anew(string layer)
    {
        await using var strata = await AcmeAndGlobexAsync();
        var (snapshots, layers) = (strata.Get<Snapshots>(), strata.Get<LayerStore>());
        await snapshots.FindAsync(Acme, Cancel);
        var head = (await layers.FindHeadAsync(LayerKey.Parse(layer), Cancel))!;
        var change = Workbench.Change(head.Layer, head.Revision.Number, head.Document);
        Assert.Null((await layers.CommitAsync([change], Workbench.Act(), Workbench.Answer(), Cancel)).Error);
        var newer = new RevisionVector("x", [(head.Layer.Name, head.Revision.Next)]);

        var found = await snapshots.FindAsync(Acme, newer, Cancel);

        Assert.True(found!.Vector.IsAtLeast(newer));
    }

    [Fact]
    public async Task A_snapshot_from_before_its_tenant_came_into_a_segment_is_read_anew()
    {
        await using var strata = await AcmeAndGlobexAsync();
        await strata.Get<Snapshots>().FindAsync(Acme, Cancel);
        await SegmentAsync(strata, 0, """{"match":{"all":true},"config":{"quotas":{"users":7}}}""");

        var found = await strata.Get<Snapshots>().FindAsync(Acme, RevisionVector.TryParse("core:x;segment.gold:1")!, Cancel);

        Assert.Contains(";segment.gold:1;", found!.Revision, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"match":{"tenants":["globex"]},"config":{"quotas":{"users":7}}}""")]
    [InlineData("{}")]
    public async Task A_snapshot_from_before_its_tenant_left_a_segment_is_read_anew(string segment)
    {
        await using var strata = await AcmeAndGlobexAsync();
        await SegmentAsync(strata, 0, """{"match":{"all":true},"config":{"quotas":{"users":7}}}""");
        var old = (await strata.Get<Snapshots>().FindAsync(Acme, Cancel))!;
        await SegmentAsync(strata, 1, segment);
        var newer = new RevisionVector(old.Vector.Core, [.. old.Vector.Components.Where(part => part.Layer.SegmentId is null)]);

        var found = await strata.Get<Snapshots>().FindAsync(Acme, newer, Cancel);

        Assert.Equal(newer.ToString(), found!.Revision);
    }

    [Fact]
    public async Task Where_signals_may_have_been_missed_layers_are_read_anew_whatever_their_numbers()
    {
        await using var strata = await AcmeAndGlobexAsync();
        await strata.Get<Snapshots>().FindAsync(Acme, Cancel);
        await strata.SharedAsync("""update layer_head set document = '{"quotas":{"users":7}}' where layer = 'platform:dcoder'"""); // as another copy of the database has it

        strata.Get<Snapshots>().ForgetAll();

        var platform = await strata.Get<LayerReader>().FindPlatformAsync(PlatformId.Parse("dcoder"), Cancel);
        Assert.Equal("""{"quotas":{"users":7}}""", platform!.Layers.Document.ToString());
    }

    [Fact]
    public async Task However_many_tenants_are_read_their_documents_take_no_more_memory_than_was_granted_and_a_meter_tells_how_much()
    {
        const long granted = 1024 * 1024;
        await using var strata = await Installation.CreateAsync(servers, ("Storage:MaxSnapshotBytes", $"{granted}"));
        var platform = LayerKey.Platform(await strata.PlatformAsync());
        var hosts = Json.Trusted($$$"""{"egress":{"deniedHosts":[{{{string.Join(',', Enumerable.Range(1000, 6000).Select(static number => $"\"h{number}.example\""))}}}] } }""");
        Assert.Null((await strata.Get<LayerStore>().CommitAsync([Workbench.Change(platform, 0, (JsonObject)hosts)], Workbench.Act(), Workbench.Answer(), Cancel)).Error);
        using var meter = new Reading(strata.Get<IMeterFactory>(), "strata.snapshots", "strata.snapshots.size");

        var most = 0L;
        for (var number = 0; number < 20; number++)
        {
            var snapshot = await strata.Get<Snapshots>().FindAsync((await strata.TenantAsync($"tenant-{number}")).Id, Cancel);
            Assert.InRange(snapshot!.Bytes.Length, granted / 20, granted);
            most = Math.Max(most, meter.Of("strata.snapshots.size"));
        }

        Assert.InRange(most, granted / 2, granted);
        Assert.InRange(meter.Of("strata.snapshots"), 1, 19);
    }

    private static async Task SegmentAsync(Installation strata, long onto, string document)
    {
        var gold = LayerKey.Segment(PlatformId.Parse("dcoder"), SegmentId.Parse("gold"));
        var change = Workbench.Change(gold, onto, Workbench.Document(document));
        Assert.Null((await strata.Get<LayerStore>().CommitAsync([change], Workbench.Act(), Workbench.Answer(), Cancel)).Error);
    }

    private async Task<Installation> AcmeAndGlobexAsync()
    {
        var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();
        await strata.TenantAsync("acme");
        await strata.TenantAsync("globex");
        return strata;
    }

    /// <summary>What the gauges of this test's own installation say.</summary>
    private sealed class Reading : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<string, long> _read = [];

        public Reading(IMeterFactory meters, params string[] gauges)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == meters && gauges.Contains(instrument.Name))
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => _read[instrument.Name] = value);
            _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _read[instrument.Name] = value);
            _listener.Start();
        }

        public long Of(string gauge)
        {
            _listener.RecordObservableInstruments();
            return _read[gauge];
        }

        public void Dispose() => _listener.Dispose();
    }
}
