using Scalar.AspNetCore;
using Strata.Server.Access;

namespace Strata.Server.Documentation;

/// <summary>OpenAPI 3.1 at <c>/openapi/v1.json</c> and a page for people at <c>/docs</c>, which loads nothing from elsewhere.</summary>
internal static class DocumentationSetup
{
    public static void AddDocumentation(this WebApplicationBuilder builder) => builder.Services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer(Describe.Document);
        options.AddOperationTransformer(Describe.Operation);
        options.AddSchemaTransformer(Describe.Schema);
    });

    public static void MapDocumentation(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName:regex(^v1$)}.json").Needs(Permission.Public);
        app.MapScalarApiReference("/docs", options => options
            .WithTitle("Strata")
            .WithOpenApiRoutePattern("/openapi/{documentName}.json")
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent()
            .DisableMcp()).Needs(Permission.Public);
    }
}
