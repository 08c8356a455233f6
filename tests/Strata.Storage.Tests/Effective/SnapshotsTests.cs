using Strata.Model;
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

        var asked = await snapshots.FindAsync(Acme, RevisionVector.TryParse("core:x;platform:999999;tenant:9.9")!, Cancel);

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

    private async Task<Installation> AcmeAndGlobexAsync()
    {
        var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();
        await strata.TenantAsync("acme");
        await strata.TenantAsync("globex");
        return strata;
    }
}
