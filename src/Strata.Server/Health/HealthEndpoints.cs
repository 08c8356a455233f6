using Strata.Model;
using Strata.Server.Access;
using Strata.Server.Http;
using Strata.Storage;

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
        health.MapGet("/ready", ReadyAsync)
            .WithName("GetReadiness").WithSummary("Migrations and, where asked for, demo data are through, and the shared database answers").Produces<HealthResponse>();
    }

    private static async Task<IResult> ReadyAsync(Readiness readiness, PlatformStore platforms, CancellationToken cancellationToken)
    {
        if (!readiness.IsReady)
            return Refusal.Of(ErrorCodes.Unavailable, "Demo data is still being loaded.") with { RetryAfter = 1 };
        await platforms.ListAsync(null, null, 1, cancellationToken); // throws when the database is away, which is 503
        return Reply.Ok(new HealthResponse("ready"), WireJson.Shapes.HealthResponse);
    }
}

/// <summary>Whether what has to happen at the start has happened. The schema is up to date before the first request is taken; demo data comes after.</summary>
internal sealed class Readiness
{
    private volatile bool _isReady;

    public bool IsReady => _isReady;

    public void Set() => _isReady = true;
}

/// <summary>The answer of a health check.</summary>
/// <param name="Status"><c>live</c> or <c>ready</c>.</param>
public sealed record HealthResponse(string Status);
