using Strata.Delivery.Events;
using Strata.Storage;
using Strata.Storage.Delivery;

namespace Strata.Server.Webhooks;

/// <summary>Plugs storage into webhooks: neither knows the other.</summary>
internal sealed class StoredEvents(SharedDatabase shared) : EventStore(shared), IEventStore;
