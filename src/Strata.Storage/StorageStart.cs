using Microsoft.Extensions.Hosting;

namespace Strata.Storage;

/// <summary>Runs before anything else is started: the shared schema is brought up to date, and every tenant must be somewhere that the settings know.</summary>
internal sealed class StorageStart(SharedDatabase shared, TenantRegistry registry, Clusters clusters) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await shared.MigrateAsync(cancellationToken);
        foreach (var cluster in await registry.ClustersAsync(cancellationToken))
            clusters.Get(cluster);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
