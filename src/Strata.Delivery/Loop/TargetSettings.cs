using Microsoft.Extensions.Configuration;
using Strata.Model.Delivery;

namespace Strata.Delivery.Loop;

/// <summary>Where the settings of targets stand: <c>Targets:{kind}</c>, and <c>Targets:{kind}:Instances:{instance}</c> with the same names.</summary>
public static class TargetSettings
{
    /// <summary>The targets of a kind that the settings name, with their sections.</summary>
    /// <param name="configuration">All settings.</param>
    /// <param name="kind">As the settings write it, e.g. <c>LiteLlm</c>.</param>
    /// <param name="address">The setting without which the kind itself is no target, only the head of its instances.</param>
    public static IEnumerable<(TargetId Id, IConfigurationSection Section)> Of(IConfiguration configuration, string kind, string address)
    {
        var own = configuration.GetSection($"Targets:{kind}");
        if (own.GetSection(address).Exists())
            yield return (TargetId.Parse(kind.ToLowerInvariant()), own);
        foreach (var instance in own.GetSection("Instances").GetChildren())
            yield return (TargetId.Parse($"{kind}.{instance.Key}".ToLowerInvariant()), instance);
    }
}
