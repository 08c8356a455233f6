using System.Collections.Immutable;
using Microsoft.AspNetCore.Authentication;
using Strata.Server.Documentation;
using Strata.Server.Http;

namespace Strata.Server.Access;

/// <summary>What the caller's own token says, as this server reads it.</summary>
internal static class WhoamiEndpoints
{
    public static void MapWhoami(this IEndpointRouteBuilder routes) => routes
        .MapGet("/whoami", WhoamiAsync).Needs(Permission.ReadOneself, "Whoami", "Who the bearer of the token is here, and what it is bound to")
        .WithTags("Operations").Produces<WhoamiResponse>()
        .ExampleAnswer("""
            {"actor":"urn:strata:development|tenant-admin@acme","name":null,"roles":["tenant-admin"],"platforms":null,"tenants":["acme"],"expiresAt":"2026-01-01T09:00:00Z"}
            """);

    private static async Task<Reply> WhoamiAsync(HttpRequest request)
    {
        var caller = request.HttpContext.Grant().Caller;
        var login = await request.HttpContext.AuthenticateAsync(Authentication.Chooser);
        var response = new WhoamiResponse(caller.Id, [.. caller.Roles.Select(role => role.Word())])
        {
            Name = caller.Name,
            Platforms = caller.Platforms?.Select(platform => platform.Text).ToImmutableArray(),
            Tenants = caller.Tenants?.Select(tenant => tenant.Text).ToImmutableArray(),
            ExpiresAt = login.Properties?.ExpiresUtc,
        };
        return Reply.Ok(response, WireJson.Shapes.WhoamiResponse, ("Cache-Control", "no-store"));
    }
}

/// <summary>The bearer of a token.</summary>
/// <param name="Actor">Its id in revisions and audit, <c>{issuer}|{subject}</c>.</param>
/// <param name="Roles">Its roles, those known here.</param>
public sealed record WhoamiResponse(string Actor, ImmutableArray<string> Roles)
{
    /// <summary>Its name for people; <c>null</c> when the token has none.</summary>
    public string? Name { get; init; }

    /// <summary>The platforms that it is bound to; <c>null</c> for none in particular.</summary>
    public ImmutableArray<string>? Platforms { get; init; }

    /// <summary>The tenants that it is bound to; <c>null</c> for none in particular.</summary>
    public ImmutableArray<string>? Tenants { get; init; }

    /// <summary>When the token stops being taken.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
