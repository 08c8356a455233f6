using System.Collections.Immutable;
using Strata.Model.Delivery;

namespace Strata.Delivery.Events;

/// <summary>What webhooks need of storage: the events of a scope in order, and how far each webhook has come.</summary>
public interface IEventStore
{
    /// <summary>Lets a webhook that was never heard of begin with what happens from now on, and sees to it that it looks after every scope.</summary>
    Task BeginAsync(string webhook, CancellationToken cancellationToken);

    /// <summary>What a webhook has not taken yet; passes over types that it does not ask for.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="scope">The scope.</param>
    /// <param name="types">The types that it asks for.</param>
    /// <param name="limit">How many at most, apart from replays.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<PendingEvents> PendingAsync(string webhook, Scope scope, ImmutableArray<string> types, int limit, CancellationToken cancellationToken);

    /// <summary>Records that a webhook has taken an event.</summary>
    Task TakenAsync(string webhook, Scope scope, PendingEvent told, CancellationToken cancellationToken);

    /// <summary>Records that an event was sent in vain.</summary>
    Task RefusedAsync(string webhook, Scope scope, PendingEvent told, CancellationToken cancellationToken);

    /// <summary>Puts an event among the dead letters, so that those after it can follow.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="scope">The scope.</param>
    /// <param name="told">The event, with the attempts before the last one.</param>
    /// <param name="error">What the webhook said last.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task GiveUpAsync(string webhook, Scope scope, PendingEvent told, string error, CancellationToken cancellationToken);
}
