using Strata.Model;
using Strata.Storage.Effective;
using Strata.Testing;

namespace Strata.Storage.Tests.Effective;

public sealed class ChangeSignalsTests(Servers servers)
{
    private static readonly TenantId Acme = TenantId.Parse("acme");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_row_that_names_no_layer_keeps_nobody_from_hearing_of_changes()
    {
        await using var strata = await Installation.CreateAsync(servers);
        await strata.PlatformAsync();
        await strata.TenantAsync("acme");
        await using var other = strata.Replica();
        await other.StartAsync();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        await strata.SharedAsync("insert into layer_head (layer, number, document, changed_at) values ('nothing', 1, '{}', now()); notify strata_changes, 'nothing'");

        // Whatever is heard ends a wait, so a few changes are a few polls, too.
        for (var number = 0; number < 3; number++)
        {
            var change = Workbench.Change(LayerKey.Platform(PlatformId.Parse("dcoder")), number, Workbench.Quota(60 + number));
            Assert.Null((await strata.Get<LayerStore>().CommitAsync([change], Workbench.Act(), Workbench.Answer(), Cancel)).Error);
            while (!(await other.Get<Snapshots>().FindAsync(Acme, Cancel))!.Revision.Contains($";platform:{number + 1};", StringComparison.Ordinal))
                await Task.Delay(20, patience.Token);
        }

        Assert.False(other.Get<ChangeSignals>().ExecuteTask!.IsCompleted);
    }
}
