using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Delivery;

namespace Strata.Delivery.Loop;

/// <summary>What delivery needs of storage: a durable queue with leases, and effective configuration.</summary>
public interface IDeliveryStore
{
    /// <summary>Says that something has changed, beside those changes that say it themselves: at the start, everything may have.</summary>
    Task MarkAsync(Mark mark, CancellationToken cancellationToken);

    /// <summary>Turns marks into due units, coalescing, at most a thousand at once.</summary>
    /// <param name="spread">The units that marks make dirty, given all platforms.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many different ones there were.</returns>
    Task<int> TakeMarksAsync(Func<ImmutableArray<Mark>, ImmutableArray<PlatformId>, IEnumerable<DeliveryKey>> spread, CancellationToken cancellationToken);

    /// <summary>Forgets the units of parts that a target no longer has and that nobody has worked on for a while.</summary>
    Task RetainAsync(TargetId target, ImmutableArray<string> parts, CancellationToken cancellationToken);

    /// <summary>Makes units due now, whatever they wait for, and lets their target be asked again for what it refused.</summary>
    Task RequestAsync(ImmutableArray<DeliveryKey> keys, CancellationToken cancellationToken);

    /// <summary>What is remembered of a unit, for those who only look; <see cref="DeliveryMemory.None"/> for one that never was.</summary>
    Task<DeliveryMemory> RecallAsync(DeliveryKey key, CancellationToken cancellationToken);

    /// <summary>The unit of a target's parts that has been due for the longest time and that nobody works on; <c>null</c> when there is none.</summary>
    Task<Claim?> ClaimAsync(TargetId target, ImmutableArray<string> parts, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Extends a lease; <c>false</c> when another worker has taken the unit over.</summary>
    Task<bool> RenewAsync(Claim claim, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Records how an attempt ended and frees the unit; <c>false</c>, and nothing recorded, when another worker has taken it over.</summary>
    Task<bool> CompleteAsync(Claim claim, Completion completion, CancellationToken cancellationToken);

    /// <summary>Gives a unit back as it was, due at once.</summary>
    Task ReleaseAsync(Claim claim, CancellationToken cancellationToken);

    /// <summary>Every layer that was changed since a moment.</summary>
    /// <param name="since">The moment of an earlier answer; <c>null</c> for everything.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<FleetChanges> ChangesAsync(string? since, CancellationToken cancellationToken);

    /// <summary>Calls back until it is cancelled.</summary>
    /// <param name="marked">Called when there may be marks to spread.</param>
    /// <param name="due">Called when units may have become due.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task ListenAsync(Action marked, Action due, CancellationToken cancellationToken);
}
