using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Sections;
using Strata.Server.Access;
using Strata.Server.Http;
using Strata.Storage;

namespace Strata.Server.Schemas;

/// <summary>The product's language: a JSON Schema (2020-12) for each section.</summary>
internal static class SchemaEndpoints
{
    private const string SchemaType = "application/schema+json";

    public static void MapSchemas(this IEndpointRouteBuilder routes)
    {
        var schemas = routes.MapGroup("/schemas").WithTags("Schemas");
        schemas.MapGet("", List).Needs(Permission.ReadSchemas, "ListSchemas", "The sections").Produces<SchemaPage>();
        schemas.MapGet("/{section}", Get).Needs(Permission.ReadSchemas, "GetSchema", "The JSON Schema of a section")
            .Produces<JsonObject>(StatusCodes.Status200OK, SchemaType);
    }

    private static Reply List(SectionCatalog sections) => Reply.Ok(
        new SchemaPage([.. sections.Sections.Select(section => new SchemaResponse(section.Name, section.Title, $"/v1/schemas/{section.Name}"))], null, sections.Version),
        WireJson.Shapes.SchemaPage);

    private static IResult Get(HttpContext context, string section, SectionCatalog sections)
    {
        if (sections.Find(section) is not { } found)
            return Refusal.Of(ErrorCodes.NotFound, $"There is no section '{section}'; the sections are {string.Join(", ", SectionCatalog.Names)}.");
        var etag = $"\"{section}.{sections.Version}\"";
        if (Preconditions.IsNotModified(context.Request, etag))
            return Reply.NotModified(etag);
        var headers = ImmutableSortedDictionary.CreateRange(
            StringComparer.OrdinalIgnoreCase, [KeyValuePair.Create("Content-Type", SchemaType), KeyValuePair.Create("ETag", etag)]);
        return new Reply(new Answer(StatusCodes.Status200OK, headers, found.Text));
    }
}

/// <summary>The sections, in reading order.</summary>
/// <param name="Items">The sections.</param>
/// <param name="NextCursor">Always <c>null</c>: all fit on one page.</param>
/// <param name="Version">Changes whenever any schema does; core's part of a revision vector.</param>
public sealed record SchemaPage(ImmutableArray<SchemaResponse> Items, string? NextCursor, string Version);

/// <summary>A section.</summary>
/// <param name="Section">Its name.</param>
/// <param name="Title">Its title for people.</param>
/// <param name="Href">Where its schema is.</param>
public sealed record SchemaResponse(string Section, string Title, string Href);
