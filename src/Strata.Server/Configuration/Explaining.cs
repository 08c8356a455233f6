using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Overrides;
using Strata.Model.Resolution;
using Strata.Server.Revisions;
using Strata.Storage;
using Strata.Storage.Effective;

namespace Strata.Server.Configuration;

/// <summary>Explains effective values: who set each of them when, what lost, and what a rule or policy took away.</summary>
internal sealed class Explaining(Resolver resolver, LayerStore store)
{
    public async Task<ImmutableArray<ExplainItem>> OfAsync(Snapshot snapshot, JsonPointer at, bool showAuthors, CancellationToken cancellationToken)
    {
        var configuration = resolver.Resolve(snapshot.Above.Layers, snapshot.State.Layers);
        var layers = snapshot.Vector.Components.Select(component => (snapshot.KeyOf(component.Layer), component.Revision));
        return await OfAsync(configuration, layers, at, showAuthors, cancellationToken);
    }

    public Task<ImmutableArray<ExplainItem>> OfAsync(PlatformState platform, JsonPointer at, CancellationToken cancellationToken)
    {
        var layers = new[] { LayerKey.Allowlist, LayerKey.Platform(platform.Layers.Id) }.Select(layer => (layer, platform.RevisionOf(layer.Name)));
        return OfAsync(resolver.Resolve(platform.Layers), layers, at, showAuthors: true, cancellationToken);
    }

    private async Task<ImmutableArray<ExplainItem>> OfAsync(
        EffectiveConfiguration configuration, IEnumerable<(LayerKey Layer, Revision Head)> layers, JsonPointer at, bool showAuthors, CancellationToken cancellationToken)
    {
        var setters = new Dictionary<LayerName, LayerHistory>();
        foreach (var (layer, revision) in layers)
            setters[layer.Name] = new LayerHistory(layer, revision, await store.LeavesAsync(layer, cancellationToken));
        var found = Explanation.Of(
            configuration, at, (layer, pointer) => setters.TryGetValue(layer, out var history) ? history.RevisionOf(pointer) : 0).ToList();
        var revisions = await RevisionsAsync(found, setters, cancellationToken);
        return [.. found.Select(explanation =>
            ExplainItem.Of(explanation, revisions.GetValueOrDefault((explanation.Leaf.Layer, explanation.Revision)), showAuthors))];
    }

    private async Task<Dictionary<(LayerName, long), RevisionHeader>> RevisionsAsync(
        IEnumerable<Explanation> explanations, Dictionary<LayerName, LayerHistory> setters, CancellationToken cancellationToken)
    {
        var revisions = new Dictionary<(LayerName, long), RevisionHeader>();
        var asked = explanations.Where(explanation => explanation.Revision > 0)
            .ToLookup(explanation => explanation.Leaf.Layer, explanation => explanation.Revision);
        foreach (var numbers in asked)
        {
            foreach (var revision in await store.FindRevisionsAsync(setters[numbers.Key].Layer, numbers.Distinct(), cancellationToken))
                revisions[(numbers.Key, revision.Revision.Number)] = revision;
        }
        return revisions;
    }

    /// <summary>Since which revision a layer has its values.</summary>
    private sealed record LayerHistory(LayerKey Layer, Revision Head, ImmutableArray<LayerLeaf> Leaves)
    {
        private readonly Dictionary<JsonPointer, long> _numbers = Leaves.ToDictionary(leaf => leaf.Pointer, leaf => leaf.Number);

        /// <summary>The revision that set a pointer; the layer's newest where it is known by the whole layer only, such as the allowlist's hosts.</summary>
        public long RevisionOf(JsonPointer pointer)
        {
            for (var segments = pointer.Segments; segments.Length > 0; segments = segments.RemoveAt(segments.Length - 1))
            {
                if (_numbers.TryGetValue(JsonPointer.Of([.. segments]), out var number))
                    return number;
            }
            // A place that is no leaf of its own, such as an entry of a catalogue: whoever touched it last.
            var inside = Leaves.Where(leaf => leaf.Pointer.IsWithin(pointer)).Select(leaf => leaf.Number).DefaultIfEmpty(Head.Number).Max();
            return inside;
        }
    }
}

/// <summary>The query parameter <c>pointer</c> of an explanation.</summary>
internal static class ExplainPointer
{
    /// <summary>The place to explain; the whole document where none is given.</summary>
    public static Result<JsonPointer> Read(string? pointer) => JsonPointer.TryParse(pointer ?? "", out var at)
        ? at
        : JsonPointer.TooLong(pointer, JsonPointer.Of("pointer")) ?? new Error(ErrorCodes.InvalidArgument, $"pointer must be a JSON Pointer (RFC 6901), such as /llm/providers/openai (is '{pointer}').");
}

/// <summary>The ETag of a part of an effective document: a hash of its bytes, like that of the whole.</summary>
internal static class EffectiveETag
{
    public static string Of(Json part) => $"\"{Convert.ToHexStringLower(SHA256.HashData(part.ToUtf8()).AsSpan(0, 16))}\"";
}

/// <summary>Why effective values are what they are.</summary>
/// <param name="Items">Every value at or below the pointer, in document order.</param>
public sealed record ExplainResponse(ImmutableArray<ExplainItem> Items);

/// <summary>Why one value is what it is.</summary>
public sealed record ExplainItem
{
    /// <summary>Where it stands.</summary>
    public required string Pointer { get; init; }

    /// <summary>The effective value; <c>null</c> where a rule left nothing of what a layer asks.</summary>
    public required Json? Value { get; init; }

    /// <summary>The layer that set it.</summary>
    public required string Layer { get; init; }

    /// <summary>The number of the revision that set it; 0 for core.</summary>
    public required long Revision { get; init; }

    /// <summary>Who made that revision: <c>platform</c> where the caller may not know, <c>null</c> for core.</summary>
    public required string? Author { get; init; }

    /// <summary>When; <c>null</c> for core.</summary>
    public required DateTimeOffset? At { get; init; }

    /// <summary>What a lower layer may do to it.</summary>
    public required string Rule { get; init; }

    /// <summary>Whether a rule took something from a lower layer's value.</summary>
    public required bool Narrowed { get; init; }

    /// <summary>The policy that switched the entry off.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Withheld { get; init; }

    /// <summary>Other layers whose members are in a merged array.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Contributors { get; init; }

    /// <summary>The values of other layers that lost, from the lowest layer to the highest.</summary>
    public required ImmutableArray<ShadowedResponse> Shadowed { get; init; }

    internal static ExplainItem Of(Explanation explanation, RevisionHeader? revision, bool showAuthors)
    {
        var leaf = explanation.Leaf;
        return new ExplainItem
        {
            Pointer = leaf.Pointer.Text,
            Value = explanation.Value,
            Layer = leaf.Layer.Text,
            Revision = explanation.Revision,
            Author = revision is null ? null : showAuthors || leaf.Layer == LayerName.Tenant ? revision.Author : RevisionResponse.HiddenAuthor,
            At = revision?.At,
            Rule = leaf.Rule.Word(),
            Narrowed = leaf.IsNarrowed,
            Withheld = leaf.WithheldBy,
            Contributors = leaf.Contributors.IsDefaultOrEmpty ? null : [.. leaf.Contributors.Select(layer => layer.Text)],
            Shadowed = [.. explanation.Shadowed.Select(lost => new ShadowedResponse(lost.Layer.Text, lost.Revision, lost.Value))],
        };
    }
}

/// <summary>A value that lost.</summary>
/// <param name="Layer">Whose it is.</param>
/// <param name="Revision">The number of the revision that set it; 0 for core.</param>
/// <param name="Value">The value.</param>
public sealed record ShadowedResponse(string Layer, long Revision, Json Value);
