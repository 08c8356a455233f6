using Microsoft.Extensions.Options;
using Strata.Delivery.Loop;
using Strata.Delivery.Opa;
using Strata.Storage.Delivery;

namespace Strata.Server.Policies;

/// <summary>Registers what OPA needs: bundles, and who has them.</summary>
internal static class PoliciesSetup
{
    public static WebApplicationBuilder AddPolicies(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<OpaOptions>().BindConfiguration(OpaOptions.Section).ValidateDataAnnotations();
        builder.Services
            .AddSingleton<SigningKey>()
            .AddSingleton<IValidateOptions<OpaOptions>>(static provider => provider.GetRequiredService<SigningKey>())
            .AddSingleton(static provider => provider.GetRequiredService<IOptions<OpaOptions>>().Value)
            .AddSingleton(static provider => provider.GetRequiredService<SigningKey>().Open(provider.GetRequiredService<OpaOptions>()))
            .AddSingleton(OpaData.Slice)
            .AddSingleton<OpaBundles>()
            .AddSingleton<HeldBundles>()
            .AddSingleton<OpaReports>()
            .AddTarget(static provider => new OpaTarget(
                provider.GetRequiredService<Fleet>(), provider.GetRequiredService<OpaBundles>(), provider.GetRequiredService<OpaStore>().ListAsync,
                provider.GetRequiredService<OpaOptions>(), provider.GetRequiredService<DeliveryOptions>()));
        return builder;
    }
}
