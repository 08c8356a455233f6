using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Strata.Model.Documents;
using Strata.Server.Access;
using Strata.Server.Http;
using JsonNode = System.Text.Json.Nodes.JsonNode;

namespace Strata.Server.Documentation;

/// <summary>What the framework cannot know about our operations: permissions, headers, the one error envelope, examples.</summary>
internal static partial class Describe
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
        var envelope = await context.GetOrCreateSchemaAsync(typeof(ErrorEnvelope), null, cancellationToken);
        envelope.Examples = [JsonNode.Parse("""
            {"error":{"code":"override_not_allowed","message":"'/quotas/requestsPerMinute' must be at most 600, which the layer 'platform' grants (is 900).",
            "details":{"requestId":"01a207e8-cce4-7ab1-9109-4fd8e3c9a285","violations":[{"pointer":"/quotas/requestsPerMinute","rule":"atMost",
            "message":"must be at most 600, which the layer 'platform' grants (is 900)","inherited":600,"layer":"platform"}]}}}
            """)!];
        document.AddComponent(nameof(ErrorEnvelope), envelope);
    }

    public static Task Operation(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var permission = metadata.OfType<Permission>().Last();
        if (permission.Reach != Reach.Public)
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(BearerScheme, context.Document)] = [] }];
            var roles = string.Join(", ", permission.Roles.Select(role => role.Word()));
            operation.Description = $"{operation.Description} Permission `{permission.Name}`: {roles}.".TrimStart();
        }
        AddParameters(operation, metadata, context.Description.HttpMethod ?? "GET", context.Description.RelativePath ?? "");
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

    private static void AddParameters(OpenApiOperation operation, IList<object> metadata, string method, string path)
    {
        operation.Parameters ??= [];
        // Routes that serve every layer read the path themselves, so the framework does not see what is in it.
        var missing = PathParameter().Matches(path).Select(match => match.Groups["name"].Value).Except(operation.Parameters.Select(known => known.Name!));
        foreach (var name in missing.Reverse().ToList())
            operation.Parameters.Insert(0, Text(name, ParameterLocation.Path, required: true));
        if (metadata.OfType<TakesIfMatch>().FirstOrDefault() is { } condition)
            operation.Parameters.Add(Header("If-Match", $"The ETag that the write is based on{(condition.Required ? "; 428 without, unless it is a dry run" : "")}."));
        if (method != "GET" && path.StartsWith("v1/", StringComparison.Ordinal))
            operation.Parameters.Add(Header("Idempotency-Key", "The same key and body within 24 hours gives the first answer again."));
        foreach (var parameter in operation.Parameters.OfType<OpenApiParameter>())
            parameter.Description ??= ParameterTexts.Of(parameter.Name ?? "");
    }

    private static OpenApiParameter Header(string name, string description) => Text(name, ParameterLocation.Header, required: false, description);

    private static OpenApiParameter Text(string name, ParameterLocation place, bool required, string? description = null) =>
        new() { Name = name, In = place, Required = required, Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String } };

    private static void AddExamples(OpenApiOperation operation, IList<object> metadata)
    {
        if (operation.RequestBody is OpenApiRequestBody body)
            body.Description = null; // the generator puts a parameter's text here
        foreach (var example in metadata.OfType<Example>())
        {
            var content = example.Status is { } status
                ? operation.Responses?.GetValueOrDefault(status.ToString(CultureInfo.InvariantCulture))?.Content
                : operation.RequestBody?.Content;
            foreach (var media in content?.Values ?? [])
                media.Example = example.Node;
        }
        if (operation.RequestBody?.Content is { } bodies && bodies.TryGetValue(RequestBody.JsonPatch, out var patch))
        {
            var operations = new OpenApiSchema { Type = JsonSchemaType.Object };
            patch.Schema = new OpenApiSchema { Type = JsonSchemaType.Array, Items = operations, Description = "Operations of RFC 6902." };
            patch.Example = JsonNode.Parse("""[{"op":"replace","path":"/quotas/requestsPerMinute","value":300}]""");
        }
    }

    [GeneratedRegex(@"\{(?<name>[a-z]+)[^}]*\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PathParameter();
}
