using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Strata.Cli.Contexts;

/// <summary>A server that somebody logged in to.</summary>
/// <param name="Url">Its address.</param>
/// <param name="Token">The bearer token for it.</param>
internal sealed record ServerContext(string Url, string Token);

/// <summary>The servers that a user knows by name.</summary>
internal sealed record KnownContexts
{
    /// <summary>The name of the one in use; null for none.</summary>
    public string? Current { get; init; }

    /// <summary>The servers by name.</summary>
    public ImmutableSortedDictionary<string, ServerContext> Contexts { get; init; } = ImmutableSortedDictionary<string, ServerContext>.Empty;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(KnownContexts))]
internal sealed partial class ContextJson : JsonSerializerContext;
