using Strata.Delivery.Opa;
using Strata.Delivery.Rendering;

namespace Strata.Delivery.Tests.Opa;

internal static class Slices
{
    /// <summary>A platform as the fleet hands it out: each tenant's document is what OPA needs of it.</summary>
    public static Brand Sliced(this Brand brand) => brand with { Tenants = [.. brand.Tenants.Select(tenant => tenant with { Document = OpaData.Slice.Of(tenant) })] };
}
