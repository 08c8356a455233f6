using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Delivery;

namespace Strata.Delivery.Loop;

/// <summary>What delivery needs of storage: a durable queue with leases, and effective configuration.</summary>
public interface IDeliveryStore
{
    /// <summary>Says that something has changed, beside those changes that say it themselves: at the start, everything may have.</summary>
    Task MarkAsync(Mark mark, CancellationToken cancellationToken);

    /// <summary>Turns marks into due units, coalescing; <c>false</c> when there were none.</summary>
    /// <param name="spread">The units that marks make dirty, given all platforms.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<bool> TakeMarksAsync(Func<ImmutableArray<Mark>, ImmutableArray<PlatformId>, IEnumerable<DeliveryKey>> spread, CancellationToken cancellationToken);

    /// <summary>Forgets the units of parts that a target no longer has and that nobody has worked on for a while.</summary>
    Task RetainAsync(TargetId target, ImmutableArray<string> parts, CancellationToken cancellationToken);

    /// <summary>Makes units due now, whatever they wait for, and lets their target be asked again for what it refused.</summary>
    /// <param name="keys">Which.</param>
    /// <param name="approved">Hash of the plan that may be carried out although it is blocked; <c>null</c> for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task RequestAsync(ImmutableArray<DeliveryKey> keys, string? approved, CancellationToken cancellationToken);

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

    /// <summary>Calls back whenever something was marked or made due, until it is cancelled.</summary>
    Task ListenAsync(Action marked, Action due, CancellationToken cancellationToken);
}
