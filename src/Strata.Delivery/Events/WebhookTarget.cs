using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Strata.Delivery.Loop;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Model.Documents;

namespace Strata.Delivery.Events;

/// <summary>
/// A webhook as a target: it shall have every event. Each scope is a unit of its own, so events of a tenant arrive in order and those of another
/// tenant do not wait for them.
/// </summary>
internal sealed class WebhookTarget(string name, WebhookOptions options, IEventStore store, WebhookClient client, TimeSpan interval) : ITarget, IDisposable
{
    /// <summary>The kind of all webhooks.</summary>
    public const string Kind = "events";

    /// <summary>How many events are sent before other scopes have their turn.</summary>
    private const int AtOnce = 100;

    // Desired is that this address has everything: an address that wants nothing more is refused until there is another one.
    private readonly string _desired = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(options.Url)), 0, 8);

    /// <inheritdoc/>
    public TargetId Id { get; } = TargetId.Parse($"{Kind}.{name}");

    /// <inheritdoc/>
    public TargetPace Pace { get; } = new() { Lanes = 4, Interval = interval };

    /// <summary>Of everything, the scopes that always are; tenants have units from their first event on.</summary>
    public IEnumerable<DeliveryKey> KeysOf(Mark mark, ImmutableArray<PlatformId> platforms) =>
        (mark.Scope == Scope.All ? platforms.Select(Scope.Platform) : []).Prepend(mark.Scope).Select(scope => new DeliveryKey(Id, scope, ""));

    /// <inheritdoc/>
    public async Task<Prepared> PrepareAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        var pending = await store.PendingAsync(name, attempt.Key.Scope, options.Types, AtOnce, cancellationToken);
        var plan = new Plan(attempt.Key, [.. pending.Events.Select(Operation)]) { Desired = pending.Events.Length };
        return new Prepared(plan, _desired, pending.Covers, token => ApplyAsync(attempt.Key.Scope, pending.Events, token));
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private static Operation Operation(PendingEvent told) => new(
        OperationKind.Create, "event", told.Id.ToString(), [new FieldChange("sequence", null, Json.Of(told.Sequence)), new FieldChange("type", null, Json.Of(told.Type))]);

    /// <summary>One after the other; the first that is not taken ends it, since those after it must not overtake it.</summary>
    private async Task<Outcome> ApplyAsync(Scope scope, ImmutableArray<PendingEvent> events, CancellationToken cancellationToken)
    {
        Outcome? failed = null;
        foreach (var told in events)
        {
            var answer = await client.PostAsync(told, cancellationToken);
            if (answer.IsTaken)
                await store.TakenAsync(name, scope, told, cancellationToken);
            else if (answer.Status == HttpStatusCode.Gone)
                return Outcome.Stalled(answer.Words, [new Condition("Gone", true, "Gone", "The webhook wants no more events.")]);
            else
                failed = await FailAsync(scope, told, answer, cancellationToken);
            if (failed is not null && !told.IsReplay)
                return failed;
        }
        return failed ?? (events.Length < AtOnce ? Outcome.Applied() : Outcome.Waiting("More events wait.", TimeSpan.Zero));
    }

    /// <summary>A replay has one try: the events after it have waited for it once already.</summary>
    private async Task<Outcome> FailAsync(Scope scope, PendingEvent told, WebhookAnswer answer, CancellationToken cancellationToken)
    {
        var attempts = told.Attempts + 1;
        if (!told.IsReplay && attempts < options.MaxAttempts)
        {
            await store.RefusedAsync(name, scope, told, cancellationToken);
            return Outcome.Failed(answer.Words, answer.RetryAfter);
        }
        await store.GiveUpAsync(name, scope, told, answer.Words, cancellationToken);
        return Outcome.Failed(
            string.Create(CultureInfo.InvariantCulture, $"{answer.Words} Event {told.Id} is a dead letter after {attempts} attempts."), answer.RetryAfter);
    }
}
