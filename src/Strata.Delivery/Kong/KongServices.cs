using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Strata.Delivery.Loop;

namespace Strata.Delivery.Kong;

/// <summary>Registers Kong.</summary>
public static class KongServices
{
    /// <summary>Adds every deployment that the settings name.</summary>
    /// <exception cref="OptionsValidationException">Settings are wrong.</exception>
    public static IServiceCollection AddKong(this IServiceCollection services, IConfiguration configuration)
    {
        var deployments = TargetSettings.Of(configuration, "Kong", "Nodes").Select(found => (found.Id, Options: KongOptions.Read(found.Section))).ToList();
        if (deployments.Count > 0)
            services.AddSingleton(KongTarget.Slice);
        foreach (var (id, options) in deployments)
            services.AddTarget(provider => ActivatorUtilities.CreateInstance<KongTarget>(provider, id, options));
        return services;
    }
}
