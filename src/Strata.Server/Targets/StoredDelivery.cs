using Strata.Delivery.Loop;
using Strata.Model.Delivery;
using Strata.Storage;
using Strata.Storage.Delivery;

namespace Strata.Server.Targets;

/// <summary>Plugs storage into delivery: neither knows the other.</summary>
internal sealed class StoredDelivery(SharedDatabase shared, FleetReader fleet) : DeliveryStore(shared), IDeliveryStore
{
    public Task<FleetChanges> ChangesAsync(string? since, CancellationToken cancellationToken) => fleet.ChangesAsync(since, cancellationToken);
}
