using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Strata.Model.Resolution;

namespace Strata.Delivery.Loop;

/// <summary>Registers the loop.</summary>
public static class LoopServices
{
    /// <summary>Adds the loop. Storage's side (<see cref="IDeliveryStore"/>), the targets, a <see cref="TimeProvider"/> and <see cref="DeliveryOptions"/> are the host's.</summary>
    public static IServiceCollection AddLoop(this IServiceCollection services) => services
        .AddSingleton<DeliverySignal>()
        .AddSingleton(static provider => new Fleet(
            provider.GetRequiredService<IDeliveryStore>().ChangesAsync, provider.GetRequiredService<Resolver>(), provider.GetServices<FleetSlice>()))
        .AddSingleton<IHostedService, MarkWorker>();

    /// <summary>Adds a target with a worker of its own.</summary>
    public static IServiceCollection AddTarget(this IServiceCollection services, Func<IServiceProvider, ITarget> create)
    {
        var key = new object();
        return services
            .AddKeyedSingleton(key, (provider, _) => create(provider))
            .AddSingleton(provider => provider.GetRequiredKeyedService<ITarget>(key))
            .AddSingleton<IHostedService>(provider => ActivatorUtilities.CreateInstance<TargetWorker>(provider, provider.GetRequiredKeyedService<ITarget>(key)));
    }
}
