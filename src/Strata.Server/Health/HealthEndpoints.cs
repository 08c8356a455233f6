using Strata.Server.Access;
using Strata.Server.Http;

namespace Strata.Server.Health;

/// <summary>What an orchestrator asks: does the process live, and may traffic come.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this WebApplication app)
    {
        var health = app.MapGroup("/health").Needs(Permission.Public).WithTags("Health");
        QueryParameters.Describe(health);
        health.MapGet("/live", () => Reply.Ok(new HealthResponse("live"), WireJson.Shapes.HealthResponse))
            .WithName("GetLiveness").WithSummary("The process is alive").Produces<HealthResponse>();
    }
}

/// <summary>The answer of a health check.</summary>
/// <param name="Status"><c>live</c> or <c>ready</c>.</param>
public sealed record HealthResponse(string Status);
