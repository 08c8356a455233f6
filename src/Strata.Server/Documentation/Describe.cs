using System.Globalization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Strata.Model.Documents;
using Strata.Server.Access;
using Strata.Server.Http;

namespace Strata.Server.Documentation;

/// <summary>What the framework cannot know about our operations: permissions, headers, the one error envelope, examples.</summary>
internal static class Describe
{
    private const string BearerScheme = "bearer";

    public static async Task Document(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Strata",
            Version = "v1",
            Description = "The configuration plane: platforms, segments, tenants, their configuration in layers, and why every value is what it is.",
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [BearerScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT" },
        };
        document.AddComponent(nameof(ErrorEnvelope), await context.GetOrCreateSchemaAsync(typeof(ErrorEnvelope), null, cancellationToken));
    }

    public static Task Operation(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var permission = metadata.OfType<Permission>().Last();
        if (permission.Reach != Reach.Public)
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(BearerScheme, context.Document)] = [] }];
            operation.Description = $"{operation.Description} Permission `{permission.Name}`: {string.Join(", ", permission.Roles.Select(role => role.Word()))}.".TrimStart();
        }
        AddHeaders(operation, metadata, context.Description.HttpMethod ?? "GET");
        AddExamples(operation, metadata);
        operation.Responses ??= [];
        operation.Responses["default"] = new OpenApiResponse
        {
            Description = "Refused or failed.",
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                [Reply.JsonType] = new() { Schema = new OpenApiSchemaReference(nameof(ErrorEnvelope), context.Document) },
            },
        };
        return Task.CompletedTask;
    }

    public static Task Schema(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        if (typeof(Json).IsAssignableFrom(type))
        {
            (schema.Type, schema.Properties, schema.Required) = (type == typeof(JsonObject) ? JsonSchemaType.Object : null, null, null);
            schema.Description ??= type == typeof(JsonObject) ? "A JSON object." : "Any JSON value.";
        }
        return Task.CompletedTask;
    }

    private static void AddHeaders(OpenApiOperation operation, IList<object> metadata, string method)
    {
        operation.Parameters ??= [];
        if (metadata.OfType<TakesIfMatch>().FirstOrDefault() is { } condition)
            operation.Parameters.Add(Header("If-Match", condition.Required, "The ETag of the layer that the write is based on; optional for a dry run."));
        if (method != "GET" && metadata.OfType<Permission>().Last().Reach != Reach.Public)
            operation.Parameters.Add(Header("Idempotency-Key", required: false, "The same key and body within 24 hours gives the first answer again."));
    }

    private static OpenApiParameter Header(string name, bool required, string description) =>
        new() { Name = name, In = ParameterLocation.Header, Required = required, Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String } };

    private static void AddExamples(OpenApiOperation operation, IList<object> metadata)
    {
        foreach (var example in metadata.OfType<Example>())
        {
            var content = example.Status is { } status
                ? operation.Responses?.GetValueOrDefault(status.ToString(CultureInfo.InvariantCulture))?.Content
                : operation.RequestBody?.Content;
            foreach (var media in content?.Values ?? [])
                media.Example = example.Node;
        }
    }
}
