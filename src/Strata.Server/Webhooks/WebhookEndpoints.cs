using System.Collections.Immutable;
using System.Globalization;
using Strata.Delivery.Events;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Server.Access;
using Strata.Server.Documentation;
using Strata.Server.Http;
using Strata.Server.Layers;
using Strata.Storage;
using Strata.Storage.Delivery;

namespace Strata.Server.Webhooks;

/// <summary>What webhooks were given up on, and another try.</summary>
internal static class WebhookEndpoints
{
    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        var letters = routes.MapGroup("/webhooks/{name}/dead-letters").WithTags("Operations");
        letters.MapGet("", ListAsync).Needs(Permission.ReadInstallation, "ListDeadLetters", "The events that a webhook did not take however often they were sent")
            .Produces<DeadLetterPage>()
            .ExampleAnswer("""
                {"items":[{"eventId":"0bc5c0de-7a53-8f6e-9d0c-2c8a1f0e4b11","sequence":7,"type":"config.changed","scope":"tenant:acme",
                "occurredAt":"2026-11-23T10:00:00+00:00","attempts":300,"error":"The webhook answered 500 Internal Server Error.",
                "failedAt":"2026-11-24T10:04:11+00:00","isReplaying":false}],"nextCursor":null}
                """);
        letters.MapPost("/{eventId}/replay", ReplayAsync)
            .Needs(Permission.Operate, "ReplayDeadLetter", "Send a dead letter once more; it leaves the list when it is taken").Produces<DeadLetterReplay>(StatusCodes.Status202Accepted)
            .ExampleAnswer("""{"eventId":"0bc5c0de-7a53-8f6e-9d0c-2c8a1f0e4b11","target":"events.billing","scope":"tenant:acme"}""");
    }

    private static async Task<IResult> ListAsync(
        string name, [AsParameters] Paging paging, WebhookNames webhooks, StoredEvents store, CancellationToken cancellationToken)
    {
        var list = $"dead-letters:{name}";
        if (webhooks.Find(name) is null)
            return NoWebhook(name);
        if (!paging.Start(list, static key => Position(key) is not null).TryGet(out var page, out var error))
            return new Refusal(error);
        var found = await store.DeadLettersAsync(name, Position(page.After), page.Limit + 1, cancellationToken);
        var items = found.Take(page.Limit).Select(DeadLetterResponse.Of).ToImmutableArray();
        var next = found.Length > page.Limit ? Paging.Encode(list, string.Create(CultureInfo.InvariantCulture, $"{items[^1].Scope} {items[^1].Sequence}")) : null;
        return Reply.Ok(new DeadLetterPage(items, next), WireJson.Shapes.DeadLetterPage);
    }

    private static async Task<IResult> ReplayAsync(
        HttpContext context, string name, string eventId, WebhookNames webhooks, StoredEvents store, Acts acts, CancellationToken cancellationToken)
    {
        if (webhooks.Find(name) is not { } target)
            return NoWebhook(name);
        if (!acts.Of(context, comment: null).TryGet(out var act, out var error))
            return new Refusal(error);
        if (!Guid.TryParseExact(eventId, "D", out var id) || await store.ReplayAsync(target, id, act, scope => Replaying(id, target, scope), cancellationToken) is not { } scope)
            return Refusal.Of(ErrorCodes.NotFound, $"The webhook '{name}' has no dead letter '{eventId}'.");
        return new Reply(Replaying(id, target, scope));
    }

    private static Answer Replaying(Guid id, TargetId target, Scope scope) =>
        Reply.Of(StatusCodes.Status202Accepted, new DeadLetterReplay(id, target.Text, scope.Text), WireJson.Shapes.DeadLetterReplay);

    private static (Scope Scope, long Sequence)? Position(string? key) =>
        key?.Split(' ') is [var text, var number] && Scope.TryParse(text, out var scope)
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? (scope, sequence) : null;

    private static Refusal NoWebhook(string name) => Refusal.Of(ErrorCodes.NotFound, $"There is no webhook '{name}'.");
}

/// <summary>A page of dead letters.</summary>
/// <param name="Items">In the order of scopes and of what happened in each.</param>
/// <param name="NextCursor">The cursor of the next page; <c>null</c> on the last.</param>
public sealed record DeadLetterPage(ImmutableArray<DeadLetterResponse> Items, string? NextCursor);

/// <summary>An event that a webhook did not take.</summary>
/// <param name="EventId">Its id, the webhook-id of every try.</param>
/// <param name="Sequence">Its place in its scope.</param>
/// <param name="Type">What it tells.</param>
/// <param name="Scope"><c>all</c>, <c>platform:&lt;id&gt;</c> or <c>tenant:&lt;id&gt;</c>.</param>
/// <param name="OccurredAt">When it happened.</param>
/// <param name="Attempts">How often it was sent in vain.</param>
/// <param name="Error">What the webhook said last.</param>
/// <param name="FailedAt">When that was.</param>
/// <param name="IsReplaying">Whether it is about to be sent once more.</param>
public sealed record DeadLetterResponse(
    Guid EventId, long Sequence, string Type, string Scope, DateTimeOffset OccurredAt, int Attempts, string Error, DateTimeOffset FailedAt, bool IsReplaying)
{
    internal static DeadLetterResponse Of(DeadLetter letter) => new(
        letter.Id, letter.Place.Sequence, letter.Type, letter.Place.Scope.Text, letter.OccurredAt, letter.Attempts, letter.Error, letter.FailedAt, letter.IsReplay);
}

/// <summary>A dead letter that is about to be sent once more.</summary>
/// <param name="EventId">The event.</param>
/// <param name="Target">The target whose loop sends it.</param>
/// <param name="Scope">The unit of delivery.</param>
public sealed record DeadLetterReplay(Guid EventId, string Target, string Scope);
