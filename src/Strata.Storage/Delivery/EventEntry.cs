using Strata.Model;
using Strata.Model.Delivery;
using Strata.Model.Diff;
using Strata.Model.Documents;
using Strata.Model.Sections;

namespace Strata.Storage.Delivery;

/// <summary>A revision that is being published.</summary>
/// <param name="Head">Where the layer stands with it.</param>
/// <param name="Author">Who made it; <c>null</c> for what a restored backup holds.</param>
/// <param name="ChangeId">Ties it to everything that changed with it; <c>null</c> for what a restored backup holds.</param>
internal sealed record PublishedRevision(LayerHead Head, string? Author, Guid? ChangeId)
{
    /// <summary>A revision that has just been made.</summary>
    public static PublishedRevision Of(StoredRevision revision) => new(revision.Head, revision.Author, revision.ChangeId);
}

/// <summary>An event about to be written, in the words of the platform's envelope. It says where something changed and never to what.</summary>
internal sealed record EventEntry
{
    /// <summary>How many places an event names; the rest is counted.</summary>
    private const int MaxPointers = 500;

    /// <summary>Whose sequence it is part of.</summary>
    public required Scope Scope { get; init; }

    /// <summary>Names the event for ever; equal for the same revision, whoever publishes it.</summary>
    public required Guid Id { get; init; }

    /// <summary>What happened, e.g. <c>config.changed</c>.</summary>
    public required string Type { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The platform concerned; <c>null</c> for all.</summary>
    public string? Platform { get; init; }

    /// <summary>Who did it; <c>null</c> when nobody did.</summary>
    public string? Actor { get; init; }

    /// <summary>Ties together everything that one act changed; <c>null</c> without one.</summary>
    public Guid? CorrelationId { get; init; }

    /// <summary>The revision that it tells of; <c>null</c> for others.</summary>
    public (LayerKey Layer, Revision Number)? Revision { get; init; }

    /// <summary>What there is to say about it.</summary>
    public required JsonObject Payload { get; init; }

    /// <summary>The event of a revision.</summary>
    /// <param name="before">What it follows.</param>
    /// <param name="published">The revision.</param>
    /// <param name="tenantsAffected">How many tenants get another effective document by it; <c>null</c> when nobody counted.</param>
    /// <param name="sections">The product's language.</param>
    public static EventEntry Of(LockedHead before, PublishedRevision published, int? tenantsAffected, SectionCatalog sections)
    {
        var (head, layer) = (published.Head, published.Head.Layer);
        var pointers = DocumentDiff.Between(sections.ShapeOf(layer.Kind), before.Head.Document, head.Document).Select(entry => entry.Pointer.Text).ToList();
        return new EventEntry
        {
            Scope = Scope.Of(layer),
            Id = MadeOf.Guid($"{layer.Text} {head.Revision} {published.ChangeId}"),
            Type = layer.Kind == LayerKind.Attributes ? TypeOf(before.Head, head) : "config.changed",
            At = head.ChangedAt,
            Platform = before.Platform,
            Actor = published.Author,
            CorrelationId = published.ChangeId,
            Revision = (layer, head.Revision),
            Payload = JsonObject.Of(
                ("layer", Json.Of(layer.Name.Text)),
                ("pointerCount", Json.Of(pointers.Count)),
                ("pointers", Json.Of(pointers.Take(MaxPointers))),
                ("revision", Json.Of(new RevisionVector(sections.Version, [(layer.Name, head.Revision)]).ToString())),
                ("tenantsAffected", layer.TenantId is null && tenantsAffected is { } count ? Json.Of(count) : null)),
        };
    }

    /// <summary>The envelope as it is sent, but for its sequence, which is known only when it is written.</summary>
    public string Body() => JsonObject.Of(
        ("actor", Text(Actor)),
        ("correlationId", Text(CorrelationId?.ToString())),
        ("eventId", Json.Of(Id.ToString())),
        ("occurredAt", Json.Of(At.Rfc3339())),
        ("payload", Payload),
        ("platformId", Text(Platform)),
        ("schemaVersion", Json.Of(1)),
        ("tenantId", Text(Scope.TenantId?.Text)),
        ("type", Json.Of(Type))).ToString();

    private static string TypeOf(LayerHead before, LayerHead after)
    {
        if (after.Revision.Number == 1)
            return "tenant.created";
        var (was, now) = (TenantAttributes.Read(before.Document).Status, TenantAttributes.Read(after.Document).Status);
        return (was == now, now) switch
        {
            (true, _) => "tenant.changed",
            (_, TenantStatus.Active) => "tenant.resumed",
            _ => $"tenant.{TenantAttributes.StatusWord(now)}",
        };
    }

    private static Json Text(string? text) => text is null ? Json.Null : Json.Of(text);
}
