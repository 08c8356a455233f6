using System.Diagnostics.Metrics;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Strata.Model.Impact;
using Strata.Model.Judgement;
using Strata.Model.Resolution;
using Strata.Model.Sections;

namespace Strata.Storage.Effective;

/// <summary>Registers resolution and the read models on it.</summary>
internal static class EffectiveServices
{
    /// <summary>Adds the model's services, the snapshots and the change signals.</summary>
    public static IServiceCollection AddEffective(this IServiceCollection services) => services
        .AddSingleton(static _ => SectionCatalog.Load())
        .AddSingleton<Resolver>()
        .AddSingleton<Judge>()
        .AddSingleton<ImpactAnalysis>()
        .AddSingleton(static provider => RedisConnection.Open(provider.GetRequiredService<StorageOptions>().Redis))
        .AddSingleton<LayerReader>()
        .AddSingleton<DocumentCache>()
        .AddSingleton<IMemoryCache>(Memory)
        .AddSingleton<Snapshots>()
        .AddSingleton<ChangeSignals>()
        .AddSingleton<IHostedService>(provider => provider.GetRequiredService<ChangeSignals>());

    private static MemoryCache Memory(IServiceProvider services)
    {
        var memory = new MemoryCache(new MemoryCacheOptions { SizeLimit = services.GetRequiredService<StorageOptions>().MaxSnapshotBytes, TrackStatistics = true });
        var meter = services.GetRequiredService<IMeterFactory>().Create("Strata.Storage");
        meter.CreateObservableGauge("strata.snapshots", () => memory.Count, "{tenant}", "Tenants whose effective document lies ready in this process");
        meter.CreateObservableGauge(
            "strata.snapshots.size", () => memory.GetCurrentStatistics()!.CurrentEstimatedSize!.Value, "By", "Memory that they take, at most Storage:MaxSnapshotBytes");
        return memory;
    }
}
