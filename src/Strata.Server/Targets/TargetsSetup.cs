using Microsoft.Extensions.Options;
using Strata.Delivery.Events;
using Strata.Delivery.Kong;
using Strata.Delivery.Loop;
using Strata.Server.Webhooks;

namespace Strata.Server.Targets;

/// <summary>Registers delivery.</summary>
internal static class TargetsSetup
{
    /// <summary>Adds the loop and every target that the settings name.</summary>
    public static WebApplicationBuilder AddTargets(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<DeliveryOptions>().BindConfiguration(DeliveryOptions.Section).ValidateDataAnnotations();
        builder.Services
            .AddSingleton(static provider => provider.GetRequiredService<IOptions<DeliveryOptions>>().Value)
            .AddSingleton<StoredDelivery>()
            .AddSingleton<IDeliveryStore>(static provider => provider.GetRequiredService<StoredDelivery>())
            .AddLoop()
            .AddSingleton<StoredEvents>()
            .AddSingleton<IEventStore>(static provider => provider.GetRequiredService<StoredEvents>())
            .AddWebhooks(builder.Configuration)
            .AddKong(builder.Configuration)
            .AddSingleton<TenantSync>()
            .AddSingleton<TargetPlans>();
        return builder;
    }
}
