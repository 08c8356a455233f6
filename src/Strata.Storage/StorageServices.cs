using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Strata.Storage.Delivery;
using Strata.Storage.Effective;

namespace Strata.Storage;

/// <summary>Registers storage.</summary>
public static class StorageServices
{
    /// <summary>
    /// Binds and validates <see cref="StorageOptions"/>, registers the stores, and sees to it that the shared schema is up to date before any other hosted
    /// service starts.
    /// </summary>
    public static IHostApplicationBuilder AddStorage(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<StorageOptions, StorageOptionsValidator>().Configure<IConfiguration>(Bind);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton(Checkpoints.None);
        builder.Services.TryAddSingleton(MigrationSet.Tenant());
        builder.Services
            .AddSingleton(static services => services.GetRequiredService<IOptions<StorageOptions>>().Value)
            .AddSingleton<SharedDatabase>()
            .AddHostedService<StorageStart>()
            .AddTenants()
            .AddLayers()
            .AddSingleton<PlatformStore>()
            .AddSingleton<FleetReader>()
            .AddSingleton<SyncStore>()
            .AddSingleton<OpaStore>()
            .AddEffective();
        return builder;
    }

    private static IServiceCollection AddTenants(this IServiceCollection services) => services
        .AddSingleton<Clusters>()
        .AddSingleton<TenantRegistry>()
        .AddSingleton<TenantConnections>()
        .AddSingleton<TenantDatabases>()
        .AddSingleton<TenantCreations>()
        .AddSingleton<Provisioning>()
        .AddSingleton<FleetRuns>()
        .AddSingleton<FleetMigration>()
        .AddRepeated(static services => new RepeatedWork("finishing half-made tenants", Sweep(services), services.GetRequiredService<Provisioning>().ResumeAsync))
        .AddRepeated(static services => new RepeatedWork("migrating tenants' databases", Sweep(services), services.GetRequiredService<FleetMigration>().WorkAsync))
        .AddRepeated(static services => new RepeatedWork("closing idle connections", Sweep(services), services.GetRequiredService<TenantConnections>().CloseIdleAsync));

    private static TimeSpan Sweep(IServiceProvider services) => services.GetRequiredService<StorageOptions>().SweepInterval;

    private static IServiceCollection AddLayers(this IServiceCollection services) => services
        .AddSingleton(static services => services.GetRequiredService<StorageOptions>().Writes)
        .AddSingleton<LayerStore>()
        .AddSingleton<TenantWrites>()
        .AddSingleton<ImpactStore>()
        .AddSingleton<IdempotencyStore>()
        .AddSingleton<AuditStore>()
        .AddSingleton<AuditVerifier>()
        .AddSingleton<IntentSweeper>()
        .AddSingleton<EventPurge>()
        .AddRepeated(static services => new RepeatedWork("forgetting old events", TimeSpan.FromHours(1), async token => await services.GetRequiredService<EventPurge>().RunAsync(token)))
        .AddRepeated(static services => new RepeatedWork(
            "finishing writes, forgetting old answers", services.GetRequiredService<WriteOptions>().SweepInterval, services.GetRequiredService<IntentSweeper>().SweepAsync));

    /// <summary>The addresses stand where ASP.NET Core's users look for them, outside the project's own section.</summary>
    private static void Bind(StorageOptions options, IConfiguration configuration)
    {
        configuration.GetSection(StorageOptions.Section).Bind(options);
        options.Shared = configuration.GetConnectionString("Shared") ?? "";
        options.Redis = configuration.GetConnectionString("Redis");
        options.Clusters = configuration.GetSection("Clusters").GetChildren().ToImmutableSortedDictionary(
            cluster => cluster.Key, cluster => cluster.Get<ClusterOptions>() ?? new ClusterOptions(), StringComparer.Ordinal);
    }
}
