using System.Collections.Immutable;
using Strata.Model.Documents;

namespace Strata.Delivery.Kong;

/// <summary>What is remembered of a node from one look to the next, by whichever server takes it.</summary>
internal sealed record KongNotes
{
    /// <summary>Nothing yet: the node has never been seen to serve a configuration of Strata.</summary>
    public static readonly KongNotes None = new();

    /// <summary>Hash of the configuration that it was last proven to serve; <c>null</c> before the first.</summary>
    public string? Hash { get; init; }

    /// <summary>Hash of a configuration that was sent since, with nothing known of what became of it; <c>null</c> for none.</summary>
    public string? Sent { get; init; }

    /// <summary>How many services and consumers that one has, by brand.</summary>
    public ImmutableSortedDictionary<string, int> Objects { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>The key that it verifies tokens with; <c>null</c> when none is known. Public, and kept so that an issuer that is away stops nothing.</summary>
    public IssuerKey? Key { get; init; }

    /// <summary>What was changed by hand and put back by the last push; <c>null</c> when that was an ordinary one.</summary>
    public string? PutBack { get; init; }

    /// <summary>Reads notes; what is none counts as nothing.</summary>
    public static KongNotes Read(string text)
    {
        if (text.Length == 0)
            return None;
        var notes = Json.Trusted(text);
        return new KongNotes
        {
            Hash = notes.Member("hash").Text(),
            Sent = notes.Member("sent").Text(),
            Objects = notes.Member("objects").Entries().ToImmutableSortedDictionary(entry => entry.Key, entry => (int)(entry.Value.Number() ?? 0), StringComparer.Ordinal),
            Key = notes.Member("key") is JsonObject key ? new IssuerKey(key["kid"].Text()!, new KongSigningKey(key["algorithm"].Text()!, key["pem"].Text()!)) : null,
            PutBack = notes.Member("putBack").Text(),
        };
    }

    /// <summary>The notes as text.</summary>
    public string Write() => JsonObject.Of(
        ("hash", Hash is null ? null : Json.Of(Hash)),
        ("key", Key is null ? null : JsonObject.Of(("algorithm", Json.Of(Key.Signing.Algorithm)), ("kid", Json.Of(Key.Id)), ("pem", Json.Of(Key.Signing.Pem)))),
        ("objects", JsonObject.Of(Objects.Select(entry => KeyValuePair.Create(entry.Key, Json.Of(entry.Value))))),
        ("putBack", PutBack is null ? null : Json.Of(PutBack)),
        ("sent", Sent is null ? null : Json.Of(Sent))).ToString();
}
