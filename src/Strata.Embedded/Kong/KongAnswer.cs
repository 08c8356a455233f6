using System.Text.Json.Nodes;

namespace Strata.Embedded.Kong;

/// <summary>A request to the Admin API.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path without the query.</param>
/// <param name="Query">The query parameters; of a repeated one the last.</param>
/// <param name="ContentType">The media type with its parameters. Null: there is no body.</param>
/// <param name="Body">The body.</param>
internal sealed record KongCall(string Method, string Path, IReadOnlyDictionary<string, string> Query, string? ContentType, ReadOnlyMemory<byte> Body);

/// <summary>An answer of the Admin API.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The JSON body. Null: none.</param>
internal sealed record KongAnswer(int Status, JsonNode? Body)
{
    /// <summary>Seconds for <c>Retry-After</c>. Null: no such header.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>An answer that says one sentence.</summary>
    public static KongAnswer Says(int status, string message) => new(status, new JsonObject { ["message"] = message });
}
