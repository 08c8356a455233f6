using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Strata.Server.Tests.Fuzz;

/// <summary>An operation of the contract, as far as a generator of calls needs it.</summary>
/// <param name="Method">GET, POST ...</param>
/// <param name="Path">With parameters in braces.</param>
/// <param name="Parameters">Name and place (path, query, header).</param>
/// <param name="ContentTypes">What the body may be; empty without one.</param>
/// <param name="Example">The documented body; <c>null</c> without one.</param>
internal sealed record Operation(string Method, string Path, ImmutableArray<(string Name, string In)> Parameters, ImmutableArray<string> ContentTypes, JsonNode? Example)
{
    /// <summary>Every operation below /v1 and /opa of an OpenAPI document.</summary>
    public static ImmutableArray<Operation> Read(JsonNode document) =>
    [
        .. from path in document["paths"]!.AsObject()
           where path.Key.StartsWith("/v1/", StringComparison.Ordinal) || path.Key.StartsWith("/opa/", StringComparison.Ordinal)
           from operation in path.Value!.AsObject()
           let content = operation.Value!["requestBody"]?["content"]?.AsObject()
           select new Operation(
               operation.Key.ToUpperInvariant(),
               path.Key,
               [.. (operation.Value["parameters"]?.AsArray() ?? []).Select(parameter => ((string)parameter!["name"]!, (string)parameter["in"]!))],
               [.. content?.Select(type => type.Key) ?? []],
               content?.Select(type => type.Value?["example"]).FirstOrDefault(example => example is not null)),
    ];
}
