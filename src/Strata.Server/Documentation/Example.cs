using System.Text.Json.Nodes;

namespace Strata.Server.Documentation;

/// <summary>An example in the documentation.</summary>
/// <param name="Status">The status of the answer that it shows; <c>null</c> for the request's body.</param>
/// <param name="Json">The body.</param>
internal sealed record Example(int? Status, string Json)
{
    public JsonNode Node => JsonNode.Parse(Json)!;
}

/// <summary>Marks an operation that takes <c>If-Match</c>.</summary>
/// <param name="Required">Whether the write is refused without.</param>
internal sealed record TakesIfMatch(bool Required);

/// <summary>Attaches documentation to endpoints.</summary>
internal static class DocumentationConvention
{
    public static RouteHandlerBuilder ExampleRequest(this RouteHandlerBuilder endpoint, string json) => endpoint.WithMetadata(new Example(null, json));

    public static RouteHandlerBuilder ExampleAnswer(this RouteHandlerBuilder endpoint, string json, int status = StatusCodes.Status200OK) =>
        endpoint.WithMetadata(new Example(status, json));

    public static RouteHandlerBuilder IfMatch(this RouteHandlerBuilder endpoint, bool required) => endpoint.WithMetadata(new TakesIfMatch(required));
}
